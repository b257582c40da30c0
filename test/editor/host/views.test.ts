import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { pantheon, project } from '../../support/editor/host/pantheon.ts';
import { Person } from '../../support/editor/host/person.ts';
import { until } from '../../support/editor/host/until.ts';

describe('views before a first run', () => {
  it('list what comes with Pantheon while no runner is there', async () => {
    const { trees, link } = await pantheon();
    const groups = await until(
      () => (trees.specs.rows.length > 0 ? trees.specs.rows : undefined),
      trees.specs.onDidLoad,
    );
    assert.equal(link.state, 'away');
    const names = groups.flatMap((row) => (row.kind === 'group' ? row.rows.map(({ name }) => name) : []));
    assert.ok(names.includes('mend-failing-tests'));
    assert.ok(names.includes('mender'));
  });

  it('are empty where nothing has happened, so that their welcome shows, and have no badge', async () => {
    const { trees } = await pantheon();
    trees.inbox.refresh();
    trees.runs.refresh();
    await Promise.all([trees.inbox.settled(), trees.runs.settled()]);
    assert.deepEqual(trees.inbox.getChildren(), []);
    assert.deepEqual(trees.runs.getChildren(), []);
    assert.equal(trees.inbox.view.badge, undefined);
  });

  it('show an agent as soon as its file is there, and no longer when it is gone', async () => {
    const { trees } = await pantheon();
    const folder = vscode.Uri.joinPath(vscode.Uri.file(project()), '.pantheon');
    const uri = vscode.Uri.joinPath(folder, 'agents', 'new.agent.md');
    const isListed = () =>
      trees.specs.rows.some((row) => row.kind === 'group' && row.rows.some(({ name }) => name === 'new'));
    const text = '---\ndescription: New.\npantheon:\n  output: { findings: {} }\n---\nLook.\n';
    const remove = async () => {
      await vscode.workspace.fs.delete(folder, { recursive: true });
    };
    const make = async () => {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    };
    await trees.specs.settled();
    let made = make();
    // VS Code may begin to watch a project after the file was made, and misses a folder that is made at once with its parent:
    // then the file is made anew.
    const again = setInterval(() => {
      made = made.then(remove).then(make);
    }, 3_000);
    try {
      await until(() => (isListed() ? true : undefined), trees.specs.onDidLoad);
    } finally {
      clearInterval(again);
    }
    await made;
    await remove();
    await until(() => (isListed() ? undefined : true), trees.specs.onDidLoad);
  });
});

describe('the line to the background runner', () => {
  it('starts it when asked to, and again when it was killed', async () => {
    const { link } = await pantheon();
    await vscode.commands.executeCommand('pantheon.startRunner');
    await until(() => (link.state === 'ready' ? true : undefined), link.onDidChangeState);
    const { pid } = await link.act('daemon.status', {});
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await until(() => (link.state === 'returning' ? true : undefined), link.onDidChangeState);
    await until(() => (link.state === 'ready' ? true : undefined), link.onDidChangeState);
    assert.notEqual((await link.act('daemon.status', {})).pid, pid);
  });

  it('leaves it ended that was asked to end, and takes up the next one', async () => {
    const { link, trees } = await pantheon();
    // It may be gone before its answer is read.
    await link.act('daemon.stop', { commandId: 'asked-to-end' }).catch(() => {});
    await until(() => (link.state === 'away' ? true : undefined), link.onDidChangeState);
    await trees.runs.settled();
    assert.deepEqual(trees.runs.getChildren(), []);
    await vscode.commands.executeCommand('pantheon.startRunner');
    assert.equal(link.state, 'ready');
  });

  it('gives up a runner that is killed again and again, and says so once', async () => {
    const { link } = await pantheon();
    const person = new Person();
    try {
      for (let kills = 0; link.state === 'ready'; kills += 1) {
        assert.ok(kills < 5, 'it comes back for ever');
        const { pid } = await link.act('daemon.status', {});
        assert.ok(pid !== undefined);
        process.kill(pid, 'SIGKILL');
        await until(() => (link.state === 'ready' ? undefined : true), link.onDidChangeState);
        await link.returned();
      }
      const { choices } = await person.hears(/^The background runner ended 4 times within minutes/);
      assert.deepEqual(choices, ['Start Background Runner', 'Run Doctor']);
      assert.equal(person.said.length, 1);
      await vscode.commands.executeCommand('pantheon.startRunner');
      assert.equal(link.state, 'ready');
    } finally {
      person.dispose();
    }
  });
});
