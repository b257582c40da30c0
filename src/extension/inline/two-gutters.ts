import * as vscode from 'vscode';

import type { Host } from '../host.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { gitApi } from './git.ts';

const toldKey = 'review.toldTwoGutters';

/** Says once, when it can be seen: in a git repository git’s bars stand in the same gutter as ours. */
export class TwoGutters implements vscode.Disposable {
  readonly #host: Host;
  readonly #files: FilesUnderReview;
  readonly #owned: vscode.Disposable[] = [];
  readonly #ended = new AbortController();

  constructor(host: Host, files: FilesUnderReview) {
    this.#host = host;
    this.#files = files;
    if (host.context.globalState.get<boolean>(toldKey) === true) return;
    const look = () => void this.#look();
    this.#owned.push(files.onDidChange(look), vscode.window.onDidChangeVisibleTextEditors(look));
  }

  dispose(): void {
    this.#ended.abort(new Error('The window closes.'));
    for (const one of this.#owned.splice(0)) one.dispose();
  }

  async #look(): Promise<void> {
    const visible = vscode.window.visibleTextEditors.find(
      ({ document }) => (this.#files.at(document.uri)?.open.length ?? 0) > 0,
    );
    if (visible === undefined) return;
    const git = await gitApi(this.#ended.signal);
    const isInGit = git?.getRepository(visible.document.uri) !== null && git !== undefined;
    if (!isInGit || this.#owned.length === 0) return;
    for (const one of this.#owned.splice(0)) one.dispose();
    await this.#host.context.globalState.update(toldKey, true);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Git marks changed lines in the same gutter. Tinted lines are hunks to decide: a click on the bar beside them offers Accept and Reject, and the list in the title shows git’s own comparison.',
      ),
    );
  }
}
