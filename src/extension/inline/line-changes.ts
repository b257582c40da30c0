import { hunksAt, linesOf, type EditorLineChange, type ReviewedText } from '../../text/index.ts';

/**
 * The open hunks that one change of the editor's diff stands for. Usually those that it overlaps. Where lines repeat, the
 * editor may see the same insertion a few lines away from where it was made: changes and hunks that overlap nothing are
 * paired in their order, else the nearest hunk is meant.
 */
export function hunksOfChange(
  state: ReviewedText,
  changes: readonly EditorLineChange[],
  index: number,
): readonly string[] {
  const change = changes[index];
  if (change === undefined) return [];
  const direct = hunksAt(state, change);
  if (direct.length > 0) return direct;
  const found = changes.map((one) => hunksAt(state, one));
  const met = new Set(found.flat());
  const lonelyHunks = state.open.filter(({ id }) => !met.has(id));
  const lonelyChanges = changes.filter((_, i) => found[i]?.length === 0);
  const partner =
    lonelyHunks.length === lonelyChanges.length
      ? lonelyHunks[lonelyChanges.indexOf(change)]
      : nearest(state, change, lonelyHunks);
  return partner === undefined ? [] : [partner.id];
}

function nearest(
  state: ReviewedText,
  { modifiedStartLineNumber }: EditorLineChange,
  hunks: ReviewedText['open'],
): ReviewedText['open'][number] | undefined {
  const distance = (hunk: ReviewedText['open'][number]) =>
    Math.abs(linesOf(state.text, hunk).start + 1 - modifiedStartLineNumber);
  return hunks.toSorted((a, b) => distance(a) - distance(b))[0];
}
