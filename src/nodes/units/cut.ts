import { editDistance, UserError } from '../../common/index.ts';
import type { EditUnit } from '../../flow/index.ts';
import { functionsIn } from './functions.ts';
import type { FoundFunction } from './functions.ts';
import { dedent, indentOf, linesOf } from './lines.ts';

/** A larger file is not read at all, in UTF-16 code units. */
const MAX_FILE_CHARS = 2_000_000;
/** A longer unit is too much for one call. */
const MAX_UNIT_LINES = 5000;

/** A piece of a file that a model may change, with all that is needed to put the answer back. */
export interface CutUnit {
  readonly path: string;
  /** The whole file as it was. */
  readonly text: string;
  readonly unit: EditUnit;
  /** The function, if the piece is one. */
  readonly function?: FoundFunction;
  /** 1-based lines of the file, both included. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Taken off every line that has it before the piece is shown. */
  readonly indent: string;
  /** What is shown, line by line, without numbers. */
  readonly shown: readonly string[];
  /** What is shown, `1| text` … joined by line feeds: the message for a model. */
  readonly numbered: string;
}

/**
 * Cuts one unit out of a file. `selector`: a function as `name`, `Class.method` or `name:line` (1-based first line), or
 * lines as `12-30`; not used for `file`, and for `lines` its absence means the whole file.
 * @throws UserError `file-not-parsed`, `language-not-supported`, `function-not-found`, `function-ambiguous`,
 *   `lines-not-found`, `unit-too-large`.
 */
export function cutUnit(text: string, path: string, selector: string | undefined, unit: EditUnit): CutUnit {
  if (text.length > MAX_FILE_CHARS)
    throw tooLarge(`${path} has ${text.length} characters`, `${MAX_FILE_CHARS}`);
  const { lines } = linesOf(text);
  const place = placeOf(text, path, selector, unit, lines.length);
  if (place.lastLine - place.firstLine + 1 > MAX_UNIT_LINES) {
    throw tooLarge(
      `${path} ${selector ?? ''} has ${place.lastLine - place.firstLine + 1} lines`,
      `${MAX_UNIT_LINES}`,
    );
  }
  const raw = lines.slice(place.firstLine - 1, place.lastLine).map((line) => line.text);
  const { indent, texts } = dedent(raw, indentOf(raw[0] ?? ''));
  const numbered = texts.map((line, index) => `${index + 1}| ${line}`).join('\n');
  return { path, text, unit, ...place, indent, shown: texts, numbered };
}

interface Place {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly function?: FoundFunction;
}

function placeOf(
  text: string,
  path: string,
  selector: string | undefined,
  unit: EditUnit,
  lineCount: number,
): Place {
  const whole = { firstLine: 1, lastLine: Math.max(1, lineCount) };
  if (unit === 'file' || (unit === 'lines' && selector === undefined)) return whole;
  if (selector === undefined || selector === '') {
    throw new UserError('unit-not-named', `Nothing says which ${unit} of ${path} is meant.`, remedyFor(unit));
  }
  const lines = /^(\d+)-(\d+)$/.exec(selector);
  if (lines !== null && unit !== 'function')
    return linesPlace(path, Number(lines[1]), Number(lines[2]), lineCount);
  if (unit === 'region')
    throw new UserError('lines-not-found', `${selector} is not a range of lines.`, remedyFor(unit));
  const found = findFunction(text, path, selector);
  return { firstLine: found.line, lastLine: found.endLine, function: found };
}

function linesPlace(path: string, first: number, last: number, lineCount: number): Place {
  if (first < 1 || last < first || last > lineCount) {
    throw new UserError(
      'lines-not-found',
      `${path} has lines 1-${lineCount}, not ${first}-${last}.`,
      'Give a range of lines inside the file.',
    );
  }
  return { firstLine: first, lastLine: last };
}

/**
 * The one function that a selector means. Full names win over short ones.
 * @throws UserError `function-ambiguous` with the choices, `function-not-found` with the nearest names.
 */
export function findFunction(text: string, path: string, selector: string): FoundFunction {
  const all = functionsIn(text, path);
  const match = /^(.*?)(?::(\d+))?$/s.exec(selector);
  const name = match?.[1] ?? selector;
  const line = match?.[2] === undefined ? undefined : Number(match[2]);
  const atLine = (found: FoundFunction) =>
    line === undefined || found.line === line || found.functionLine === line;
  for (const isNamed of waysToName(name)) {
    const found = all.filter((each) => isNamed(each) && atLine(each));
    if (found.length === 1 && found[0] !== undefined) return found[0];
    if (found.length > 1) throw ambiguous(path, selector, found);
  }
  throw notFound(path, selector, name, all);
}

/** From the most exact to the loosest; V8 reports a function given to `exports.a.b` under such a path. */
function waysToName(name: string): readonly ((found: FoundFunction) => boolean)[] {
  const last = name.split('.').at(-1) ?? name;
  return [
    (found) => found.qualified === name && name.includes('.'),
    (found) => found.name === name || found.aliases.includes(name),
    (found) => found.qualified.endsWith(`.${name}`),
    (found) => found.name === last && last !== name,
  ];
}

function ambiguous(path: string, selector: string, found: readonly FoundFunction[]): UserError {
  const choices = found.map((each) => `${each.name}:${each.line}`).join(', ');
  return new UserError(
    'function-ambiguous',
    `${path} has several functions ${selector}: ${choices}.`,
    `Give one of them with its line.`,
    {
      exitCode: 2,
    },
  );
}

function notFound(path: string, selector: string, name: string, all: readonly FoundFunction[]): UserError {
  const names = nearest(name, [...new Set(all.flatMap((each) => [each.name, each.qualified]))], 5);
  const remedy =
    names.length === 0 ? 'No named function was found in this file.' : `Did you mean ${names.join(', ')}?`;
  return new UserError('function-not-found', `${path} has no function ${selector}.`, remedy, { exitCode: 2 });
}

/** The names closest to a word, closest first (Levenshtein's distance, without regard to case). */
export function nearest(word: string, names: readonly string[], count: number): readonly string[] {
  const target = word.slice(0, 100).toLowerCase();
  return names
    .map((name) => ({ name, distance: editDistance(target, name.slice(0, 100).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

function remedyFor(unit: EditUnit): string {
  return unit === 'region'
    ? 'Give lines, as in 12-30.'
    : 'Give the name of a function, or lines as in 12-30.';
}

function tooLarge(what: string, limit: string): UserError {
  return new UserError(
    'unit-too-large',
    `${what}; at most ${limit} are given to a model.`,
    'Choose a smaller piece.',
  );
}
