import { UserError } from '../../common/index.ts';
import { diffLines, withEnds } from '../../text/index.ts';
import { findFunction } from './cut.ts';
import { functionsIn, type FoundFunction } from './functions.ts';
import { hasParser } from './syntax.ts';

/** A function in which something changed, named so that an agent finds it again. Lines are 1-based. */
export interface ChangedFunction {
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
}

/** Of functions inside one another the outermost is taken that is no longer than this. */
const MAX_LINES = 80;

/**
 * The functions of a file in which lines changed or went, in the order of the text. `before` is `undefined` for a new
 * file. Nothing for languages without a parser and for files that do not parse.
 */
export function changedFunctions(
  before: string | undefined,
  after: string,
  path: string,
): readonly ChangedFunction[] {
  const functions = functionsOf(after, path);
  const changes = diffLines(withEnds(before ?? '', '\n'), withEnds(after, '\n'));
  const touched = functions.filter(({ line, endLine }) =>
    changes.some(({ bStart, bEnd }) =>
      // Where lines only went, the gap counts if it is inside.
      bStart === bEnd ? line <= bStart && bStart < endLine : line <= bEnd && bStart < endLine,
    ),
  );
  return touched
    .filter((each) => isTaken(each, touched))
    .map((each) => ({ name: nameOf(each, after, path), line: each.line, endLine: each.endLine }));
}

/** The innermost function that has these lines (1-based) in it; `undefined` where there is none, or nothing to parse. */
export function functionAt(
  text: string,
  path: string,
  line: number,
  endLine: number,
): ChangedFunction | undefined {
  const around = functionsOf(text, path).filter((each) => each.line <= line && endLine <= each.endLine);
  const found = around.toSorted((a, b) => b.start - a.start)[0];
  return found === undefined
    ? undefined
    : { name: nameOf(found, text, path), line: found.line, endLine: found.endLine };
}

function functionsOf(text: string, path: string): readonly FoundFunction[] {
  if (!hasParser(path)) return [];
  try {
    return functionsIn(text, path);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The outermost of those that are short enough; a long one only if it has no short one inside. */
function isTaken(each: FoundFunction, touched: readonly FoundFunction[]): boolean {
  const contains = (outer: FoundFunction, inner: FoundFunction) =>
    outer !== inner && outer.start <= inner.start && outer.end >= inner.end;
  const isShort = ({ line, endLine }: FoundFunction) => endLine - line < MAX_LINES;
  if (isShort(each)) return !touched.some((other) => isShort(other) && contains(other, each));
  return !touched.some((other) => contains(each, other));
}

function nameOf(found: FoundFunction, text: string, path: string): string {
  for (const name of [found.name, found.qualified]) {
    try {
      if (findFunction(text, path, name).start === found.start) return name;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return `${found.name}:${found.line}`;
}
