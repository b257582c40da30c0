import type { Edit } from '../edits.ts';
import { merge3 } from '../merge.ts';
import { insertInOrder, overlaps, replaceAt, textOf } from './ranges.ts';
import type { ClosedHunk, Decided, OpenHunk, ReviewedText } from './types.ts';

/** Takes the hunk out of the set; its text is there already. */
export function acceptHunk(state: ReviewedText, id: string): Decided {
  const hunk = state.open.find((one) => one.id === id);
  if (hunk === undefined) return { ok: false, problem: 'not-open' };
  const was = textOf(state.text, hunk);
  return {
    ok: true,
    state: close(state, { ...hunk, how: 'accepted', was, left: was }),
    edits: [],
    to: isSameButForLayout(was, hunk.added) ? 'accepted' : 'accepted-edited',
  };
}

/**
 * Replaces the hunk's range by what it removed. If the person typed inside, their text is merged three-way; where that
 * is a conflict nothing changes, and the person says by `instead` what shall stand there.
 */
export function rejectHunk(state: ReviewedText, id: string, instead?: string): Decided {
  const index = state.open.findIndex((one) => one.id === id);
  const hunk = state.open[index];
  if (hunk === undefined) return { ok: false, problem: 'not-open' };
  const left = instead ?? withoutHunk(state, hunk);
  if (left === undefined) return { ok: false, problem: 'conflict' };
  const edit = { start: hunk.start, end: hunk.end, text: left };
  const was = textOf(state.text, hunk);
  const rest = replaceAt({ ...state, open: state.open.toSpliced(index, 1) }, index, edit);
  const range = { start: hunk.start, end: hunk.start + left.length };
  const closed: ClosedHunk = { ...hunk, ...range, how: 'rejected', was, left };
  return { ok: true, state: { ...rest, closed: [...rest.closed, closed] }, edits: [edit], to: 'rejected' };
}

/** Takes a decision back: the hunk is open again. Refused if its place was edited since or another hunk is there. */
export function undoDecision(state: ReviewedText, id: string): Decided {
  const index = state.closed.findLastIndex((one) => one.id === id && one.how !== 'withdrawn');
  const closed = state.closed[index];
  if (closed === undefined) return { ok: false, problem: 'gone' };
  const { how, was, left, ...hunk } = closed;
  if (state.open.some((other) => overlaps(other, hunk))) return { ok: false, problem: 'conflict' };
  const rest = { ...state, closed: state.closed.toSpliced(index, 1) };
  const open = insertInOrder(state.open, hunk);
  if (how === 'accepted' && textOf(state.text, hunk) === hunk.removed) return { ok: false, problem: 'gone' };
  if (how === 'accepted') return { ok: true, state: { ...rest, open }, edits: [], to: 'open' };
  if (textOf(state.text, hunk) !== left) return { ok: false, problem: 'conflict' };
  const edit = { start: hunk.start, end: hunk.end, text: was };
  const at = open.findIndex((one) => one.id === id);
  const moved = replaceAt(rest, at, edit);
  const back = { ...hunk, end: hunk.start + was.length };
  return {
    ok: true,
    state: { ...moved, open: moved.open.toSpliced(at, 0, back) },
    edits: [edit],
    to: 'open',
  };
}

export interface TakenOut {
  readonly state: ReviewedText;
  readonly edits: readonly Edit[];
  readonly taken: readonly string[];
  /** Hunks in which the person typed and whose text cannot be taken out without losing that: they stay open. */
  readonly stuck: readonly string[];
}

/** Takes undecided hunks out of the text again, those of one proposal or all: the end of a review. It decides nothing. */
export function takeOut(state: ReviewedText, owner?: string): TakenOut {
  let rest = state;
  const edits: Edit[] = [];
  const taken: string[] = [];
  const stuck: string[] = [];
  const asked = state.open.filter((hunk) => owner === undefined || hunk.owner === owner);
  for (const { id } of asked.toReversed()) {
    const done = rejectHunk(rest, id);
    if (!done.ok) {
      stuck.unshift(id);
      continue;
    }
    rest = { ...done.state, closed: done.state.closed.filter((one) => one.id !== id) };
    edits.push(...done.edits);
    taken.unshift(id);
  }
  return { state: rest, edits, taken, stuck };
}

/** Takes hunks out of the set that a commit contains: their text stays, nobody decided them. */
export function leaveIn(state: ReviewedText, ids: readonly string[]): ReviewedText {
  return { ...state, open: state.open.filter(({ id }) => !ids.includes(id)) };
}

/** White space alone is a formatter's work, not an edit. */
function isSameButForLayout(a: string, b: string): boolean {
  return a === b || a.replaceAll(/\s+/g, '') === b.replaceAll(/\s+/g, '');
}

function close(state: ReviewedText, closed: ClosedHunk): ReviewedText {
  return {
    text: state.text,
    open: state.open.filter(({ id }) => id !== closed.id),
    closed: [...state.closed, closed],
  };
}

/** What stands in the hunk's range without the hunk; `undefined` on conflict with the person's own typing. */
function withoutHunk(state: ReviewedText, hunk: OpenHunk): string | undefined {
  const now = textOf(state.text, hunk);
  if (now === hunk.added) return hunk.removed;
  const merged = merge3(hunk.added, now, hunk.removed);
  return merged.clean ? merged.text : undefined;
}
