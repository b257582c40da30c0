/** One line of a file: its text without the line end, and the line end itself (`''` on a last line without one). */
export interface Line {
  readonly text: string;
  readonly end: string;
  /** Offset of the first character, in UTF-16 code units from the start of the file (a BOM counted). */
  readonly start: number;
}

/** Lines of a text. A BOM is not part of the first line's text; `textOf` needs it handed back. */
export interface Lines {
  readonly bom: '' | '\uFEFF';
  readonly lines: readonly Line[];
}

/** Splits at `\r\n`, `\n` and `\r`; joining gives the same text again. A text that ends in a line end has no empty last line. */
export function linesOf(text: string): Lines {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const lines: Line[] = [];
  const ends = /\r\n|\n|\r/g;
  let start = bom.length;
  for (const match of text.matchAll(ends)) {
    lines.push({ text: text.slice(start, match.index), end: match[0], start });
    start = match.index + match[0].length;
  }
  if (start < text.length) lines.push({ text: text.slice(start), end: '', start });
  return { bom, lines };
}

/** The text that these lines came from. */
export function textOf(
  bom: string,
  lines: readonly { readonly text: string; readonly end: string }[],
): string {
  return bom + lines.map((line) => line.text + line.end).join('');
}

/** Index of the line that holds an offset. */
export function lineIndexAt(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((lines[middle]?.start ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The white space that a line begins with. */
export function indentOf(text: string): string {
  return /^[ \t]*/.exec(text)?.[0] ?? '';
}

/** Takes `indent` off every line if every line that is not blank has it; otherwise the lines stay and the indent is `''`. */
export function dedent(
  texts: readonly string[],
  indent: string,
): { readonly indent: string; readonly texts: readonly string[] } {
  const fits = texts.every((text) => text.trim() === '' || text.startsWith(indent));
  if (!fits || indent === '') return { indent: '', texts };
  return { indent, texts: texts.map((text) => (text.startsWith(indent) ? text.slice(indent.length) : '')) };
}
