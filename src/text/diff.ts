import { diffArrays } from 'diff';

import { lineStarts, splitLines } from './lines.ts';

/** A contiguous difference of two lists: a[aStart, aEnd) became b[bStart, bEnd). Ends are exclusive; either may be empty. */
export interface Difference {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Beyond this many differing elements the common start and end are cut off and the rest is one difference. */
const MAX_EDITS = 4_000;

/** The shortest difference between two lists (Myers, O(ND)), as ranges in order; no two of them touch. */
export function diffLists(a: readonly string[], b: readonly string[]): Difference[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let aEnd = a.length;
  let bEnd = b.length;
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd -= 1;
    bEnd -= 1;
  }
  if (start === aEnd && start === bEnd) return [];
  const whole = { aStart: start, aEnd, bStart: start, bEnd };
  if (start === aEnd || start === bEnd) return [whole];
  const parts = diffArrays(a.slice(start, aEnd), b.slice(start, bEnd), { maxEditLength: MAX_EDITS });
  return parts === undefined ? [whole] : gather(parts, start);
}

function gather(
  parts: readonly { readonly added: boolean; readonly removed: boolean; readonly count: number }[],
  offset: number,
): Difference[] {
  const found: Difference[] = [];
  let a = offset;
  let b = offset;
  let from: { a: number; b: number } | undefined;
  const close = () => {
    if (from !== undefined) found.push({ aStart: from.a, aEnd: a, bStart: from.b, bEnd: b });
    from = undefined;
  };
  for (const { added, removed, count } of parts) {
    if (added || removed) from ??= { a, b };
    else close();
    if (!added) a += count;
    if (!removed) b += count;
  }
  close();
  return found;
}

/** How one text became another, in lines (0-based, end exclusive). Lines differ if their ends differ. */
export function diffLines(a: string, b: string): Difference[] {
  return diffLists(splitLines(a), splitLines(b));
}

/** A contiguous change of whole lines in a text, with offsets in UTF-16 units of the text before. */
export interface LineChange extends Difference {
  readonly start: number;
  readonly end: number;
  readonly removed: string;
  readonly added: string;
}

/** As `diffLines`, with offsets and texts. */
export function changesBetween(a: string, b: string): LineChange[] {
  const [from, to] = [splitLines(a), splitLines(b)];
  const starts = lineStarts(from);
  return diffLists(from, to).map((difference) => ({
    ...difference,
    start: starts[difference.aStart] ?? a.length,
    end: starts[difference.aEnd] ?? a.length,
    removed: from.slice(difference.aStart, difference.aEnd).join(''),
    added: to.slice(difference.bStart, difference.bEnd).join(''),
  }));
}
