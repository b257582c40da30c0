import { sha256, UserError } from '../common/index.ts';
import type { Store } from '../store/index.ts';
import {
  bringIn,
  encode,
  reviewedText,
  takeOut,
  undoDecision,
  type Edit,
  type ReviewedText,
} from '../text/index.ts';
import { fileSeen, noProposal, turnEvents } from './decisions.ts';
import type { Effects } from './effects.ts';
import type { ReviewEvent } from './events.ts';
import { proposalOf } from './ids.ts';
import { bringInSentence, textNow } from './plan.ts';
import { baseText, type FileRecord } from './records.ts';
import { isDecidable, type ProposalRow, type Rows } from './rows.ts';
import type { BufferText, EditorChange, EditorCommand, EditorReview, RefusedHunk } from './types.ts';

type ActsPart = Pick<EditorReview, 'open' | 'stop' | 'undo'>;

/** What a step makes of a file's text: the new state, the edits that lead to it, and what is true once they are made. */
interface Step {
  readonly state: ReviewedText;
  readonly edits: readonly Edit[];
  readonly events: readonly ReviewEvent[];
  readonly refused: readonly RefusedHunk[];
  /** Given where doing it twice would be another thing. */
  readonly commandId?: string;
}

/** What a person does with the hunks of proposals in their files. The caller lets one call in after the other. */
export class InPlace implements ActsPart {
  readonly #store: Store;
  readonly #rows: Rows;
  readonly #effects: Effects;

  constructor(store: Store, rows: Rows, effects: Effects) {
    this.#store = store;
    this.#rows = rows;
    this.#effects = effects;
  }

  open(input: EditorCommand & { readonly proposal: string }, signal: AbortSignal): Promise<EditorChange> {
    const row = this.#existing(input.proposal);
    const files = this.#rows.record(row).files;
    return this.#eachFile(row, files, input, signal, (file, state) => this.#bringIn(row, file, state));
  }

  stop(input: EditorCommand & { readonly proposal: string }, signal: AbortSignal): Promise<EditorChange> {
    const row = this.#existing(input.proposal);
    const files = this.#rows
      .record(row)
      .files.filter(({ path }) =>
        this.#rows.file(row.root, path)?.state.open.some(({ owner }) => owner === row.id),
      );
    return this.#eachFile(row, files, input, signal, (file, state) => takeOutStep(row.id, file.path, state));
  }

