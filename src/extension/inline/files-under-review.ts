import * as vscode from 'vscode';

import { isAbort, messageOf } from '../../common/index.ts';
import type { Edit } from '../../text/index.ts';
import type { Host } from '../host.ts';
import { openProjects } from '../projects.ts';
import type { DocumentPlace } from './document-places.ts';
import { FileSet, type BufferText } from './file-set.ts';
import { RunnerTalk, type Answer } from './runner-talk.ts';
import type { Shown, WindowFile } from './window-file.ts';

const memoryKey = 'review.hasOpenHunks';

/**
 * The files under review of this window. Each is followed through every change of its document at once; the runner keeps
 * the state and hears of it one message after the other.
 */
export class FilesUnderReview implements vscode.Disposable {
  readonly #host: Host;
  readonly #set = new FileSet();
  readonly #talk: RunnerTalk;
  readonly #changed = new vscode.EventEmitter<readonly WindowFile[]>();
  readonly #owned: vscode.Disposable[] = [];
  #watcher: vscode.FileSystemWatcher | undefined;
  #remembers = false;
  #isOver = false;

  /** Files whose text or open hunks changed. */
  readonly onDidChange = this.#changed.event;

  constructor(host: Host) {
    this.#host = host;
    this.#talk = new RunnerTalk(host.link, this.#set, {
      onDidChange: this.onDidChange,
      tell: (files) => this.#tell(files),
      note: (error) => this.#note(error),
    });
    const { workspace } = vscode;
    this.#owned.push(
      this.#changed,
      this.#talk,
      workspace.onDidChangeTextDocument((event) => this.#typed(event)),
      workspace.onDidOpenTextDocument((document) => this.#shown(document)),
      workspace.onDidSaveTextDocument((document) => this.#touched(document)),
      workspace.onDidCloseTextDocument((document) => this.#touched(document)),
      workspace.onDidChangeWorkspaceFolders(() => this.#foldersChanged()),
      host.link.onDidChangeState((state) => {
        if (state === 'ready') void this.restore();
      }),
      host.link.onDidChangeViews((topics) => this.#hear(topics)),
    );
  }

  get all(): readonly WindowFile[] {
    return this.#set.all;
  }

  /** Files with hunks to show, in the order of their paths. */
  get open(): readonly WindowFile[] {
    return this.#set.open;
  }

  /** The file under review at an address of this window. Looks nothing up on the disk: the explorer asks for every row. */
  at(uri: vscode.Uri | undefined): WindowFile | undefined {
    return this.#set.at(uri);
  }

  /** Which project and path a document of this window is. */
  placeOf(uri: vscode.Uri | undefined): DocumentPlace | undefined {
    return this.#set.placeOf(uri);
  }

  shownOf(file: WindowFile): Shown | undefined {
    return this.#set.shownOf(file);
  }

  /** Texts of files of the project that are not saved in this window. */
  unsavedIn(root: string): BufferText[] {
    return this.#set.unsavedIn(root);
  }

  /** Does one act of review after the other, as `RunnerTalk.act`. */
  act<A extends Answer>(root: string, ask: (unsaved: BufferText[]) => Promise<A>): Promise<A> {
    return this.#talk.act(root, ask);
  }

  /** Asks the runner for the files under review of the open projects, and tells it what this window has unsaved. */
  restore(): Promise<void> {
    return this.#talk.restore();
  }

  /** Starts the runner if this window had open hunks when it was closed: a review that was begun goes on. */
  async resume(): Promise<void> {
    this.#remembers = this.#host.context.workspaceState.get<boolean>(memoryKey) === true;
    const mayStart = vscode.workspace.isTrusted && openProjects().length > 0;
    if (this.#remembers && mayStart) await this.#host.link.start();
  }

  /** Tells the runner everything that it has not heard of yet. */
  flush(): Promise<void> {
    return this.#talk.flush();
  }

  dispose(): void {
    this.#isOver = true;
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  #typed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const file = this.#set.of(document);
    if (file === undefined || contentChanges.length === 0) return;
    const edits = contentChanges
      .map(({ rangeOffset: start, rangeLength, text }): Edit => ({ start, end: start + rangeLength, text }))
      .toSorted((a, b) => b.start - a.start);
    file.changed({ text: document.getText(), isDirty: document.isDirty }, edits);
    if (file.hasNews) this.#talk.flushSoon();
    this.#tell([file]);
  }

  #shown(document: vscode.TextDocument): void {
    const file = this.#set.of(document);
    if (file === undefined) return;
    file.changed({ text: document.getText(), isDirty: document.isDirty });
    if (document.isDirty) file.touched();
    if (file.hasNews) this.#talk.flushSoon();
    this.#tell([file]);
  }

  #touched(document: vscode.TextDocument): void {
    const file = this.#set.of(document);
    if (document.isClosed) this.#set.closed(document);
    if (file === undefined) return;
    file.touched();
    void this.flush().catch((error: unknown) => this.#note(error));
  }

  #foldersChanged(): void {
    this.#set.arrange();
    this.#tell(this.all);
    if (this.#host.link.state === 'ready') void this.restore();
  }

  #hear(topics: readonly string[]): void {
    const touched = topics.flatMap((topic) => {
      if (!topic.startsWith('file:')) return [];
      const at = topic.slice('file:'.length);
      // Where one project lies in another, both may have it.
      return openProjects()
        .filter((root) => at.startsWith(`${root}/`))
        .map((root) => this.#set.known(root, at.slice(root.length + 1)));
    });
    const mine = touched.filter((file) => this.#set.shownOf(file)?.isDirty !== true || file.isElsewhere);
    if (mine.length === 0) return;
    for (const file of mine) file.touched();
    void this.flush().catch((error: unknown) => this.#note(error));
  }

  /** Files that change while no editor shows them: a checkout, a stash, another program. */
  #watchDisk(): void {
    if (this.#watcher !== undefined) return;
    const watcher = (this.#watcher = vscode.workspace.createFileSystemWatcher('**/*'));
    const look = (uri: vscode.Uri, counts: (document: vscode.TextDocument) => boolean) => {
      const file = this.#set.at(uri);
      const document = file === undefined ? undefined : this.#set.documentOf(file);
      if (file === undefined || (document !== undefined && !counts(document))) return;
      file.touched();
      this.#talk.flushSoon();
    };
    // An editor that shows a file tells itself what changes in it, but not that the file went away or came back under it.
    const cameOrWent = (uri: vscode.Uri) => look(uri, ({ isDirty }) => !isDirty);
    this.#owned.push(
      watcher,
      watcher.onDidChange((uri) => look(uri, () => false)),
      watcher.onDidCreate(cameOrWent),
      watcher.onDidDelete(cameOrWent),
    );
  }

  #tell(files: readonly WindowFile[]): void {
    if (files.length > 0) this.#watchDisk();
    this.#changed.fire(files);
    const hasOpen = this.all.some(({ state }) => state.open.length > 0);
    if (hasOpen === this.#remembers || this.#isOver) return;
    this.#remembers = hasOpen;
    void this.#host.context.workspaceState.update(memoryKey, hasOpen ? true : undefined);
  }

  #note(error: unknown): void {
    if (isAbort(error) || this.#isOver) return;
    this.#host.log.warn(`files under review: ${messageOf(error)}`);
  }
}
