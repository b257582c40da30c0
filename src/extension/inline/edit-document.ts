import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import { applyEdits, editsBetween, type Edit } from '../../text/index.ts';

/**
 * Makes edits that follow each other, made for a text, as one change of a document, which one undo takes back. Never saves.
 * Returns false, with nothing edited, where the document has another text by now: the person typed meanwhile.
 */
export async function editDocument(
  document: vscode.TextDocument,
  before: string | undefined,
  edits: readonly Edit[],
): Promise<boolean> {
  // At other places of another text they would tear it.
  if (before === undefined || document.getText() !== before) return false;
  const change = new vscode.WorkspaceEdit();
  for (const { start, end, text } of editsBetween(before, applyEdits(before, edits))) {
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    change.replace(document.uri, range, text);
  }
  // The editor refuses it for a text that it has not told of yet.
  return await vscode.workspace.applyEdit(change);
}

export function editedMeanwhile(): UserError {
  return new UserError(
    'edited-meanwhile',
    vscode.l10n.t('The file was edited while this was on its way.'),
    vscode.l10n.t('Try again.'),
  );
}
