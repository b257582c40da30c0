import { changesBetween, type LineChange } from '../diff.ts';
import type { Edit } from '../edits.ts';
import { uniformEnd, withEnds, type LineEnd } from '../lines.ts';
import { originalOf } from './original.ts';
import { insertInOrder, replaceAt, touches } from './ranges.ts';
import type { BringInProblem, BroughtIn, Incoming, IncomingHunk, Range, ReviewedText } from './types.ts';

/**
 * Brings hunks of a proposal into the text. If the text changed since the proposal was made, a hunk whose lines and
 * their neighbours are as they were moves with them; any other is refused, never guessed. A text that only has other
 * line ends than the base gets the hunks with its own.
 */
export function bringIn(state: ReviewedText, incoming: Incoming): BroughtIn {
  const asIs = bringInAll(state, incoming);
  const end = uniformEnd(originalOf(state));
  const changed = asIs.refused.some(({ problem }) => problem === 'changed');
  if (!changed || end === undefined || withEnds(incoming.base, end) === incoming.base) return asIs;
  const converted = bringInAll(state, withIncomingEnds(incoming, end));
  return converted.refused.length < asIs.refused.length ? converted : asIs;
}

function bringInAll(start: ReviewedText, { owner, base, hunks }: Incoming): BroughtIn {
  const changes = changesBetween(base, originalOf(start));
  let state = start;
  const edits: Edit[] = [];
  const opened: string[] = [];
  const refused: { id: string; problem: BringInProblem }[] = [];
  for (const hunk of hunks) {
    const place = placeOf(hunk, base, changes) ?? 'changed';
    const at = typeof place === 'string' ? place : inText(state, place);
    if (typeof at === 'string') {
      refused.push({ id: hunk.id, problem: at });
      continue;
    }
    const edit = { ...at, text: hunk.added };
    const index = state.open.filter((other) => other.end <= at.start).length;
    const moved = replaceAt(withoutId(state, hunk.id), index, edit);
    const range = { start: at.start, end: at.start + hunk.added.length };
    const removed = base.slice(hunk.start, hunk.end);
    state = {
      ...moved,
      open: insertInOrder(moved.open, { id: hunk.id, owner, removed, added: hunk.added, ...range }),
    };
    edits.push(edit);
    opened.push(hunk.id);
  }
  return { state, edits, opened, refused };
}

/** Where the base range of a hunk is in the original now. */
function placeOf(
  hunk: IncomingHunk,
  base: string,
  changes: readonly LineChange[],
): Range | BringInProblem | undefined {
  if (hunk.end > base.length) return undefined;
  if (base.slice(hunk.start, hunk.end) === hunk.added) return 'already-there';
  let delta = 0;
  for (const change of changes) {
    if (touches(change, hunk)) {
      const same = change.start === hunk.start && change.end === hunk.end && change.added === hunk.added;
      return same ? 'already-there' : 'changed';
    }
    if (change.end <= hunk.start) delta += change.added.length - change.removed.length;
  }
  return { start: hunk.start + delta, end: hunk.end + delta };
}

/** Where a range of the original is in the text with its open hunks. */
function inText(state: ReviewedText, range: Range): Range | BringInProblem {
  let delta = 0;
  for (const { start, end, removed } of state.open) {
    const there = { start: start - delta, end: start - delta + removed.length };
    if (touches(there, range)) return 'meets-open-hunk';
    if (there.start > range.start) break;
    delta += end - start - removed.length;
  }
  return { start: range.start + delta, end: range.end + delta };
}

/** A hunk that comes in again is not followed as a closed one any more. */
function withoutId(state: ReviewedText, id: string): ReviewedText {
  return { ...state, closed: state.closed.filter((hunk) => hunk.id !== id) };
}

function withIncomingEnds({ owner, base, hunks }: Incoming, end: LineEnd): Incoming {
  const offset = (at: number) => withEnds(base.slice(0, at), end).length;
  return {
    owner,
    base: withEnds(base, end),
    hunks: hunks.map(({ id, start, end: to, added }) => ({
      id,
      start: offset(start),
      end: offset(to),
      added: withEnds(added, end),
    })),
  };
}
