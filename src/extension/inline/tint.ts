import * as vscode from 'vscode';

import type { FilesUnderReview } from './files-under-review.ts';
import { placed, rangeOf, type PlacedHunk } from './places.ts';

/**
 * Tints the lines of open hunks. Git's bars stand in the same gutter and stay after a decision; the tint says what is still
 * to be decided. A hunk that only removes has no lines: a thin line stands where they were.
 */
export class HunkTint implements vscode.Disposable {
  readonly #files: FilesUnderReview;
  readonly #added = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedLineBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.addedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  });
  readonly #removed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderColor: new vscode.ThemeColor('editorGutter.deletedBackground'),
    borderStyle: 'solid',
    borderWidth: '1px 0 0 0',
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.deletedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  });
  readonly #owned: readonly vscode.Disposable[];

  constructor(files: FilesUnderReview) {
    this.#files = files;
    const draw = () => this.#draw();
    this.#owned = [
      this.#added,
      this.#removed,
      files.onDidChange(draw),
      vscode.window.onDidChangeVisibleTextEditors(draw),
    ];
  }

  dispose(): void {
    for (const one of this.#owned) one.dispose();
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const file = this.#files.at(editor.document.uri);
      if (file === undefined) continue;
      const hunks = placed(file);
      editor.setDecorations(this.#added, hunks.filter((one) => !isPoint(one)).map(rangeOf));
      editor.setDecorations(this.#removed, hunks.filter(isPoint).map(rangeOf));
    }
  }
}

function isPoint({ hunk }: PlacedHunk): boolean {
  return hunk.start === hunk.end;
}
