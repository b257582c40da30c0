import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { CODES } from './codes.ts';
import type { Code } from './codes.ts';
import type { Diagnostic, Range, SpecSource } from './types.ts';

export const MAX_FILE_CHARS = 256 * 1024;

/** A place in a text by offsets, in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Collects what is to be said about one file, and knows its lines. */
export class Report {
  readonly source: Pick<SpecSource, 'path' | 'text'>;
  readonly diagnostics: Diagnostic[] = [];
  readonly #lineStarts: number[] = [0];

  constructor(source: Pick<SpecSource, 'path' | 'text'>) {
    this.source = source;
    const ends = /\r\n|\n|\r/g;
    for (const match of source.text.matchAll(ends)) this.#lineStarts.push(match.index + match[0].length);
  }

  add(code: Code, span: Span, message: string, fix?: { title: string; span: Span; newText: string }): void {
    this.diagnostics.push({
      code,
      severity: CODES[code].severity,
      message,
      path: this.source.path,
      range: this.rangeOf(span),
      ...(fix === undefined
        ? {}
        : { fix: { title: fix.title, range: this.rangeOf(fix.span), newText: fix.newText } }),
    });
  }

  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  rangeOf({ start, end }: Span): Range {
    return { start: this.#position(start), end: this.#position(Math.max(start, end)) };
  }

  /** Offset of a position; positions outside the text are moved to its nearest end. */
  offsetAt({ line, character }: { line: number; character: number }): number {
    const start = this.#lineStarts[line] ?? this.source.text.length;
    return Math.min(start + character, this.#lineStarts[line + 1] ?? this.source.text.length);
  }

  #position(offset: number): { line: number; character: number } {
    const at = Math.min(Math.max(offset, 0), this.source.text.length);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#lineStarts[middle] ?? Infinity) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - (this.#lineStarts[low] ?? 0) };
  }
}

/** A YAML document with the offset at which it begins in its file. */
export interface YamlText {
  readonly report: Report;
  readonly document: Document;
  readonly offset: number;
}

/** Parses YAML that begins at `offset` of the file; syntax errors are reported and give `undefined`. */
export function parseYaml(report: Report, text: string, offset: number): YamlText | undefined {
  if (report.source.text.length > MAX_FILE_CHARS) {
    report.add(
      'file-too-large',
      { start: 0, end: 0 },
      `The file has more than ${MAX_FILE_CHARS / 1024} KB. Make it smaller.`,
    );
    return undefined;
  }
  try {
    const document = parseDocument(text, {
      lineCounter: new LineCounter(),
      prettyErrors: false,
      uniqueKeys: true,
      version: '1.2',
      logLevel: 'silent',
    });
    for (const error of document.errors) {
      const [start, end] = error.pos;
      // The parser points at the first character of a word; the whole word is meant.
      const word = /^[\w-]+/.exec(text.slice(start))?.[0].length ?? 0;
      const span = { start: start + offset, end: Math.max(end, start + word) + offset };
      report.add('yaml-syntax', span, `This is not YAML: ${error.message}. Correct it.`);
    }
    return document.errors.length > 0 ? undefined : { report, document: document as Document, offset };
  } catch {
    report.add(
      'yaml-syntax',
      { start: offset, end: offset },
      'This YAML is nested too deeply. Make it simpler.',
    );
    return undefined;
  }
}
