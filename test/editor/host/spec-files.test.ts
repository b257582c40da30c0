import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { pantheon, project } from '../../support/editor/host/pantheon.ts';
import { diagnosticsOf } from '../../support/editor/host/until.ts';

const agent = `---
name: tidy
description: Tidies one file.
model: [mender]
pantheon:
  inputs:
    file: { type: path }
  output: { findings: {} }
  context: [file]
---
Look at the file.
`;
const flow = `flow: nightly
description: Tidies at night.
on: { command: true }
nodes:
  suite:
    check: { run: [npm, test], exit: 0 }
`;

/** Writes a file below `.pantheon` and opens it. */
async function openFile(path: string, text: string): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(project()), '.pantheon', ...path.split('/'));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Types over the first place where `what` stands, without saving. */
async function type(document: vscode.TextDocument, what: string, instead: string): Promise<void> {
  const at = document.getText().indexOf(what);
  assert.ok(at >= 0, `${what} is not there`);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(at), document.positionAt(at + what.length));
  edit.replace(document.uri, range, instead);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

async function completionsAfter(document: vscode.TextDocument, text: string): Promise<string[]> {
  const position = document.positionAt(document.getText().indexOf(text) + text.length);
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    position,
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

async function lensTitles(document: vscode.TextDocument): Promise<(string | undefined)[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    10,
  );
  return lenses.map(({ command }) => command?.title);
}

const isClean = (found: readonly vscode.Diagnostic[]) => found.length === 0;
const isMarked = (found: readonly vscode.Diagnostic[]) => found.length > 0;

describe('agent files', () => {
  it('are marked where they are wrong while they are typed, and no longer when it is mended', async () => {
    await pantheon();
    const document = await openFile('agents/tidy.agent.md', agent);
    await diagnosticsOf(document.uri, isClean);
    await type(document, 'type: path', 'type: paht');
    const [found] = await diagnosticsOf(document.uri, isMarked);
    assert.equal(found?.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(document.getText(found.range), 'paht');
    assert.equal(document.isDirty, true);
    await type(document, 'paht', 'path');
    await diagnosticsOf(document.uri, isClean);
  });

  it('complete their keys', async () => {
    const document = await openFile('agents/keys.agent.md', agent.replace('context: [file]', 'co'));
    assert.ok((await completionsAfter(document, '  co')).includes('context'));
  });

  it('have a lens that runs them', async () => {
    const document = await openFile('agents/lens.agent.md', agent);
    assert.deepEqual(await lensTitles(document), ['$(play) Run']);
  });
});

describe('flow files', () => {
  it('are marked where they are wrong while they are typed, and no longer when it is mended', async () => {
    const document = await openFile('flows/nightly.flow.yaml', flow);
    await diagnosticsOf(document.uri, isClean);
    await type(document, 'check: { run: [npm, test], exit: 0 }', 'uses: agents/nobody');
    const [found] = await diagnosticsOf(document.uri, isMarked);
    assert.equal(document.getText(found?.range), 'agents/nobody');
    await type(document, 'uses: agents/nobody', 'run: [npm, test]');
    await diagnosticsOf(document.uri, isClean);
  });

  it('complete keys, and agents that exist', async () => {
    const document = await openFile(
      'flows/completed.flow.yaml',
      flow.replace('check: { run: [npm, test], exit: 0 }', 'uses: agents/\n    ne'),
    );
    const agents = await completionsAfter(document, 'uses: agents/');
    assert.ok(agents.includes('agents/mender'), `bundled, of ${agents.join(' ')}`);
    assert.ok(agents.includes('agents/tidy'), `the project's own, of ${agents.join(' ')}`);
    assert.ok((await completionsAfter(document, '\n    ne')).includes('needs'));
  });

  it('have lenses that run and queue them, unless the person wants none', async () => {
    const document = await openFile('flows/lens.flow.yaml', flow.replace('nightly', 'lens'));
    assert.deepEqual(await lensTitles(document), ['$(play) Run', '$(clock) Queue for tonight']);
    const settings = vscode.workspace.getConfiguration('pantheon');
    await settings.update('codeLens', false, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(await lensTitles(document), []);
    await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('elsewhere are left alone', async () => {
    const uri = vscode.Uri.joinPath(vscode.Uri.file(project()), 'other.flow.yaml');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('nodes: 3\n'));
    const document = await vscode.workspace.openTextDocument(uri);
    assert.deepEqual(await lensTitles(document), []);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });
});
