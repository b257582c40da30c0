import * as vscode from 'vscode';

import { isAbort, messageOf } from '../../common/index.ts';
import type { ThreadView } from '../../protocol/index.ts';
import { Gathered } from '../gathered.ts';
import type { Host } from '../host.ts';
import type { Exposure } from '../inline/exposure.ts';
import type { FilesUnderReview } from '../inline/files-under-review.ts';
import { fileUri, openProjects } from '../projects.ts';
import { isOpenRemark } from '../words.ts';
import { registerThreadBases, threadBaseUri, threadScheme } from './base-documents.ts';
import { bodyOf, contextOf, labelOf } from './thread-text.ts';

export const controllerId = 'pantheon.threads';
/** More threads than this are not put into the editor at once; those of visible files come first. */
const MAX_SHOWN = 200;

/** What was typed is looked at when nothing more came for so long. */
const PAUSE_MS = 300;

/** So much of the file stays in view above a thread that is gone to. */
const LINES_ABOVE = 6;

/** One remark or reply as VS Code shows it. */
interface ShownComment extends vscode.Comment {
  readonly id: string;
}

/** The review threads of the open projects as comment threads of the editor, kept up by subscription. */
export class ReviewThreads implements vscode.Disposable {
  readonly #host: Host;
  readonly #files: FilesUnderReview;
  readonly #exposure: Exposure;
  readonly #controller: vscode.CommentController;
  readonly #shown = new Map<string, vscode.CommentThread>();
  /** What a thread of the editor stands for; a thread in which nothing was said yet stands for nothing. */
  readonly #ids = new WeakMap<vscode.CommentThread, string>();
  readonly #views = new Map<string, ThreadView>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned: vscode.Disposable[] = [];
  readonly #loading = new Gathered(() => this.#reload());
  /** Answers taken in: a list that was asked for before is older than they are. */
  #answers = 0;
  /** Decisions under way: a file may be written whose finding is not decided yet, and a list would say that it is outdated. */
  #deciding = 0;
  #typed: NodeJS.Timeout | undefined;

  /** The threads were read anew. */
  readonly onDidChange = this.#changed.event;

