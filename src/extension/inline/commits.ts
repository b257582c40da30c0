import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import { isAbort, messageOf } from '../../common/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { offer } from '../messages.ts';
import { fileUri } from '../projects.ts';
import { count } from '../words.ts';
import { hunksInCommit } from './commit-text.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { GitFollower, type GitApi, type GitRepository } from './git.ts';
import type { WindowFile } from './window-file.ts';

/** Sees when HEAD moves to a commit that holds open hunks: they are recorded as committed undecided, never as accepted. */
export class CommitWatch implements vscode.Disposable {
  readonly #host: Host;
  readonly #files: FilesUnderReview;
  readonly #owned: vscode.Disposable[] = [];
  readonly #heads = new WeakMap<GitRepository, string | undefined>();
  readonly #git: GitFollower;
  #isBegun = false;

  constructor(host: Host, files: FilesUnderReview) {
    this.#host = host;
    this.#files = files;
    this.#git = new GitFollower(
      (git) => this.#watchAll(git),
      (error) => host.log.warn(`git: ${messageOf(error)}`),
    );
    this.#owned.push(
      this.#git,
      files.onDidChange(() => {
        if (this.#isBegun || files.open.length === 0) return;
        this.#isBegun = true;
        void this.#git.begin();
      }),
    );
  }

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  #watchAll(git: GitApi): vscode.Disposable {
    const owned = git.repositories.map((repository) => this.#watch(repository));
    owned.push(git.onDidOpenRepository((repository) => owned.push(this.#watch(repository))));
    return new vscode.Disposable(() => vscode.Disposable.from(...owned).dispose());
  }

  #watch(repository: GitRepository): vscode.Disposable {
    const look = () => {
      const head = repository.state.HEAD?.commit;
      if (head === this.#heads.get(repository)) return;
      this.#heads.set(repository, head);
      if (head !== undefined)
        this.#moved(repository, head).catch((error: unknown) => {
          if (!isAbort(error)) this.#host.log.warn(`commit ${head}: ${messageOf(error)}`);
        });
    };
    // The commit that is there already may hold hunks: it may have been made before anybody looked.
    look();
    return repository.state.onDidChange(look);
  }

  async #moved(repository: GitRepository, head: string): Promise<void> {
    const held = new Map<string, string[]>();
    for (const file of this.#files.open) {
      const committed = await this.#textAt(repository, head, file);
      if (committed === undefined) continue;
      const hunks = hunksInCommit(file.state, committed);
      held.set(file.root, [...(held.get(file.root) ?? []), ...hunks]);
    }
    for (const [workspace, hunks] of held) {
      if (hunks.length === 0) continue;
      await this.#host.link.act('review.committed', { workspace, hunks, commandId: randomUUID() });
      await this.#files.restore();
      void offer(
        vscode.window.showWarningMessage,
        hunks.length === 1
          ? vscode.l10n.t(
              'The commit holds 1 hunk of Pantheon that you had not decided. It counts as committed undecided, not as accepted.',
            )
          : vscode.l10n.t(
              'The commit holds {0} of Pantheon that you had not decided. They count as committed undecided, not as accepted.',
              count(hunks.length, 'hunk'),
            ),
        [{ title: vscode.l10n.t('Open Inbox'), command: commandId('openInbox') }],
      );
    }
  }

  async #textAt(repository: GitRepository, head: string, file: WindowFile): Promise<string | undefined> {
    const { fsPath } = fileUri(file.root, file.path);
    try {
      return await repository.show(head, fsPath);
    } catch {
      // Not in this repository, or not in this commit.
      return undefined;
    }
  }
}
