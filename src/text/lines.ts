/** How a line ends in a file. */
export type LineEnd = '\n' | '\r\n' | '\r';

/**
 * Cuts text into lines, each with its own line end (LF, CRLF or CR); the last one may have none. Joined they are the
 * text again. Empty text has no lines.
 */
export function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** The text of a line without its end. */
export function bareLine(line: string): string {
  return line.replace(/(?:\r\n|\r|\n)$/, '');
}

/** Offsets (UTF-16 units) at which lines begin, and the length of the text at the end: line i is [starts[i], starts[i+1]). */
export function lineStarts(lines: readonly string[]): number[] {
  const starts = [0];
  let at = 0;
  for (const line of lines) starts.push((at += line.length));
  return starts;
}

/** The line end that every line of the text has; `undefined` if there is none or they differ. */
export function uniformEnd(text: string): LineEnd | undefined {
  const ends = new Set(text.match(/\r\n|\r|\n/g));
  return ends.size === 1 ? ([...ends][0] as LineEnd) : undefined;
}

/** The commonest line end of the text, the first one among equals; `\n` if it has none. */
export function usualEnd(text: string): LineEnd {
  const counts = new Map<string, number>();
  for (const end of text.match(/\r\n|\r|\n/g) ?? []) counts.set(end, (counts.get(end) ?? 0) + 1);
  let best: LineEnd = '\n';
  let most = 0;
  for (const [end, count] of counts) if (count > most) [best, most] = [end as LineEnd, count];
  return best;
}

/** The text with every line end replaced. */
export function withEnds(text: string, end: LineEnd): string {
  return text.replace(/\r\n|\r|\n/g, end);
}
