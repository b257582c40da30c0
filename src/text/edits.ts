import { diffLists, type Difference } from './diff.ts';
import { bareLine, lineStarts, splitLines, usualEnd, withEnds } from './lines.ts';

/** A replacement of [start, end) by `text`; offsets in UTF-16 units, as editors count them. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after the edit. Throws `RangeError` if the range is not in the text. */
export function applyEdit(text: string, edit: Edit): string {
  if (edit.start < 0 || edit.end < edit.start || edit.end > text.length) {
    throw new RangeError(`edit ${edit.start}-${edit.end} is outside a text of ${text.length}`);
  }
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

/** The text after edits that follow each other: each one's offsets are those of the text that the ones before it left. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.reduce(applyEdit, text);
}

/**
 * Other lines in the place of some: from `first` to `last`, 0-based, with the text's own line ends. What ends the last one
 * stays, and one line end at the end of `fresh` does not count. Lines beyond the end stand for the end of the text.
 */
export function replaceLines(text: string, first: number, last: number, fresh: string): Edit {
  const lines = splitLines(text);
  const starts = lineStarts(lines);
  return {
    start: starts[first] ?? text.length,
    end: (starts[last] ?? text.length) + bareLine(lines[last] ?? '').length,
    text: withEnds(fresh.replace(/\r?\n$/, ''), usualEnd(text)),
  };
}

/** The edit without what its two sides have in common at start and end; never cuts a CRLF or a surrogate pair in two. */
export function trimEdit(text: string, edit: Edit): Edit {
  const old = text.slice(edit.start, edit.end);
  const most = Math.min(old.length, edit.text.length);
  let start = 0;
  while (start < most && old[start] === edit.text[start]) start += 1;
  while (start > 0 && (cuts(old, start) || cuts(edit.text, start))) start -= 1;
  let tail = 0;
  while (tail < most - start && old.at(-1 - tail) === edit.text.at(-1 - tail)) tail += 1;
  while (tail > 0 && (cuts(old, old.length - tail) || cuts(edit.text, edit.text.length - tail))) tail -= 1;
  return {
    start: edit.start + start,
    end: edit.end - tail,
    text: edit.text.slice(start, edit.text.length - tail),
  };
}

function cuts(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  if (before === 0x0d && after === 0x0a) return true;
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

/**
 * Small edits that turn `before` into `after`, last one first, so that their offsets hold in either reading. Whole lines
 * where lines were replaced; words where lines were only reformatted or mostly kept.
 */
export function editsBetween(before: string, after: string): Edit[] {
  const [from, to] = [splitLines(before), splitLines(after)];
  const starts = lineStarts(from);
  return diffLists(from, to)
    .flatMap((block) => editsOfBlock(from, to, block, starts[block.aStart] ?? before.length))
    .toReversed();
}

function editsOfBlock(
  from: readonly string[],
  to: readonly string[],
  block: Difference,
  start: number,
): Edit[] {
  const old = from.slice(block.aStart, block.aEnd);
  const fresh = to.slice(block.bStart, block.bEnd);
  if (old.length === fresh.length) {
    const offsets = lineStarts(old);
    return old.flatMap((line, i) => editsOfLines(line, fresh[i] ?? '', start + (offsets[i] ?? 0)));
  }
  return editsOfLines(old.join(''), fresh.join(''), start);
}

function editsOfLines(old: string, fresh: string, start: number): Edit[] {
  if (old === fresh) return [];
  if (old === '' || fresh === '' || likeness(old, fresh) < 0.5) {
    return [{ start, end: start + old.length, text: fresh }];
  }
  const [from, to] = [words(old), words(fresh)];
  const starts = lineStarts(from);
  return diffLists(from, to).map(({ aStart, aEnd, bStart, bEnd }) => ({
    start: start + (starts[aStart] ?? old.length),
    end: start + (starts[aEnd] ?? old.length),
    text: to.slice(bStart, bEnd).join(''),
  }));
}

/** Words, runs of white space without line ends, line ends, and single signs; joined they are the text. */
function words(text: string): string[] {
  return text.match(/\r\n|\r|\n|[^\S\r\n]+|[\p{L}\p{N}_$]+|[\s\S]/gu) ?? [];
}

/** Share of words (white space apart) that two texts have in common: 1 for equal ones, 0 for strangers (Dice). */
export function likeness(a: string, b: string): number {
  const { common, left, right } = wordsInCommon(a, b);
  return left + right === 0 ? 1 : (2 * common) / (left + right);
}

/** Share of the words of `a` that are still in `b`, each as often: 1 if only something was added. */
export function kept(a: string, b: string): number {
  const { common, left } = wordsInCommon(a, b);
  return left === 0 ? 1 : common / left;
}

function wordsInCommon(a: string, b: string): { common: number; left: number; right: number } {
  const left = words(a).filter((word) => /\S/.test(word));
  const right = words(b).filter((word) => /\S/.test(word));
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count === 0) continue;
    counts.set(word, count - 1);
    common += 1;
  }
  return { common, left: left.length, right: right.length };
}
