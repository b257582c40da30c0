import { diffArrays } from 'diff';

import type { CutUnit } from './cut.ts';
import { functionsIn } from './functions.ts';
import { dedent, indentOf, linesOf, textOf } from './lines.ts';
import { parseSource, hasParser } from './syntax.ts';

/** A longer answer is not looked at, in UTF-16 code units. */
const MAX_ANSWER_CHARS = 1_000_000;
/** More differing lines than this are taken as one replacement, to bound the time of the comparison. */
const MAX_DIFFERENT_LINES = 2000;

/** What a model's answer means for the file. `problem` is a sentence that can go back to the model. */
export type ReadAnswer =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'edit';
      /** The whole file after the edit. */
      readonly newText: string;
      /** 1-based lines of the file before the edit that were replaced, removed, or before which lines came in. */
      readonly changedLines: readonly number[];
    }
  | { readonly kind: 'unreadable'; readonly problem: string };

/**
 * Reads an answer about a unit: `ok`; one `N| new text` per changed line, bare or in one code fence; or the whole unit
 * in one code fence, for a function also bare. Every byte outside the changed lines stays as it was, and the file must
 * parse afterwards.
 */
export function readAnswer(answer: string, unit: CutUnit): ReadAnswer {
  if (answer.length > MAX_ANSWER_CHARS) return unreadable('The answer is too long.');
  const fenced = unfence(answer);
  if (fenced.kind === 'problem') return unreadable(fenced.problem);
  const content = fenced.lines;
  if (isOk(content)) return { kind: 'unchanged' };
  if (content.every((line) => line.trim() === '')) return unreadable('The answer is empty.');
  if (content.every((line) => line.trim() === '' || NUMBERED.test(line))) return readNumbered(content, unit);
  if (fenced.kind === 'bare' && unit.function === undefined) {
    return unreadable('The answer has neither numbered lines nor one code block.');
  }
  return readWhole(content, unit);
}

const NUMBERED = /^\s*(\d{1,7})\s*\|(?: (.*)|(.*))$/;

function readNumbered(content: readonly string[], unit: CutUnit): ReadAnswer {
  const given = new Map<number, string>();
  for (const line of content) {
    const match = NUMBERED.exec(line);
    if (match === null) continue;
    const number = Number(match[1]);
    const text = match[2] ?? match[3] ?? '';
    if (number < 1 || number > unit.shown.length) {
      return unreadable(`Line ${number} does not exist: the lines are numbered 1 to ${unit.shown.length}.`);
    }
    if (given.has(number) && given.get(number) !== text) {
      return unreadable(`Line ${number} is given twice, differently.`);
    }
    given.set(number, text);
  }
  const changed = [...given].filter(([number, text]) => !isSameLine(text, unit.shown[number - 1] ?? ''));
  const { bom, lines } = linesOf(unit.text);
  const placed: PlainLine[] = [...lines];
  for (const [number, text] of changed) {
    const index = unit.firstLine + number - 2;
    placed[index] = { text: indented(text, unit), end: lines[index]?.end ?? '' };
  }
  const changedLines = changed.map(([number]) => unit.firstLine + number - 1).sort((a, b) => a - b);
  return accepted(textOf(bom, placed), changedLines, unit, unit.shown.length);
}

function readWhole(content: readonly string[], unit: CutUnit): ReadAnswer {
  const first = content.findIndex((line) => line.trim() !== '');
  const last = content.findLastIndex((line) => line.trim() !== '');
  const given = content.slice(first, last + 1);
  const isFlush = indentOf(unit.shown[0] ?? '') === '' && unit.unit !== 'file';
  return replaceUnit(isFlush ? dedent(given, indentOf(given[0] ?? '')).texts : given, unit);
}

interface PlainLine {
  readonly text: string;
  readonly end: string;
}

/** Puts a whole new unit into the file: equal lines keep their bytes, new ones take the unit's indent and line end. */
function replaceUnit(texts: readonly string[], unit: CutUnit): ReadAnswer {
  const { bom, lines } = linesOf(unit.text);
  const before = lines.slice(0, unit.firstLine - 1);
  const old = lines.slice(unit.firstLine - 1, unit.lastLine);
  const usualEnd = [...old, ...lines].find((line) => line.end !== '')?.end ?? '\n';
  const placed: PlainLine[] = [];
  const changed = new Set<number>();
  let oldIndex = 0;
  let newIndex = 0;
  for (const { oldCount, newCount, equal } of stretches(unit.shown, texts)) {
    for (let k = 0; k < newCount; k += 1) {
      const from = k < oldCount ? old[oldIndex + k] : undefined;
      if (equal && from !== undefined) placed.push(from);
      else placed.push({ text: indented(texts[newIndex + k] ?? '', unit), end: from?.end ?? usualEnd });
    }
    if (!equal) {
      for (let k = 0; k < Math.max(1, oldCount); k += 1) {
        changed.add(Math.min(unit.firstLine + oldIndex + k, Math.max(1, lines.length)));
      }
    }
    oldIndex += oldCount;
    newIndex += newCount;
  }
  const lastEnd = old.at(-1)?.end ?? usualEnd;
  const ended = placed.map(({ text, end }, index) => ({
    text,
    end: index === placed.length - 1 ? lastEnd : end || usualEnd,
  }));
  const newText = textOf(bom, [...before, ...ended, ...lines.slice(unit.lastLine)]);
  return accepted(
    newText,
    [...changed].sort((a, b) => a - b),
    unit,
    texts.length,
  );
}

