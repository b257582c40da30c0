import * as vscode from 'vscode';

import { linesOf, type OpenHunk } from '../../text/index.ts';
import { commandId } from '../manifest/commands.ts';
import { fileUri } from '../projects.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import type { WindowFile } from './window-file.ts';

/** An open hunk with the file it is open in. */
export interface PlacedHunk {
  readonly file: WindowFile;
  readonly hunk: OpenHunk;
}

/** Lines of the document that a hunk stands on, 0-based; for one that only removes, the line that follows. */
export function rangeOf({ file, hunk }: PlacedHunk): vscode.Range {
  const { start, end } = linesOf(file.state.text, hunk);
  return new vscode.Range(start, 0, Math.max(start, end - 1), Number.MAX_SAFE_INTEGER);
}

export function placed(file: WindowFile): readonly PlacedHunk[] {
  return file.open.map((hunk) => ({ file, hunk }));
}

/** Every open hunk, in the order of paths and lines. */
export function allPlaced(files: FilesUnderReview): readonly PlacedHunk[] {
  return files.open.flatMap(placed);
}

/** Open hunks that the selections of an editor touch. */
export function hunksAtCursor(
  files: FilesUnderReview,
  editor: vscode.TextEditor | undefined,
): readonly PlacedHunk[] {
  const file = files.at(editor?.document.uri);
  if (file === undefined || editor === undefined) return [];
  return placed(file).filter((one) =>
    editor.selections.some((selection) => touches(rangeOf(one), selection)),
  );
}

/** The open hunk behind the cursor or, backwards, before it; across files, around the end. */
export function neighbour(
  files: FilesUnderReview,
  editor: vscode.TextEditor | undefined,
  step: 1 | -1,
): PlacedHunk | undefined {
  const all = allPlaced(files);
  const file = files.at(editor?.document.uri);
  const line = editor?.selection.active.line ?? 0;
  const here = all.filter((one) => one.file === file);
  const next =
    step === 1
      ? here.find((one) => rangeOf(one).start.line > line)
      : here.findLast((one) => rangeOf(one).start.line < line);
  if (next !== undefined) return next;
  const others = all.filter((one) => one.file !== file);
  const at = file === undefined ? '' : `${file.root}/${file.path}`;
  const isBehind = ({ file: other }: PlacedHunk) => `${other.root}/${other.path}` > at;
  if (step === 1) return others.find(isBehind) ?? others[0] ?? here[0];
  return others.findLast((one) => !isBehind(one)) ?? others.at(-1) ?? here.at(-1);
}

/** Opens the file of a hunk and puts the cursor on it. */
export async function reveal(
  one: PlacedHunk,
  options: { readonly preserveFocus?: boolean } = {},
): Promise<void> {
  const { start } = rangeOf(one);
  const at = new vscode.Range(start, start);
  const uri = fileUri(one.file.root, one.file.path);
  const editor = await vscode.window.showTextDocument(uri, { selection: at, preview: false, ...options });
  editor.revealRange(rangeOf(one), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** What a click on a listed file or hunk does. */
export function showHunkCommand(hunk: string): vscode.Command {
  return { command: commandId('showHunk'), title: vscode.l10n.t('Show Hunk'), arguments: [hunk] };
}

function touches(range: vscode.Range, selection: vscode.Range): boolean {
  return range.start.line <= selection.end.line && selection.start.line <= range.end.line;
}
