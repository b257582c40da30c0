import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as vscode from 'vscode';

import { startScriptedMender } from '../../support/scripted-mender.ts';
import type { ScriptedOllama } from '../../support/scripted-ollama/index.ts';
import { Desk } from '../../support/editor/host/desk.ts';
import { pantheon, project } from '../../support/editor/host/pantheon.ts';
import { Person } from '../../support/editor/host/person.ts';
import { until } from '../../support/editor/host/until.ts';

describe('commands', () => {
  let person: Person;
  let server: ScriptedOllama;

  before(async () => {
    server = await startScriptedMender();
    process.env['OLLAMA_HOST'] = server.url;
    await pantheon();
  });
  beforeEach(() => {
    person = new Person();
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    person.dispose();
  });
  after(() => server.dispose());

  it('that need a row or a file say so where there is none', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('pantheon.rowAccept');
    await person.hears(/Nothing is selected in the inbox\. Select a proposal/);
    for (const command of ['rowReject', 'showHunk', 'showConflicts', 'lookFirst']) {
      person.forget();
      await vscode.commands.executeCommand(`pantheon.${command}`);
      await person.hears(/Nothing is selected in the inbox\. Select a proposal/);
    }
    await vscode.commands.executeCommand('pantheon.runSpec');
    await person.hears(/no agent or flow here to run\. Use Run Agent/);
  });

  it('that need a run say that nothing has run', async () => {
    await vscode.commands.executeCommand('pantheon.showRun');
    await person.hears(/Nothing has run here yet/);
    await vscode.commands.executeCommand('pantheon.cancelRun');
    await person.hears(/Nothing is running or queued here/);
  });

  const write = async (path: string, text: string) => {
    const uri = vscode.Uri.file(join(project(), path));
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return uri;
  };

  it('that run an agent offer the file in the editor first, and the selected lines', async () => {
    const document = await vscode.workspace.openTextDocument(
      await write('words.txt', 'one\ntwo\nthree\nfour\n'),
    );
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 0, 4, 0);
    person.willPick(/ reviewer$/);
    person.willPick(/^words\.txt$/);
    person.willPick(/ lines$/);
    person.willConfirm();
    person.willPick(/Go On$/);
    await vscode.commands.executeCommand('pantheon.runAgent');
    await person.hears(/^Trust /);
    const [, files, , inputs] = person.lists;
    assert.equal(files?.[0], 'words.txt | the current file');
    assert.ok(inputs?.includes('$(edit) lines | 2-4'), inputs?.join('\n'));
  });

  it('that ask for words offer the selected text, also of several lines', async () => {
    const { library } = await pantheon();
    await write(
      '.pantheon/agents/explainer.agent.md',
      `---
name: explainer
description: Remarks on a piece of text.
model: [mender]
pantheon:
  inputs:
    file: { type: path }
    snippet: { type: string, optional: true }
  output: { findings: {} }
  context: [inputs, file]
---
Look at the snippet.
`,
    );
    library.forget();
    const document = await vscode.workspace.openTextDocument(await write('words.txt', 'one\ntwo\nthree\n'));
    const editor = await vscode.window.showTextDocument(document);
    const target = { kind: 'agent', name: 'explainer', project: project() };
    const given = async (selection: vscode.Selection, answer: () => void) => {
      editor.selection = selection;
      person.willPick(/^words\.txt$/);
      person.willPick(/ snippet$/);
      answer();
      await vscode.commands.executeCommand('pantheon.runSpec', target);
      return person.lists.at(-1)?.find((entry) => entry.includes('snippet'));
    };
    assert.equal(
      await given(new vscode.Selection(0, 0, 1, 3), () => person.willPick(/The selected text$/)),
      '$(edit) snippet | one two',
    );
    assert.ok(person.lists.flat().includes('$(selection) The selected text | lines 1-2'));
    assert.equal(
      await given(new vscode.Selection(1, 0, 2, 0), () => person.willConfirm()),
      '$(edit) snippet | two',
    );
  });

  it('that run a flow save its file and no other', async () => {
    const { library } = await pantheon();
    const flow = (name: string) => `flow: ${name}
description: Runs the tests.
on: { command: true }
nodes:
  suite:
    check: { run: [npm, test], exit: 0 }
`;
    const documents = await Promise.all(
      ['suite', 'suite-again'].map(async (name) => {
        const uri = await write(`.pantheon/flows/${name}.flow.yaml`, flow(name));
        const document = await vscode.workspace.openTextDocument(uri);
        const edit = new vscode.WorkspaceEdit();
        edit.insert(uri, new vscode.Position(0, 0), '# changed\n');
        assert.ok(await vscode.workspace.applyEdit(edit));
        return document;
      }),
    );
    library.forget();
    const target = { kind: 'flow', name: 'suite', project: project() };
    await vscode.commands.executeCommand('pantheon.queueSpec', target);
    await person.hears(/^Trust /);
    assert.deepEqual(
      documents.map(({ isDirty }) => isDirty),
      [false, true],
    );
    await documents[1]?.save();
  });

  it('make an agent and a flow from a template, and never write over a file', async () => {
    const { library } = await pantheon();
    for (const [command, path] of [
      ['newAgent', '.pantheon/agents/first-try.agent.md'],
      ['newFlow', '.pantheon/flows/first-try.flow.yaml'],
    ] as const) {
      const file = join(project(), path);
      const make = async () => {
        person.willPick(/./);
        person.willSay('first-try');
        await vscode.commands.executeCommand(`pantheon.${command}`);
      };
      await make();
      assert.ok(existsSync(file), path);
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, vscode.Uri.file(file).fsPath);
      const before = readFileSync(file, 'utf8');
      person.forget();
      await make();
      await person.hears(/exists already\. Choose another name/);
      assert.equal(readFileSync(file, 'utf8'), before);
    }
    const { agents, flows, diagnostics } = await library.of(project());
    assert.ok(agents.has('first-try'));
    assert.ok(flows.has('first-try'));
    assert.deepEqual(
      diagnostics.filter(({ path, severity }) => path.includes('first-try') && severity === 'error'),
      [],
    );
  });

  it('that run something ask for trust once, and run nothing without it', async () => {
    const { link } = await pantheon();
    const target = { kind: 'flow', name: 'mend-failing-tests', project: project() };
    person.willPick(/Go On$/);
    await vscode.commands.executeCommand('pantheon.queueSpec', target);
    const question = await person.hears(/^Trust /);
    assert.deepEqual(question.choices, ['Trust and Go On']);
    assert.deepEqual((await link.act('queue.list', {})).items, []);
  });

  it('queue a flow for tonight, show it in the view, and take it out again', async () => {
    const { trees } = await pantheon();
    person.willAnswer('Trust and Go On');
    const target = { kind: 'flow', name: 'mend-failing-tests', project: project() };
    person.willPick(/Go On$/);
    await vscode.commands.executeCommand('pantheon.queueSpec', target);
    await person.hears(/is queued for tonight\. It starts in the window/);
    const row = await until(
      () => trees.runs.rows.find((one) => one.kind === 'queued' || one.kind === 'run'),
      trees.runs.onDidLoad,
    );
    assert.equal(trees.runs.getTreeItem(row).label, 'mend-failing-tests');
    if (row.kind === 'queued') await vscode.commands.executeCommand('pantheon.removeFromQueue', row);
    else await vscode.commands.executeCommand('pantheon.cancelRun', row);
    await until(
      () => (trees.runs.rows.some(({ kind }) => kind === 'queued') ? undefined : true),
      trees.runs.onDidLoad,
    );
  });

  it('open the report and the doctor as pages', async () => {
    const titles = () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)).toSorted();
    await vscode.commands.executeCommand('pantheon.openReport');
    await vscode.commands.executeCommand('pantheon.doctor');
    await until(
      () => (titles().join() === 'Doctor,Morning Report' ? true : undefined),
      vscode.window.tabGroups.onDidChangeTabs,
    );
    assert.deepEqual(person.said, []);
  });

  const pages = () =>
    vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label === 'Morning Report');

  it('open one page also where they are called twice at once', async () => {
    const open = () => vscode.commands.executeCommand('pantheon.openReport');
    await Promise.all([open(), open()]);
    await until(() => (pages().length > 0 ? true : undefined), vscode.window.tabGroups.onDidChangeTabs);
    await open();
    assert.equal(pages().length, 1);
  });

  it('say nothing of a page that is closed while it is renewed', async () => {
    const desk = await Desk.open();
    try {
      const { link } = desk.api;
      await vscode.commands.executeCommand('pantheon.openReport');
      await until(() => (pages().length === 1 ? true : undefined), vscode.window.tabGroups.onDidChangeTabs);
      const act = link.act.bind(link);
      const held = link as { act: unknown };
      const [asked, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const answered = Promise.withResolvers<void>();
      held.act = async (...asks: Parameters<typeof act>) => {
        if (asks[0] !== 'report.get') return await act(...asks);
        asked.resolve();
        await closed.promise;
        try {
          return await act(...asks);
        } finally {
          answered.resolve();
        }
      };
      try {
        await desk.stopRunner();
        await desk.startRunner();
        await asked.promise;
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
        await until(() => (pages().length === 0 ? true : undefined), vscode.window.tabGroups.onDidChangeTabs);
      } finally {
        closed.resolve();
      }
      await answered.promise;
      held.act = act;
      // What follows the answer is done before a new page stands.
      await vscode.commands.executeCommand('pantheon.openReport');
      await until(() => (pages().length === 1 ? true : undefined), vscode.window.tabGroups.onDidChangeTabs);
      assert.deepEqual(desk.person.said, []);
    } finally {
      await desk.dispose();
    }
  });

  it('save the morning report as one HTML file', async () => {
    const target = vscode.Uri.file(join(project(), 'report.html'));
    person.willSaveAt(target);
    await vscode.commands.executeCommand('pantheon.saveReport');
    const text = readFileSync(target.fsPath, 'utf8');
    assert.match(text, /^<!doctype html>/i);
    assert.match(text, /Morning report/i);
    assert.doesNotMatch(text, /command:pantheon|<script|src="http/);
    assert.deepEqual(person.said, []);
  });
});