  async undo(
    input: EditorCommand & { readonly workspaceRoot: string },
    signal: AbortSignal,
  ): Promise<EditorChange & { readonly hunk: string }> {
    const before = this.#store.ofCommand(input.commandId)?.find(({ type }) => type === 'hunk.turned');
    if (before !== undefined) {
      const { hunk } = before.body as { readonly hunk: string };
      return { files: [], edits: [], refused: [], hunk };
    }
    const last = this.#rows.lastDecision(input.workspaceRoot);
    const row = this.#rows.proposal(proposalOf(last?.hunk ?? ''));
    const file =
      row === undefined ? undefined : this.#rows.record(row).files.find(({ path }) => path === last?.path);
    if (last === undefined || row === undefined || file === undefined) {
      throw cannotUndo('nothing-to-undo', 'There is no decision to take back.', 'Decide a hunk first.');
    }
    const { hunk } = last;
    const rejected = this.#rows.hunk(hunk)?.state === 'rejected';
    const known = this.#rows.file(row.root, file.path)?.state.closed.some(({ id }) => id === hunk) === true;
    if (rejected && !known) {
      this.#effects.append(row.id, [{ type: 'hunk.turned', body: { hunk, to: 'waiting' } }], input.commandId);
      return { files: [], edits: [], refused: [], hunk };
    }
    if (file.whole) {
      throw cannotUndo(
        'whole-file',
        `${file.path} was taken as a whole.`,
        'Take it back with your version control.',
      );
    }
    const change = await this.#eachFile(row, [file], input, signal, (_, state) =>
      undoStep(hunk, file.path, state, input.commandId),
    );
    const problem = change.refused[0]?.problem;
    if (problem !== undefined) throw cannotUndo('cannot-undo', problem, 'Edit the file by hand.');
    return { ...change, hunk };
  }

  #bringIn(row: ProposalRow, file: FileRecord, state: ReviewedText): Step {
    const undecided = file.hunks.filter(({ id }) => isDecidable(this.#rows.hunk(id)?.state ?? 'waiting'));
    const waiting = undecided.filter(({ id }) => !state.open.some((open) => open.id === id));
    if (file.whole) {
      const problem = `${file.path} is decided as a whole: look at it first, then accept or reject it.`;
      const refused = waiting.map(({ id }) => ({ hunk: id, problem, whole: true as const }));
      return { state, edits: [], events: [], refused };
    }
    const base = baseText(this.#store, file);
    const hunks = waiting.map(({ id, start, end, added }) => ({ id, start, end, added }));
    const result = bringIn(state, { owner: row.id, base, hunks });
    const refused = result.refused.map(({ id, problem }) => ({
      hunk: id,
      problem: bringInSentence(problem, file.path),
    }));
    const turned = (hunk: string, to: 'open' | 'conflicted'): ReviewEvent => ({
      type: 'hunk.turned',
      body: { hunk, to },
    });
    const events = [
      ...result.opened.map((id) => turned(id, 'open')),
      ...refused.map(({ hunk }) => turned(hunk, 'conflicted')),
    ];
    return { state: result.state, edits: result.edits, events, refused };
  }

  async #eachFile(
    row: ProposalRow,
    files: readonly FileRecord[],
    { unsaved = [] }: EditorCommand,
    signal: AbortSignal,
    step: (file: FileRecord, state: ReviewedText) => Step,
  ): Promise<EditorChange> {
    const changes: EditorChange[] = [];
    for (const file of files) {
      signal.throwIfAborted();
      const buffer = unsaved.find(({ path }) => path === file.path);
      changes.push(await this.#change(row, file, buffer, (state) => step(file, state)));
    }
    return {
      files: changes.flatMap((change) => change.files),
      edits: changes.flatMap((change) => change.edits),
      refused: changes.flatMap((change) => change.refused),
    };
  }

  async #change(
    row: ProposalRow,
    file: FileRecord,
    buffer: BufferText | undefined,
    step: (state: ReviewedText) => Step,
  ): Promise<EditorChange> {
    const { path } = file;
    const refuseAll = (problem: string) => ({
      files: [],
      edits: [],
      refused: file.hunks.map(({ id }) => ({ hunk: id, problem })),
    });
    const seen = this.#rows.file(row.root, path);
    if (seen?.unsaved === true && buffer === undefined)
      return refuseAll(`${path} has unsaved changes in another window.`);
    try {
      if (file.whole) return { files: [], edits: [], refused: step(reviewedText('')).refused };
      const now = textNow(row.root, path, seen?.state, buffer?.text);
      const { state, edits, events, refused, commandId } = step(now.state);
      const bytes = encode(state.text, now.encoding);
      const content = this.#store.putContent(bytes, { owner: row.id });
      const effect = {
        proposal: row.id,
        root: row.root,
        steps: [{ path, before: now.hash, after: sha256(bytes), content }],
        hunks: file.hunks.map(({ id }) => id),
        ...(commandId === undefined || refused.length > 0 ? {} : { commandId }),
        receipt: [
          ...turnEvents(now.turns),
          ...events,
          fileSeen(this.#store, row.root, path, state, buffer !== undefined),
        ],
      };
      if (buffer !== undefined && edits.length > 0) {
        this.#effects.intend(effect, 'window');
        return { files: [{ path, state }], edits: [{ path, edits }], refused };
      }
      const end = await this.#effects.perform(effect);
      return end.done ? { files: [{ path, state }], edits: [], refused } : refuseAll(end.problem);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return refuseAll(`${error.message} ${error.remedy}`);
    }
  }

  #existing(id: string): ProposalRow {
    const row = this.#rows.proposal(id);
    if (row === undefined) throw noProposal(id);
    return row;
  }
}

function takeOutStep(owner: string, path: string, before: ReviewedText): Step {
  const { state, edits, taken, stuck } = takeOut(before, owner);
  const problem = `You typed inside this hunk in ${path}: accept it, or take it out by hand.`;
  return {
    state,
    edits,
    events: taken.map((hunk): ReviewEvent => ({ type: 'hunk.turned', body: { hunk, to: 'waiting' } })),
    refused: stuck.map((hunk) => ({ hunk, problem })),
  };
}

function undoStep(hunk: string, path: string, before: ReviewedText, commandId: string): Step {
  const done = undoDecision(before, hunk);
  if (done.ok) {
    return {
      state: done.state,
      edits: done.edits,
      events: [{ type: 'hunk.turned', body: { hunk, to: 'open' } }],
      refused: [],
      commandId,
    };
  }
  const problem = `The place of ${hunk} in ${path} was edited since.`;
  return { state: before, edits: [], events: [], refused: [{ hunk, problem }] };
}

function cannotUndo(code: string, message: string, remedy: string): UserError {
  return new UserError(code, message, remedy, { exitCode: 1 });
}