interface Stretch {
  readonly oldCount: number;
  readonly newCount: number;
  readonly equal: boolean;
}

/** Old and new lines side by side as stretches that are equal or take each other's place. */
function stretches(old: readonly string[], texts: readonly string[]): readonly Stretch[] {
  const pieces = diffArrays([...old], [...texts], {
    comparator: isSameLine,
    maxEditLength: MAX_DIFFERENT_LINES,
  });
  if (pieces === undefined) return [{ oldCount: old.length, newCount: texts.length, equal: false }];
  const result: Stretch[] = [];
  for (const { value, added, removed } of pieces) {
    const previous = result.at(-1);
    if (!added && !removed) result.push({ oldCount: value.length, newCount: value.length, equal: true });
    else {
      const open = previous !== undefined && !previous.equal ? result.pop() : undefined;
      result.push({
        oldCount: (open?.oldCount ?? 0) + (removed ? value.length : 0),
        newCount: (open?.newCount ?? 0) + (added ? value.length : 0),
        equal: false,
      });
    }
  }
  return result;
}

/** Lines that differ only in white space at their end are the same line: models do not see it. */
function isSameLine(a: string, b: string): boolean {
  return a.trimEnd() === b.trimEnd();
}

function indented(text: string, unit: CutUnit): string {
  return text.trim() === '' ? text : unit.indent + text;
}

/** An edit counts only if the file still parses, no worse than before, and still has the function it is about. */
function accepted(
  newText: string,
  changedLines: readonly number[],
  unit: CutUnit,
  newLineCount: number,
): ReadAnswer {
  if (newText === unit.text) return { kind: 'unchanged' };
  if (hasParser(unit.path)) {
    const parsed = parseSource(newText, unit.path);
    const problem = parsed.ok
      ? newProblem(parsed.problems.length, unit) && parsed.problems[0]
      : parsed.problem;
    if (problem)
      return unreadable(
        `The code does not parse at line ${problem.line}, column ${problem.column}: ${problem.message}`,
      );
  }
  if (unit.function !== undefined && !stillThere(newText, unit, newLineCount)) {
    return unreadable(`The answer is not the function ${unit.function.name}.`);
  }
  return { kind: 'edit', newText, changedLines };
}

function newProblem(count: number, unit: CutUnit): boolean {
  if (count === 0) return false;
  const before = parseSource(unit.text, unit.path);
  return !before.ok || before.problems.length < count;
}

function stillThere(newText: string, unit: CutUnit, newLineCount: number): boolean {
  const lastLine = unit.firstLine + newLineCount - 1;
  return functionsIn(newText, unit.path).some(
    (found) =>
      found.qualified === unit.function?.qualified && found.line >= unit.firstLine && found.line <= lastLine,
  );
}

type Unfenced =
  | { readonly kind: 'bare' | 'fenced'; readonly lines: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: string };

/** The lines inside the only code fence, whatever stands around it, or all lines if there is none. */
export function unfence(answer: string): Unfenced {
  const lines = linesOf(answer).lines.map((line) => line.text);
  const fences: { from: number; to: number }[] = [];
  let open: { at: number; mark: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = /^\s*(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
    if (mark?.[1] === undefined) continue;
    if (open === undefined) open = { at: index, mark: mark[1] };
    else if (mark[2]?.trim() === '' && mark[1].startsWith(open.mark)) {
      fences.push({ from: open.at + 1, to: index });
      open = undefined;
    }
  }
  if (open !== undefined) return { kind: 'problem', problem: 'The code block is not closed.' };
  if (fences.length > 1) return { kind: 'problem', problem: 'The answer has more than one code block.' };
  const [fence] = fences;
  return fence === undefined
    ? { kind: 'bare', lines }
    : { kind: 'fenced', lines: lines.slice(fence.from, fence.to) };
}

function isOk(content: readonly string[]): boolean {
  return /^[`'"]?ok[`'"]?[.!]?$/i.test(content.join('\n').trim());
}

function unreadable(problem: string): ReadAnswer {
  return { kind: 'unreadable', problem };
}