  constructor(host: Host, files: FilesUnderReview, exposure: Exposure) {
    this.#host = host;
    this.#files = files;
    this.#exposure = exposure;
    this.#controller = vscode.comments.createCommentController(controllerId, 'Pantheon');
    this.#controller.options = {
      prompt: vscode.l10n.t('Reply…'),
      placeHolder: vscode.l10n.t('What should be said or done here?'),
    };
    this.#controller.commentingRangeProvider = {
      provideCommentingRanges: (document) => this.#commentingRanges(document),
    };
    this.#owned.push(
      this.#controller,
      this.#changed,
      registerThreadBases(host),
      host.link.onDidChangeState(() => this.refresh()),
      host.link.onDidChangeViews((topics) => {
        if (topics.includes('inbox')) this.refresh();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#show()),
      vscode.window.onDidChangeTextEditorVisibleRanges(() => this.#noteSeen()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#follow(document)),
      vscode.workspace.onDidSaveTextDocument(() => this.refresh()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
    );
  }

  /** All threads in the order of files and lines. */
  get all(): readonly ThreadView[] {
    return [...this.#views.values()];
  }

  /** The thread that a thread of the editor stands for; `undefined` if nothing was said in it yet. */
  viewOf(thread: vscode.CommentThread): ThreadView | undefined {
    return this.#views.get(this.#ids.get(thread) ?? '');
  }

  /** The thread of the editor for a view, if it is shown. */
  shownAs(id: string): vscode.CommentThread | undefined {
    return this.#shown.get(id);
  }

  /** Does a decision, and reads the threads again when it is over: not what is true only in between. */
  async whileDeciding<T>(decide: () => Promise<T>): Promise<T> {
    this.#deciding += 1;
    try {
      return await decide();
    } finally {
      this.#deciding -= 1;
      this.refresh();
    }
  }

  /** Reads the threads again; requests that come while one is under way are gathered into one more. */
  refresh(): void {
    this.#loading.request();
  }

  /** Resolves when the threads are as fresh as the last change that was heard. */
  async settled(): Promise<void> {
    await this.#loading.settled();
  }

  /** An empty thread at lines, with the box to write in. */
  begin(uri: vscode.Uri, range: vscode.Range): vscode.CommentThread {
    const thread = this.#controller.createCommentThread(uri, range, []);
    thread.label = vscode.l10n.t('New conversation');
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    return thread;
  }

  /** A thread of the editor stands for this from now on: it is filled, never made anew. */
  adopt(thread: vscode.CommentThread, view: ThreadView): void {
    const other = this.#shown.get(view.id);
    if (other !== undefined && other !== thread) other.dispose();
    this.#answers += 1;
    this.#ids.set(thread, view.id);
    this.#shown.set(view.id, thread);
    this.#views.set(view.id, view);
    fill(thread, view);
  }

  /** Takes an answer of the runner in at once, before it is heard of as a change. */
  took(view: ThreadView): void {
    this.#answers += 1;
    this.#views.set(view.id, view);
    const thread = this.#shown.get(view.id);
    if (thread !== undefined) fill(thread, view);
  }

  /** Where a thread is shown: in its file, or in the text that it was made in. */
  uriOf(view: ThreadView): vscode.Uri {
    return view.placed ? fileUri(view.workspace, view.path) : threadBaseUri(view);
  }

  /** Opens the place of a thread and the thread in it. */
  async reveal(view: ThreadView): Promise<void> {
    const place = new vscode.Range(view.line, 0, view.line, 0);
    const editor = await vscode.window.showTextDocument(this.uriOf(view), {
      selection: place,
      preview: true,
    });
    // The thread opens below its line and needs the room.
    const above = new vscode.Range(Math.max(0, view.line - LINES_ABOVE), 0, view.line, 0);
    editor.revealRange(above, vscode.TextEditorRevealType.AtTop);
    this.#show();
    const thread = this.#shown.get(view.id);
    if (thread !== undefined) thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  dispose(): void {
    clearTimeout(this.#typed);
    for (const thread of this.#shown.values()) thread.dispose();
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  /** By default only in files under review: else the gutter of every file would offer a plus. */
  #commentingRanges(document: vscode.TextDocument): vscode.CommentingRanges | undefined {
    const isUnderReview =
      (this.#files.at(document.uri)?.open.length ?? 0) > 0 ||
      this.all.some((view) => view.state === 'open' && isAt(this.uriOf(view), document.uri));
    if (!isUnderReview || document.uri.scheme !== 'file') return undefined;
    const all = new vscode.Range(0, 0, Math.max(0, document.lineCount - 1), 0);
    return { enableFileComments: true, ranges: [all] };
  }

  /** Threads go with the lines that are typed, and are outdated as soon as those change. */
  #follow({ uri }: vscode.TextDocument): void {
    const place = this.all.length === 0 ? undefined : this.#files.placeOf(uri);
    if (place === undefined) return;
    if (!this.all.some(({ workspace, path }) => workspace === place.root && path === place.path)) return;
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => this.refresh(), PAUSE_MS);
  }

  async #reload(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      if (!isAbort(error) && this.#host.link.state === 'ready')
        this.#host.log.warn(`threads: ${messageOf(error)}`);
    }
  }

  /** With the runner away what is shown stays; it is told when the person acts. */
  async #load(): Promise<void> {
    if (this.#host.link.state === 'away') return;
    const answers = this.#answers;
    const lists = await Promise.all(
      openProjects().map((workspace) =>
        this.#host.link.ask('threads.list', { workspace, unsaved: this.#files.unsavedIn(workspace) }),
      ),
    );
    if (lists.includes(undefined)) return;
    if (this.#deciding > 0) return;
    if (answers !== this.#answers) return this.refresh();
    this.#views.clear();
    for (const view of lists.flatMap((list) => list?.threads ?? [])) this.#views.set(view.id, view);
    this.#show();
    this.#changed.fire();
  }

  /** Makes the editor show what is known: threads of visible files first, and outdated ones only in their own text. */
  #show(): void {
    const visible = vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString());
    const isVisible = (view: ThreadView) => visible.includes(this.uriOf(view).toString());
    const fitting = this.all.filter((view) =>
      view.placed ? isShown(view) || isVisible(view) : isVisible(view),
    );
    const wanted = fitting
      .toSorted((a, b) => Number(isVisible(b)) - Number(isVisible(a)))
      .slice(0, MAX_SHOWN);
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, thread] of this.#shown) {
      const view = this.#views.get(id);
      // A thread that moved to another document has to be made anew: the editor cannot move it.
      if (ids.has(id) && view !== undefined && isAt(thread.uri, this.uriOf(view))) continue;
      if (!ids.has(id) && view !== undefined && mayHoldDraft(thread, view)) {
        thread.label = labelOf(view);
        continue;
      }
      thread.dispose();
      this.#shown.delete(id);
    }
    for (const view of wanted) {
      const thread = this.#shown.get(view.id) ?? this.#make(view);
      fill(thread, view);
    }
    this.#noteSeen();
  }

  /** Findings whose lines are in view count as shown. */
  #noteSeen(): void {
    for (const { document, visibleRanges } of vscode.window.visibleTextEditors) {
      for (const view of this.all) {
        if (view.finding === undefined || !isAt(this.uriOf(view), document.uri)) continue;
        const range = rangeOf(view);
        const isInView = visibleRanges.some((visible) => visible.intersection(range) !== undefined);
        if (isInView) this.#exposure.saw(view.id, 'shown');
      }
    }
  }

  #make(view: ThreadView): vscode.CommentThread {
    const thread = this.#controller.createCommentThread(this.uriOf(view), rangeOf(view), []);
    const isUndecided = isOpenRemark(view);
    thread.collapsibleState = isUndecided
      ? vscode.CommentThreadCollapsibleState.Expanded
      : vscode.CommentThreadCollapsibleState.Collapsed;
    this.#shown.set(view.id, thread);
    this.#ids.set(thread, view.id);
    return thread;
  }
}

