import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { FindingView, ThreadView } from '../../protocol/index.ts';
import { runEnvironment } from '../commands/run.ts';
import { ensureTrust } from '../commands/trust.ts';
import type { Host } from '../host.ts';
import { editDocument, editedMeanwhile } from '../inline/edit-document.ts';
import type { FilesUnderReview } from '../inline/files-under-review.ts';
import type { BufferText } from '../inline/file-set.ts';
import type { InlineReview } from '../inline/inline-review.ts';
import { requireTrustedWindow } from '../messages.ts';
import { fileUri } from '../projects.ts';
import { isOpenRemark } from '../words.ts';
import type { ReviewThreads } from './review-threads.ts';

type Decision = 'apply' | 'dismiss' | 'resolve' | 'reopen';

/** What the commands of threads do. Their arguments are what the editor gives: a thread, a reply, or a row of the inbox. */
export class ThreadCommands {
  readonly #host: Host;
  readonly #threads: ReviewThreads;
  readonly #files: FilesUnderReview;
  readonly #review: InlineReview;

  constructor(host: Host, threads: ReviewThreads, files: FilesUnderReview, review: InlineReview) {
    this.#host = host;
    this.#threads = threads;
    this.#files = files;
    this.#review = review;
  }

  /** Begins a conversation about the selected lines, in any file of the project. */
  async commentHere(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || this.#files.placeOf(editor.document.uri) === undefined) {
      throw new UserError(
        'no-file-here',
        vscode.l10n.t('There is no file of an open project in the active editor.'),
        vscode.l10n.t('Open a file and put the cursor on the line.'),
      );
    }
    const { start, end } = editor.selection;
    // A selection that ends at the start of a line does not mean that line.
    const last = end.line > start.line && end.character === 0 ? end.line - 1 : end.line;
    this.#threads.begin(editor.document.uri, new vscode.Range(start.line, 0, last, 0));
    await Promise.resolve();
  }

  /** What was written in a thread's box, said there; the first words make the thread. */
  async reply(argument: unknown): Promise<ThreadView | undefined> {
    const { thread, text } = replyOf(argument);
    if (text === '') return undefined;
    return await this.#say(thread, text);
  }

  /** As `reply`, and an agent is asked. Without words it shall try again. */
  async ask(argument: unknown): Promise<ThreadView | undefined> {
    requireTrustedWindow();
    const { thread, text } = replyOf(argument);
    const known = this.#threads.viewOf(thread);
    if (known === undefined && text === '') return undefined;
    const root = known?.workspace ?? this.#placeOf(thread).root;
    if (!(await ensureTrust(this.#host, root))) return undefined;
    // The first words make the thread, and the question repeats none.
    const view = known ?? (await this.#say(thread, text));
    const words = known === undefined || text === '' ? {} : { words: text };
    const asked = await this.#host.link.act('threads.ask', {
      thread: view.id,
      env: runEnvironment(),
      ...words,
      commandId: randomUUID(),
    });
    this.#threads.took(asked);
    return asked;
  }

  /** Apply, Discard, Resolve or Reopen: from the title of a thread or from a row. */
  async decide(argument: unknown, decision: Decision): Promise<ThreadView | undefined> {
    if (decision === 'apply') requireTrustedWindow();
    const view = await this.#viewOf(argument);
    if (view === undefined) return undefined;
    const { workspace } = view;
    const decide = async (unsaved: BufferText[]) => {
      const done = await this.#host.link.act('threads.decide', {
        thread: view.id,
        decision,
        unsaved,
        commandId: randomUUID(),
      });
      for (const { path, edits } of done.edits) {
        const document = await vscode.workspace.openTextDocument(fileUri(workspace, path));
        const before = unsaved.find((file) => file.path === path)?.text;
        const isMade = await editDocument(document, before, edits);
        // Only what stands in the window makes it true.
        await this.#host.link.act('review.report', { workspace, path, text: document.getText() });
        if (!isMade) throw editedMeanwhile();
      }
      return { files: [], edits: [], refused: [], view: done.thread };
    };
    const thread = await this.#threads.whileDeciding(() => this.#files.act(workspace, decide));
    if (decision === 'apply' || decision === 'dismiss') await this.#host.milestones.reach('hunkDecided');
    this.#threads.took(thread.view);
    this.#threads.refresh();
    await this.#threads.settled();
    return thread.view;
  }

  /** Puts away a thread in which nothing was said. */
  async cancel(argument: unknown): Promise<void> {
    const thread = threadOf(argument);
    if (thread !== undefined && this.#threads.viewOf(thread) === undefined) thread.dispose();
    await Promise.resolve();
  }

  /** Goes to the next thread that waits, after the given one or the cursor, across files. */
  async next(argument: unknown): Promise<void> {
    await this.#threads.settled();
    const open = this.#threads.all.filter(isOpenRemark);
    const [first] = open;
    if (first === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No remark waits here.'));
      return;
    }
    const from = threadOf(argument);
    const current = from === undefined ? undefined : this.#threads.viewOf(from);
    const at = current === undefined ? this.#atCursor(open) : this.#threads.all.indexOf(current);
    const after = this.#threads.all.slice(at + 1).find((view) => open.includes(view));
    await this.#threads.reveal(after ?? first);
  }

  /** Opens the place of a thread: of a row of the inbox, or of one that is shown. */
  async show(argument: unknown): Promise<void> {
    const view = await this.#viewOf(argument);
    if (view !== undefined) await this.#threads.reveal(view);
  }

  /** Brings the changes that answers led to into their files. */
  async reviewChange(argument: unknown): Promise<void> {
    const view = await this.#viewOf(argument);
    if (view === undefined) return;
    const { proposals } = await this.#host.link.act('inbox.list', { workspace: view.workspace });
    const waiting = proposals.filter(
      ({ id, state }) => view.proposals.includes(id) && (state === 'open' || state === 'in-review'),
    );
    const newest = waiting.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
    if (newest === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('The changes of this thread are decided.'));
      return;
    }
    await this.#review.open(newest);
  }

  async #say(thread: vscode.CommentThread, words: string): Promise<ThreadView> {
    const known = this.#threads.viewOf(thread);
    if (known !== undefined) {
      const view = await this.#host.link.act('threads.reply', {
        thread: known.id,
        words,
        commandId: randomUUID(),
      });
      this.#threads.took(view);
      return view;
    }
    const { root, path } = this.#placeOf(thread);
    const document = await vscode.workspace.openTextDocument(thread.uri);
    // Without a range it was begun about the file as such.
    const { range } = thread;
    const view = await this.#host.link.act('threads.create', {
      workspace: root,
      path,
      ...(range === undefined ? {} : { line: range.start.line, endLine: range.end.line }),
      words,
      ...(document.isDirty ? { text: document.getText() } : {}),
      commandId: randomUUID(),
    });
    this.#threads.adopt(thread, view);
    return view;
  }

  #placeOf({ uri }: vscode.CommentThread): { readonly root: string; readonly path: string } {
    const place = this.#files.placeOf(uri);
    if (place !== undefined) return place;
    throw new UserError(
      'no-file-here',
      vscode.l10n.t('This file is in no open project.'),
      vscode.l10n.t('Open its folder first.'),
    );
  }

  async #viewOf(argument: unknown): Promise<ThreadView | undefined> {
    const thread = threadOf(argument);
    if (thread !== undefined) return this.#threads.viewOf(thread);
    const id = idOf(argument);
    if (id === undefined) {
      throw new UserError(
        'no-thread',
        vscode.l10n.t('No remark is chosen.'),
        vscode.l10n.t('Use the buttons of a remark, or of its row.'),
      );
    }
    const known = this.#threads.all.find((view) => view.id === id);
    if (known !== undefined) return known;
    this.#threads.refresh();
    await this.#threads.settled();
    return this.#threads.all.find((view) => view.id === id);
  }

  /** Index of the last thread at or above the cursor, -1 if there is none. */
  #atCursor(open: readonly ThreadView[]): number {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return -1;
    const { line } = editor.selection.active;
    const uri = editor.document.uri.toString();
    return this.#threads.all.findLastIndex(
      (view) => open.includes(view) && this.#threads.uriOf(view).toString() === uri && view.line <= line,
    );
  }
}

/** A thread of the editor, alone or in what VS Code gives with a reply. */
function threadOf(argument: unknown): vscode.CommentThread | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const thread = 'thread' in argument ? (argument as vscode.CommentReply).thread : argument;
  return 'uri' in thread && 'comments' in thread ? (thread as vscode.CommentThread) : undefined;
}

function replyOf(argument: unknown): vscode.CommentReply {
  const thread = threadOf(argument);
  if (thread === undefined) {
    throw new UserError(
      'no-thread',
      vscode.l10n.t('No remark is chosen.'),
      vscode.l10n.t('Write in the box of a remark first.'),
    );
  }
  const text = (argument as Partial<vscode.CommentReply>).text ?? '';
  return { thread, text: text.trim() };
}

/** The id of a row's finding, or an id itself. */
function idOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null || !('finding' in argument)) return undefined;
  return (argument.finding as FindingView).id;
}
