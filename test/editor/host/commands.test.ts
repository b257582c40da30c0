import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { startScriptedMender } from '../../support/scripted-mender.ts';
import type { ScriptedOllama } from '../../support/scripted-ollama/index.ts';
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
  afterEach(() => person.dispose());
  after(() => server.dispose());

  it('that need a row or a file say so where there is none', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('pantheon.rowAccept');
    await person.hears(/Nothing is selected in the inbox\. Select a proposal/);
    await vscode.commands.executeCommand('pantheon.runSpec');
    await person.hears(/no agent or flow here to run\. Use Run Agent/);
  });

  it('that need a run say that nothing has run', async () => {
    await vscode.commands.executeCommand('pantheon.showRun');
    await person.hears(/Nothing has run here yet/);
    await vscode.commands.executeCommand('pantheon.cancelRun');
    await person.hears(/Nothing is running or queued here/);
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
});