/**
 * Whether a person may be writing a reply in a thread whose lines are just being typed over: the editor tells of no draft, so an
 * open one stays, called outdated, until the file is saved.
 */
function mayHoldDraft(thread: vscode.CommentThread, { state }: ThreadView): boolean {
  return (
    state === 'outdated' &&
    thread.collapsibleState === vscode.CommentThreadCollapsibleState.Expanded &&
    vscode.workspace.textDocuments.some(({ uri, isDirty }) => isDirty && isAt(uri, thread.uri))
  );
}

/** What is decided leaves the editor, but for what was resolved: that can be taken up again where it is. */
function isShown({ state }: ThreadView): boolean {
  return state === 'open' || state === 'resolved' || state === 'applied';
}

function isAt(uri: vscode.Uri, other: vscode.Uri): boolean {
  return uri.toString() === other.toString();
}

function rangeOf({ line, endLine }: ThreadView): vscode.Range {
  return new vscode.Range(line, 0, endLine, 0);
}

/** Gives a thread of the editor what is to be seen. Comments are one new list, so that the editor keeps its place. */
function fill(thread: vscode.CommentThread, view: ThreadView): void {
  const isUndecided = isOpenRemark(view);
  const range = view.wholeFile === true ? undefined : rangeOf(view);
  if (range === undefined) {
    if (thread.range !== undefined) thread.range = undefined;
  } else if (thread.range?.isEqual(range) !== true) thread.range = range;
  thread.label = labelOf(view);
  thread.contextValue = contextOf(view);
  thread.canReply = thread.uri.scheme !== threadScheme;
  const state = isUndecided ? vscode.CommentThreadState.Unresolved : vscode.CommentThreadState.Resolved;
  if (thread.state !== state) {
    thread.state = state;
    if (!isUndecided) thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed;
  }
  const comments = commentsOf(view);
  if (!isSame(thread.comments as readonly ShownComment[], comments)) thread.comments = comments;
}

function commentsOf(view: ThreadView): ShownComment[] {
  const said = view.comments.map((comment, index): ShownComment => {
    const body = new vscode.MarkdownString(bodyOf(view, index));
    return {
      id: comment.id,
      body,
      mode: vscode.CommentMode.Preview,
      author: { name: comment.agent ?? vscode.l10n.t('You') },
      timestamp: new Date(comment.at),
      contextValue: comment.agent === undefined ? 'person' : 'agent',
    };
  });
  if (view.waiting === undefined) return said;
  const waits: ShownComment = {
    id: `waiting ${view.waiting.run}`,
    body: new vscode.MarkdownString(`$(loading~spin) ${vscode.l10n.t('is looking at this…')}`, true),
    mode: vscode.CommentMode.Preview,
    author: { name: view.waiting.agent },
    contextValue: 'waiting',
  };
  return [...said, waits];
}

function isSame(before: readonly ShownComment[], now: readonly ShownComment[]): boolean {
  return (
    before.length === now.length &&
    before.every((comment, index) => {
      const other = now[index];
      return comment.id === other?.id && textOf(comment) === textOf(other);
    })
  );
}

function textOf({ body }: vscode.Comment): string {
  return typeof body === 'string' ? body : body.value;
}
