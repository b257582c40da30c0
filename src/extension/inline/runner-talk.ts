import type * as vscode from 'vscode';

import type { EditorChangeView, FileInReviewView } from '../../protocol/index.ts';
import type { DaemonLink } from '../daemon-link.ts';
import { openProjects } from '../projects.ts';
import { editDocument, editedMeanwhile } from './edit-document.ts';
import type { BufferText, FileSet } from './file-set.ts';
import type { WindowFile } from './window-file.ts';

/** Typing is told to the runner when it pauses for this long. */
const pauseMs = 1_000;
/** A file that the runner wrote is seen by the editor within this time, or later without anybody waiting. */
const reloadPatienceMs = 10_000;
/** So often an act is asked for again because the person typed while it was on its way; then they hear of it. */
const maxAsked = 5;

/** What the runner answers to an act of review. */
export type Answer = Pick<EditorChangeView, 'files' | 'edits' | 'refused'>;

interface Listening {
  readonly onDidChange: vscode.Event<readonly WindowFile[]>;
  /** Files whose text or open hunks changed by an answer. */
  readonly tell: (files: readonly WindowFile[]) => void;
  /** What went wrong where nobody waits. */
  readonly note: (error: unknown) => void;
}

/** What this window and the runner tell each other of the files under review, one message after the other. */
export class RunnerTalk implements vscode.Disposable {
  readonly #link: DaemonLink;
  readonly #files: FileSet;
  readonly #tell: (files: readonly WindowFile[]) => void;
  readonly #note: (error: unknown) => void;
  readonly #onDidChange: vscode.Event<readonly WindowFile[]>;
  readonly #ended = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(link: DaemonLink, files: FileSet, { onDidChange, tell, note }: Listening) {
    this.#link = link;
    this.#files = files;
    this.#onDidChange = onDidChange;
    this.#tell = tell;
    this.#note = note;
  }

  /**
   * Does one act of review after the other: tells what was typed, asks, and makes the answer true in this window. An answer
   * is about the texts that it was asked for: where one changed meanwhile nothing is edited, and what is left is asked for
   * again.
   */
  act<A extends Answer>(root: string, ask: (unsaved: BufferText[]) => Promise<A>): Promise<A> {
    return this.#alone(async () => {
      for (let asked = 1; ; asked += 1) {
        await this.#flush(root);
        const unsaved = this.#files.unsavedIn(root);
        try {
          const answer = await ask(unsaved);
          if (await this.#settle(root, answer, unsaved)) return answer;
        } finally {
          await this.#letGo(
            root,
            unsaved.map(({ path }) => path),
          ).catch(this.#note);
        }
        if (asked === maxAsked) throw editedMeanwhile();
      }
    });
  }

  /** Asks the runner for the files under review of the open projects, and tells it what this window has unsaved. */
  restore(): Promise<void> {
    return this.#alone(async () => {
      for (const file of this.#files.all) file.touched();
      for (const workspace of openProjects()) {
        const answer = await this.#link.ask('review.files', { workspace });
        for (const { path, state } of answer?.files ?? []) {
          const file = this.#files.known(workspace, path);
          const shown = this.#files.shownOf(file);
          if (shown?.isDirty !== true) file.answered(state, shown);
          else file.touched();
        }
      }
      await this.#flush();
      this.#tell(this.#files.all);
    }).catch(this.#note);
  }

  /** Tells the runner everything that it has not heard of yet. */
  flush(): Promise<void> {
    return this.#alone(() => this.#flush());
  }

  flushSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(this.#note), pauseMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#ended.abort(new Error('The window closes.'));
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** What cannot be told of one file keeps no other from being told; an act in a project needs all that is told of it. */
  async #flush(needed?: string): Promise<void> {
    clearTimeout(this.#timer);
    for (const file of this.#files.all) {
      if (!file.hasNews) continue;
      try {
        await this.#report(file);
      } catch (error) {
        if (file.root === needed) throw error;
        this.#note(error);
      }
    }
  }

  async #report(file: WindowFile): Promise<void> {
    const { root: workspace, path } = file;
    for (const { text, edits } of file.takeReports(this.#files.shownOf(file))) {
      try {
        const known = edits === undefined ? {} : { edits: [...edits] };
        const answer = await this.#link.ask('review.report', { workspace, path, text, ...known });
        // With the runner away the window follows by itself; it reports when the runner is back.
        if (answer === undefined) file.reportLost();
        else file.reported(answer.file?.state, answer.owned, this.#files.shownOf(file));
      } catch (error) {
        file.reportLost();
        throw error;
      }
    }
    this.#tell([file]);
  }

  /**
   * Makes an answer true in this window: adopts states, makes edits in unsaved documents, waits for reloads. Whether all edits
   * were made.
   */
  async #settle(root: string, { files, edits }: Answer, unsaved: readonly BufferText[]): Promise<boolean> {
    const touched = files.map((view) => {
      const asked = edits.find(({ path }) => path === view.path);
      return asked === undefined
        ? this.#adopt(root, view)
        : this.#edit(root, view, asked, unsaved.find(({ path }) => path === view.path)?.text);
    });
    const done = await Promise.allSettled(touched);
    await Promise.all(files.map(({ path }) => this.#reloaded(this.#files.known(root, path))));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    return done.every((one) => one.status === 'fulfilled' && one.value);
  }

  #adopt(root: string, { path, state }: FileInReviewView): Promise<boolean> {
    const file = this.#files.known(root, path);
    file.answered(state, this.#files.shownOf(file));
    this.#tell([file]);
    return Promise.resolve(true);
  }

  /** Edits the document that had this text, and tells how it stands then, whether it could be edited or not. */
  async #edit(
    root: string,
    { path, state }: FileInReviewView,
    { edits }: Answer['edits'][number],
    before: string | undefined,
  ): Promise<boolean> {
    const file = this.#files.known(root, path);
    const document = this.#files.documentOf(file);
    let isMade = false;
    // Where the document was closed meanwhile nothing is edited, and the report says that the disk counts.
    if (document !== undefined && document.getText() === before) {
      file.awaits(state);
      isMade = await editDocument(document, before, edits);
      file.awaitsNoMore();
    }
    file.touched();
    await this.#report(file);
    return isMade || document === undefined;
  }

  /** Waits until the editor shows what the runner wrote. */
  async #reloaded(file: WindowFile): Promise<void> {
    if (!file.isWaiting) return;
    const signal = AbortSignal.any([AbortSignal.timeout(reloadPatienceMs), this.#ended.signal]);
    await new Promise<void>((resolve) => {
      const listener = this.#onDidChange(() => {
        if (!file.isWaiting) finish();
      });
      const finish = () => {
        listener.dispose();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  /** Unsaved files that an act was told of and that are not under review after all. */
  async #letGo(root: string, paths: readonly string[]): Promise<void> {
    const strangers = paths.filter((path) => !this.#files.has({ root, path }));
    if (strangers.length > 0) {
      await this.#link.ask('review.released', { workspace: root, paths: [...strangers] });
    }
  }
}
