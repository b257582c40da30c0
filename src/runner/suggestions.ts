import type { Finding } from '../nodes/index.ts';
import { applyEdits, bareLine, changesBetween, replaceLines, splitLines } from '../text/index.ts';

/** A change of one file as a finding that suggests it, at the lines from the first to the last that change. */
export function findingOfEdit(
  edit: { readonly path: string; readonly before: string; readonly after: string },
  said: { readonly agent: string; readonly message: string },
): Finding | undefined {
  const { path, before, after } = edit;
  const changes = changesBetween(before, after);
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  let { aStart, bStart } = first;
  let { aEnd, bEnd } = last;
  // A suggestion takes the place of lines: what only comes in or goes takes a neighbour along.
  if (aStart === aEnd || bStart === bEnd) {
    if (aStart > 0) [aStart, bStart] = [aStart - 1, bStart - 1];
    else [aEnd, bEnd] = [aEnd + 1, bEnd + 1];
  }
  const text = splitLines(after)
    .slice(bStart, bEnd)
    .map(bareLine)
    .join('\n')
    .replace(/^\uFEFF/, '');
  // One line end at the end of a suggestion does not count, whether models write it or not.
  const suggestion = text.endsWith('\n') ? `${text}\n` : text;
  return {
    path,
    line: aStart + 1,
    ...(aEnd > aStart + 1 ? { endLine: aEnd } : {}),
    severity: 'warning',
    message: said.message,
    suggestion,
    agent: said.agent,
  };
}

/**
 * The text with what findings about it suggest, each at its lines, and the 1-based lines that change; of suggestions for
 * the same lines the first one counts. `undefined` if nothing is suggested.
 */
export function editOfFindings(
  before: string,
  findings: readonly Finding[],
): { readonly after: string; readonly changedLines: readonly number[] } | undefined {
  const lines = splitLines(before);
  const taken = new Set<number>();
  const edits = findings.flatMap(({ line, endLine = line, suggestion }) => {
    const covered = Array.from({ length: endLine - line + 1 }, (_, index) => line + index);
    if (
      suggestion === undefined ||
      lines[endLine - 1] === undefined ||
      covered.some((each) => taken.has(each))
    )
      return [];
    for (const each of covered) taken.add(each);
    return [replaceLines(before, line - 1, endLine - 1, suggestion)];
  });
  if (edits.length === 0) return undefined;
  // From the end, so that earlier offsets stay true.
  const after = applyEdits(
    before,
    edits.toSorted((a, b) => b.start - a.start),
  );
  return after === before ? undefined : { after, changedLines: [...taken].toSorted((a, b) => a - b) };
}
