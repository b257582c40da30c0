import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { pantheon } from '../../support/editor/host/pantheon.ts';

describe('activation', () => {
  it('happens without a command, and hands out what it put together', async () => {
    const { activationMs, link, trees } = await pantheon();
    assert.ok(activationMs > 0);
    assert.equal(link.state, 'away');
    assert.deepEqual(Object.keys(trees), ['inbox', 'runs', 'specs']);
  });

  it('names only commands that this editor has, its own ones included, and texts instead of keys', async () => {
    const { packageJSON } = vscode.extensions.getExtension('pantheon.pantheon') ?? {};
    const { contributes } = packageJSON as { contributes: Record<string, unknown> };
    const text = JSON.stringify(contributes);
    const named = [...text.matchAll(/\(command:([\w.]+)/g), ...text.matchAll(/"command":"([^"]+)"/g)];
    const known = new Set(await vscode.commands.getCommands(false));
    assert.ok(named.length > 60, `${named.length} are named`);
    for (const [, id] of named) assert.ok(known.has(id ?? ''), `no command ${id}`);
    assert.match(text, /"title":"Queue Flow for Tonight…"/);
    assert.doesNotMatch(text, /"%[\w.]+%"/);
  });

  it('registers every command that the manifest names', async () => {
    const { packageJSON } = vscode.extensions.getExtension('pantheon.pantheon') ?? {};
    const { contributes } = packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
