import type { Edit } from '../edits.ts';
import type { OpenHunk, Range, ReviewedText } from './types.ts';

/**
 * Where a range is after an edit; `undefined` if nothing is left of it. An insertion at an edge is outside; an edit
 * inside belongs to the range; one across an edge clips it; one that covers it leaves nothing.
 */
export function moveRange(range: Range, edit: Edit): Range | undefined {
  const { start, end } = range;
  const delta = edit.text.length - (edit.end - edit.start);
  if (edit.start >= end) return range;
  if (edit.end <= start) return { start: start + delta, end: end + delta };
  if (edit.start >= start && edit.end <= end)
    return end + delta > start ? { start, end: end + delta } : undefined;
  if (edit.start <= start && edit.end >= end) return undefined;
  return edit.start < start
    ? { start: edit.start + edit.text.length, end: end + delta }
    : { start, end: edit.start };
}

/** As `moveRange`, but an insertion at an edge is inside, and what is left of nothing is a place: so text that comes back is found. */
export function followPlace(place: Range, edit: Edit): Range {
  const delta = edit.text.length - (edit.end - edit.start);
  if (edit.start >= place.start && edit.end <= place.end)
    return { start: place.start, end: place.end + delta };
  return moveRange(place, edit) ?? { start: edit.start, end: edit.start };
}

/** True if two ranges share text, or one is a point strictly inside the other. Touching is not overlapping. */
export function overlaps(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end && !(a.start === a.end && b.start === b.end);
}

/** True if two ranges overlap or meet at an edge. */
export function touches(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}

export function textOf(text: string, { start, end }: Range): string {
  return text.slice(start, end);
}

export function contains(outer: Range, inner: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** Puts a hunk at its place in the order of the text: behind those that begin before it or are a point where it begins. */
export function insertInOrder(open: readonly OpenHunk[], hunk: OpenHunk): OpenHunk[] {
  const at = open.findIndex(
    ({ start, end }) => start > hunk.start || (start === hunk.start && end > hunk.end),
  );
  return at === -1 ? [...open, hunk] : open.toSpliced(at, 0, hunk);
}

/**
 * Replaces the text at the place of the open hunk with this index (or before it, for a hunk that comes in) by order, not
 * by offsets: open hunks that stand behind in the list move, those before stay, also where they meet at one point.
 */
export function replaceAt(state: ReviewedText, index: number, edit: Edit): ReviewedText {
  const delta = edit.text.length - (edit.end - edit.start);
  return {
    text: state.text.slice(0, edit.start) + edit.text + state.text.slice(edit.end),
    open: state.open.map((hunk, i) =>
      i < index ? hunk : { ...hunk, start: hunk.start + delta, end: hunk.end + delta },
    ),
    closed: state.closed.flatMap((hunk) => {
      if (hunk.how !== 'accepted') return [{ ...hunk, ...followPlace(hunk, edit) }];
      const range = moveRange(hunk, edit);
      return range === undefined ? [] : [{ ...hunk, ...range }];
    }),
  };
}
