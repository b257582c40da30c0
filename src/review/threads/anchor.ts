import { hashOf } from '../../common/index.ts';
import {
  applyEdit,
  bareLine,
  diffLines,
  replaceLines,
  splitLines,
  withEnds,
  type Difference,
} from '../../text/index.ts';

/** Lines of a text, 0-based; `endLine` is the last one. */
export interface Lines {
  readonly line: number;
  readonly endLine: number;
}

/** What a remark is pinned to: lines of one state of a file, what they say, and what stands around them. */
export interface Anchor extends Lines {
  /** The lines themselves, joined by line feeds. */
  readonly text: string;
  /** Hash of the lines with those around them. */
  readonly context: string;
  /** It is about the file as such: it holds as long as there is one. */
  readonly whole?: true;
}

/** The anchor of what is said about a file and not about lines of it. */
export const wholeFile: Anchor = { line: 0, endLine: 0, text: '', context: '', whole: true };

/** So many lines before and after belong to the context. */
const AROUND = 3;

/** The anchor of lines of a text; `undefined` if the text does not have them. */
export function anchorAt(text: string, { line, endLine }: Lines): Anchor | undefined {
  const lines = linesOf(text);
  if (line < 0 || endLine < line || endLine >= lines.length) return undefined;
  return {
    line,
    endLine,
    text: textOf(lines, { line, endLine }),
    context: contextOf(lines, { line, endLine }),
  };
}

/**
 * Where the lines of an anchor are in a text now: mapped through the diff from the text it was made in, else the only
 * place that has the same lines in the same surroundings. `undefined` if they changed or cannot be told: a place is never
 * guessed. `base` is `undefined` if that text is not kept any more.
 */
export function placeNow(anchor: Anchor, base: string | undefined, now: string): Lines | undefined {
  const mapped = base === undefined ? undefined : mapLines(anchor, base, now);
  if (mapped !== undefined && anchorAt(now, mapped)?.text === anchor.text) return mapped;
  return onlyPlaceOf(anchor, now);
}

/**
 * As `placeNow`, in a file that may have open hunks: lines that an open hunk would replace are where its text stands, because
 * without the hunk they are as they were.
 */
export function placeAmongHunks(
  anchor: Anchor,
  base: string | undefined,
  { text, original }: { readonly text: string; readonly original: string },
): Lines | undefined {
  const place = placeNow(anchor, base, text);
  if (place !== undefined || text === original) return place;
  const without = placeNow(anchor, base, original);
  return without === undefined ? undefined : linesThrough(without, original, text);
}

/** Where lines of a text are in another: what took the place of some belongs to them. */
function linesThrough({ line, endLine }: Lines, from: string, to: string): Lines {
  const differences = diffLines(withEnds(from, '\n'), withEnds(to, '\n'));
  const through = (at: number, inside: (found: Difference) => number) => {
    const changed = differences.find(({ aStart, aEnd }) => aStart <= at && at < aEnd);
    if (changed !== undefined) return inside(changed);
    const before = differences.findLast(({ aEnd }) => aEnd <= at);
    return at + (before === undefined ? 0 : before.bEnd - before.aEnd);
  };
  const first = through(line, ({ bStart }) => bStart);
  return {
    line: first,
    endLine: Math.max(
      first,
      through(endLine, ({ bEnd }) => bEnd - 1),
    ),
  };
}

/** A text with other lines in the place of some, and where those are then. A line end at the end of them does not count. */
export function withLines(
  text: string,
  { line, endLine }: Lines,
  fresh: string,
): { readonly text: string; readonly lines: Lines } {
  const edit = replaceLines(text, line, endLine, fresh);
  return {
    text: applyEdit(text, edit),
    lines: { line, endLine: line + Math.max(1, splitLines(edit.text).length) - 1 },
  };
}

function mapLines({ line, endLine }: Lines, base: string, now: string): Lines | undefined {
  let shift = 0;
  for (const { aStart, aEnd, bEnd } of diffLines(withEnds(base, '\n'), withEnds(now, '\n'))) {
    const isInside = aStart === aEnd ? line < aStart && aStart <= endLine : aStart <= endLine && line < aEnd;
    if (isInside) return undefined;
    if (aEnd <= line) shift = bEnd - aEnd;
  }
  return { line: line + shift, endLine: endLine + shift };
}

function onlyPlaceOf({ line, endLine, text, context }: Anchor, now: string): Lines | undefined {
  const lines = linesOf(now);
  const height = endLine - line;
  const found = lines.flatMap((_, at): Lines[] => {
    const place = { line: at, endLine: at + height };
    if (place.endLine >= lines.length || lines[at] !== text.split('\n')[0]) return [];
    return textOf(lines, place) === text && contextOf(lines, place) === context ? [place] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** As editors count: what follows the last line end is a line, if an empty one. */
function linesOf(text: string): readonly string[] {
  const lines = splitLines(text).map(bareLine);
  return text === '' || /[\r\n]$/.test(text) ? [...lines, ''] : lines;
}

function textOf(lines: readonly string[], { line, endLine }: Lines): string {
  return lines.slice(line, endLine + 1).join('\n');
}

function contextOf(lines: readonly string[], { line, endLine }: Lines): string {
  return hashOf(lines.slice(Math.max(0, line - AROUND), endLine + 1 + AROUND));
}
