import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import type { PantheonApi } from '../../../../src/extension/extension.ts';

/** What the running extension hands out. Waits until it is active. */
export async function pantheon(): Promise<PantheonApi> {
  const extension = vscode.extensions.getExtension<PantheonApi>('pantheon.pantheon');
  assert.ok(extension !== undefined, 'the extension is not in this editor');
  return await extension.activate();
}

/** The project that is open. */
export function project(index = 0): string {
  const folder = vscode.workspace.workspaceFolders?.[index];
  assert.ok(folder !== undefined, 'no such folder is open');
  return folder.uri.fsPath;
}
