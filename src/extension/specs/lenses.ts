import * as vscode from 'vscode';

import type { Lens } from '../../spec/index.ts';
import { commandId } from '../manifest/commands.ts';
import { toRange } from './diagnostics.ts';
import type { SpecLibrary } from './library.ts';

/** What a lens or a title button hands to the commands that run a file. */
export interface SpecTarget {
  readonly kind: 'agent' | 'flow';
  readonly name: string;
  readonly project: string;
}

/** What a click on a lens does. */
function actOf(action: Lens['action']): { readonly title: string; readonly command: string } {
  switch (action) {
    case 'run-flow':
    case 'try-agent':
      return { title: `$(play) ${vscode.l10n.t('Run')}`, command: commandId('runSpec') };
    case 'queue-flow':
      return { title: `$(clock) ${vscode.l10n.t('Queue for tonight')}`, command: commandId('queueSpec') };
  }
}

/** Run and Queue for tonight above agents and flows. */
export function registerLenses(library: SpecLibrary): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const registration = vscode.languages.registerCodeLensProvider(
    [{ pattern: '**/*.agent.md' }, { pattern: '**/*.flow.{yaml,yml}' }],
    { onDidChangeCodeLenses: changed.event, provideCodeLenses: (document) => lenses(library, document) },
  );
  const settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('pantheon.codeLens')) changed.fire();
  });
  return vscode.Disposable.from(registration, settings, changed);
}

async function lenses(library: SpecLibrary, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const known = library.sourceOf(document);
  const isWanted = vscode.workspace.getConfiguration('pantheon', document.uri).get('codeLens', true);
  if (known === undefined || !isWanted) return [];
  const { lensesOf } = await import('../../spec/index.ts');
  return lensesOf(known.source).map(({ action, name, range }) => {
    const kind = action === 'try-agent' ? 'agent' : 'flow';
    const target: SpecTarget = { kind, name, project: known.project };
    return new vscode.CodeLens(toRange(range), { ...actOf(action), arguments: [target] });
  });
}
