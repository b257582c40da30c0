import { sha256, UserError } from '../common/index.ts';
import type { ContentRef, Store } from '../store/index.ts';
import {
  acceptHunk,
  bringIn,
  decode,
  encode,
  followOutside,
  rejectHunk,
  reviewedText,
  type BringInProblem,
  type Edit,
  type Encoding,
  type ReviewedText,
  type Turn,
} from '../text/index.ts';
import { readDisk } from './disk.ts';
import type { WriteStep } from './events.ts';
import { baseText, type FileRecord, type HunkRecord } from './records.ts';
import type { RefusedHunk } from './types.ts';

/** What decisions about one file would do. */
export interface FilePlan {
  readonly steps: readonly WriteStep[];
  /** The file with its open hunks afterwards; `undefined` for a file that is decided as a whole. */
  readonly state?: ReviewedText;
  /** How the text becomes what it is afterwards, for a window. */
  readonly edits: readonly Edit[];
  readonly turns: readonly Turn[];
  readonly decided: readonly {
    readonly hunk: HunkRecord;
    readonly to: 'accepted' | 'accepted-edited' | 'rejected';
  }[];
  /** `conflict` says that the file is not as the proposal knew it. */
  readonly refused: readonly Refusal[];
  /** Bytes of the file that is decided, afterwards. */
  readonly resulting: ContentRef | null;
}
export interface Refusal extends RefusedHunk {
  readonly conflict: boolean;
}

export interface PlanContext {
  readonly store: Pick<Store, 'getContent' | 'putContent'>;
  readonly root: string;
  readonly proposal: string;
  /** The file's state as it was last seen, if hunks were ever open in it. */
  readonly seen: ReviewedText | undefined;
  /** The unsaved text of the window that owns the file; without it the bytes of the disk count. */
  readonly buffer?: string | undefined;
  /** What shall stand where a rejected hunk cannot be taken out alone. */
  readonly instead?: string | undefined;
}

/** Plans decisions of one file against its bytes as they are now. Writes nothing. */
export function planFile(
  context: PlanContext,
  file: FileRecord,
  hunks: readonly HunkRecord[],
  decision: 'accept' | 'reject',
): FilePlan {
  try {
    if (file.whole) return planWhole(context, file, hunks, decision);
    return planHunks(context, file, hunks, decision);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return nothing(hunks, `${error.message} ${error.remedy}`, false);
  }
}

function nothing(hunks: readonly HunkRecord[], problem: string, conflict: boolean): FilePlan {
  const refused = hunks.map(({ id }) => ({ hunk: id, problem, conflict }));
  return { steps: [], edits: [], turns: [], decided: [], refused, resulting: null };
}

/** A file's text with its open hunks, as it is now. */
export interface TextNow {
  readonly state: ReviewedText;
  readonly turns: readonly Turn[];
  readonly encoding: Encoding;
  readonly hash: string;
}

/** The text of a window if it gives one, else that of the disk (`seenNow`). The hash of a window's text is that of its UTF-8. */
export function textNow(
  root: string,
  path: string,
  seen: ReviewedText | undefined,
  buffer: string | undefined,
): TextNow {
  if (buffer === undefined) return seenNow(root, path, seen);
  const followed = followOutside(seen ?? reviewedText(buffer), buffer);
  return { ...followed, encoding: 'utf-8', hash: sha256(encode(buffer, 'utf-8')) };
}

/** The text of a file of the workspace, followed from when it was last seen. Throws `UserError` if it has none. */
export function seenNow(root: string, path: string, seen: ReviewedText | undefined): TextNow {
  const disk = readDisk(root, path);
  if (disk.bytes === null || disk.hash === null) {
    throw new UserError(
      'file-gone',
      `${path} does not exist any more.`,
      'Bring it back, or reject the hunk.',
      {
        exitCode: 1,
      },
    );
  }
  const decoded = decode(disk.bytes);
  if (decoded === undefined) {
    throw new UserError(
      'not-text',
      `${path} cannot be read as text any more.`,
      'Save it as UTF-8, or reject the hunk.',
      { exitCode: 1 },
    );
  }
  const followed = followOutside(seen ?? reviewedText(decoded.text), decoded.text);
  return { ...followed, encoding: decoded.encoding, hash: disk.hash };
}

function planHunks(
  { store, root, proposal, seen, buffer, instead }: PlanContext,
  file: FileRecord,
  hunks: readonly HunkRecord[],
  decision: 'accept' | 'reject',
): FilePlan {
  if (decision === 'reject' && !hunks.some(({ id }) => seen?.open.some((open) => open.id === id)))
    return recordOnly(hunks);
  const now = textNow(root, file.path, seen, buffer);
  const base = baseText(store, file);
  let state = now.state;
  const decided: FilePlan['decided'][number][] = [];
  const refused: Refusal[] = [];
  const edits: Edit[] = [];
  for (const hunk of hunks) {
    const one =
      decision === 'accept'
        ? accept(state, hunk, base, proposal, file.path)
        : reject(state, hunk, file.path, instead);
    if ('problem' in one) refused.push({ hunk: hunk.id, ...one });
    else {
      state = one.state;
      edits.push(...one.edits);
      decided.push({ hunk, to: one.to });
    }
  }
  const bytes = encode(state.text, now.encoding);
  const content = store.putContent(bytes, { owner: proposal });
  const steps = [{ path: file.path, before: now.hash, after: sha256(bytes), content }];
  return { steps, state, edits, turns: now.turns, decided, refused, resulting: content };
}

