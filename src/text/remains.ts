import { diffLines } from './diff.ts';
import { likeness } from './edits.ts';
import { splitLines, withEnds } from './lines.ts';

/** What became of an accepted change: as it was, edited since, taken back to what it replaced, or not there any more. */
export type Remains = 'kept' | 'changed' | 'reverted' | 'gone';

/** A change that was accepted: what stood in the base, and the whole text right after it was accepted. */
export interface AcceptedChange {
  readonly base: string;
  /** 0-based line of the base at which it begins. */
  readonly baseStart: number;
  /** How many lines of the base it replaced; 0 for an insertion. */
  readonly baseLines: number;
  readonly resulting: string;
}

/** Below this likeness (Dice over words) the lines in the place of a change are other lines. */
const stranger = 0.3;

/**
 * What is left of an accepted change in a later text of its file, found by two line diffs: base to accepted text gives the
 * lines that it brought, accepted to later text what happened to them. Line ends do not count.
 */
export function remainsOf(change: AcceptedChange, now: string): Remains {
  const [base, resulting, later] = [change.base, change.resulting, now].map((text) => withEnds(text, '\n'));
  if (base === undefined || resulting === undefined || later === undefined) return 'gone';
  const baseEnd = change.baseStart + change.baseLines;
  const brought = follow(diffLines(base, resulting), change.baseStart, baseEnd);
  const left = follow(diffLines(resulting, later), brought.start, brought.end);
  const lines = (text: string, { start, end }: Range) => splitLines(text).slice(start, end).join('');
  const was = lines(resulting, brought);
  const is = lines(later, left);
  if (is === was) return 'kept';
  if (is === lines(base, { start: change.baseStart, end: baseEnd })) return 'reverted';
  if (is === '' || (was !== '' && likeness(was, is) < stranger)) return 'gone';
  return 'changed';
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Lines [start, end) after differences: those that overlap it, or touch it where it is empty, bring their lines along. */
function follow(differences: ReturnType<typeof diffLines>, start: number, end: number): Range {
  let [shiftStart, shiftEnd] = [0, 0];
  let [from, to]: [number | undefined, number | undefined] = [undefined, undefined];
  for (const { aStart, aEnd, bStart, bEnd } of differences) {
    const grown = bEnd - bStart - (aEnd - aStart);
    const touches =
      start === end || aStart === aEnd ? aStart <= end && start <= aEnd : aStart < end && start < aEnd;
    if (touches) {
      from ??= Math.min(bStart, start + shiftStart);
      to = Math.max(bEnd, end + shiftEnd + grown);
      shiftEnd += grown;
    } else if (aEnd <= start) {
      shiftStart += grown;
      shiftEnd += grown;
    }
  }
  return { start: from ?? start + shiftStart, end: to ?? end + shiftEnd };
}
