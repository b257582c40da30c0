import * as vscode from 'vscode';

import { commandId } from '../manifest/commands.ts';
import { count } from '../words.ts';
import type { HunkTarget } from './commands.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { placed, rangeOf } from './places.ts';

/** Accept and Reject under Ctrl+. for the hunks that the selection touches. */
export function registerCodeActions(files: FilesUnderReview): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    {
      provideCodeActions(document, selection) {
        const file = files.at(document.uri);
        if (file === undefined || file.open.length === 0) return [];
        const hunks = placed(file)
          .filter((one) => rangeOf(one).intersection(selection) !== undefined)
          .map(({ hunk }) => hunk.id);
        return hunks.length === 0 ? [] : [act('hunk.accept', hunks), act('hunk.reject', hunks)];
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function act(name: 'hunk.accept' | 'hunk.reject', hunks: readonly string[]): vscode.CodeAction {
  const what = hunks.length === 1 ? vscode.l10n.t('this hunk') : count(hunks.length, 'hunk');
  const title =
    name === 'hunk.accept'
      ? vscode.l10n.t('Pantheon: Accept {0}', what)
      : vscode.l10n.t('Pantheon: Reject {0}…', what);
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const target: HunkTarget = { hunks, way: 'code-action' };
  action.command = { command: commandId(name), title: action.title, arguments: [target] };
  return action;
}