type One =
  | {
      readonly state: ReviewedText;
      readonly edits: readonly Edit[];
      readonly to: 'accepted' | 'accepted-edited' | 'rejected';
    }
  | Omit<Refusal, 'hunk'>;

function accept(state: ReviewedText, hunk: HunkRecord, base: string, owner: string, path: string): One {
  let ready = state;
  let edits: readonly Edit[] = [];
  if (!state.open.some(({ id }) => id === hunk.id)) {
    const incoming = {
      owner,
      base,
      hunks: [{ id: hunk.id, start: hunk.start, end: hunk.end, added: hunk.added }],
    };
    const result = bringIn(state, incoming);
    const problem = result.refused[0]?.problem;
    if (problem === 'already-there') return { state, edits: [], to: 'accepted' };
    if (problem !== undefined) return { problem: bringInSentence(problem, path), conflict: true };
    ready = result.state;
    edits = result.edits;
  }
  const done = acceptHunk(ready, hunk.id);
  if (!done.ok || done.to === 'rejected' || done.to === 'open')
    throw new Error(`hunk ${hunk.id} could not be accepted`);
  return { state: done.state, edits, to: done.to };
}

function reject(state: ReviewedText, hunk: HunkRecord, path: string, instead: string | undefined): One {
  const done = rejectHunk(state, hunk.id, instead);
  if (done.ok) return { state: done.state, edits: done.edits, to: 'rejected' };
  if (done.problem === 'not-open') return { state, edits: [], to: 'rejected' };
  const open = state.open.find(({ id }) => id === hunk.id);
  const typed =
    open === undefined
      ? {}
      : { typed: { now: state.text.slice(open.start, open.end), before: open.removed } };
  return {
    problem: `You typed inside this hunk in ${path}, so its text cannot be taken out alone. Undo your typing, or accept the hunk and edit it.`,
    conflict: false,
    ...typed,
  };
}

/** Why a hunk was not brought in, for a person. */
export function bringInSentence(problem: BringInProblem, path: string): string {
  switch (problem) {
    case 'changed':
      return `The lines of this hunk in ${path} changed since it was proposed. Make the change by hand, or reject it.`;
    case 'meets-open-hunk':
      return `Another open hunk changes the same lines of ${path}. Decide that one first.`;
    case 'already-there':
      return `${path} says so already.`;
  }
}

function recordOnly(hunks: readonly HunkRecord[]): FilePlan {
  return {
    steps: [],
    edits: [],
    turns: [],
    refused: [],
    resulting: null,
    decided: hunks.map((hunk) => ({ hunk, to: 'rejected' as const })),
  };
}

/** A file that is added, deleted, renamed or not text: all of it or nothing. */
function planWhole(
  { store, root }: PlanContext,
  file: FileRecord,
  hunks: readonly HunkRecord[],
  decision: 'accept' | 'reject',
): FilePlan {
  if (decision === 'reject') return recordOnly(hunks);
  const hashOf = (ref: ContentRef | null) => (ref === null ? null : contentHash(store, ref));
  const [base, proposed] = [hashOf(file.base), hashOf(file.proposed)];
  const to = { path: file.path, after: proposed, content: file.proposed };
  const steps: WriteStep[] =
    file.from === undefined
      ? [{ ...to, before: base }]
      : [
          { ...to, before: null },
          { path: file.from, before: base, after: null, content: null },
        ];
  for (const { path, before, after } of steps) {
    const { hash } = readDisk(root, path);
    if (hash !== before && hash !== after) return nothing(hunks, wholeConflict(file, path, hash), true);
  }
  const missing = steps.map((step) => ({ ...step, before: readDisk(root, step.path).hash }));
  return {
    steps: missing,
    edits: [],
    turns: [],
    refused: [],
    resulting: file.proposed,
    decided: hunks.map((hunk) => ({ hunk, to: 'accepted' as const })),
  };
}

function contentHash(store: PlanContext['store'], ref: ContentRef): string {
  const bytes = store.getContent(ref);
  if (bytes !== undefined) return sha256(bytes);
  throw new UserError('erased', 'The text of this proposal was erased.', 'Run the flow again.', {
    exitCode: 1,
  });
}

function wholeConflict(file: FileRecord, path: string, hash: string | null): string {
  if (hash === null) return `${path} does not exist any more. Bring it back, or reject the change.`;
  if (file.kind === 'add') return `There is another ${path} now. Move it away, or reject the change.`;
  return `${path} changed since this was proposed; it can only be taken as a whole. Reject the change, or run the flow again.`;
}
