import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import { messageOf } from '../../common/index.ts';
import type { Host } from '../host.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { placed, rangeOf } from './places.ts';

/** Records what a person saw, once in each window: a result that was ignored is knowable only so. */
export class Exposure implements vscode.Disposable {
  readonly #host: Host;
  readonly #files: FilesUnderReview;
  readonly #rankOf: (id: string) => number | undefined;
  readonly #seen = new Set<string>();
  readonly #owned: vscode.Disposable[];

  /** `rankOf` says the place of a hunk, or of a proposal's first one, among all undecided hunks, counted from 0. */
  constructor(host: Host, files: FilesUnderReview, rankOf: (id: string) => number | undefined) {
    this.#host = host;
    this.#files = files;
    this.#rankOf = rankOf;
    const look = () => this.#lookAtEditors();
    this.#owned = [
      files.onDidChange(look),
      vscode.window.onDidChangeVisibleTextEditors(look),
      vscode.window.onDidChangeTextEditorVisibleRanges(look),
    ];
  }

  /** Notes that a person saw a hunk or a proposal, or looked at its evidence. */
  saw(id: string, what: 'shown' | 'opened' | 'evidence-opened'): void {
    const key = `${what} ${id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const rank = this.#rankOf(id);
    this.#host.link
      .ask('review.exposed', { id, what, commandId: randomUUID(), ...(rank === undefined ? {} : { rank }) })
      .catch((error: unknown) => this.#host.log.debug(`not recorded as ${what}: ${messageOf(error)}`));
  }

  dispose(): void {
    for (const one of this.#owned.splice(0)) one.dispose();
  }

  #lookAtEditors(): void {
    if (this.#files.open.length === 0) return;
    for (const { document, visibleRanges } of vscode.window.visibleTextEditors) {
      const file = this.#files.at(document.uri);
      if (file === undefined) continue;
      for (const one of placed(file)) {
        const range = rangeOf(one);
        if (visibleRanges.some((visible) => visible.intersection(range) !== undefined)) {
          this.saw(one.hunk.id, 'shown');
        }
      }
    }
  }
}
