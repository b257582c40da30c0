import * as vscode from 'vscode';

import { contexts } from '../manifest/contexts.ts';
import { fileUri } from '../projects.ts';
import { count } from '../words.ts';
import type { FilesUnderReview } from './files-under-review.ts';

/** Badges on files with open hunks, and the context key of the active one. */
export class ReviewMarks implements vscode.Disposable, vscode.FileDecorationProvider {
  readonly #files: FilesUnderReview;
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly #owned: vscode.Disposable[] = [];
  #activeHas = false;

  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(files: FilesUnderReview) {
    this.#files = files;
    this.#owned.push(
      this.#changed,
      vscode.window.registerFileDecorationProvider(this),
      files.onDidChange((changed) => {
        this.#changed.fire(changed.map(({ root, path }) => fileUri(root, path)));
        this.#showActive();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#showActive()),
    );
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const amount = this.#files.at(uri)?.open.length ?? 0;
    if (amount === 0) return undefined;
    return new vscode.FileDecoration(
      amount > 9 ? '9+' : String(amount),
      vscode.l10n.t('{0} to decide', count(amount, 'hunk')),
    );
  }

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  #showActive(): void {
    const has = (this.#files.at(vscode.window.activeTextEditor?.document.uri)?.open.length ?? 0) > 0;
    if (has === this.#activeHas) return;
    this.#activeHas = has;
    void vscode.commands.executeCommand('setContext', contexts.activeFileHasHunks, has);
  }
}
