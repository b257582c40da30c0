import type { ExprProblem } from './types.ts';

/** A stretch of a template. Offsets are UTF-16 code units from the start of the template. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string; readonly start: number; readonly end: number }
  /** `start` and `end` are those of the expression between the braces, white space at its ends left out. */
  | { readonly kind: 'expression'; readonly source: string; readonly start: number; readonly end: number };

export interface ParsedTemplate {
  readonly parts: readonly TemplatePart[];
  readonly problems: readonly ExprProblem[];
  /** Set if the template is one expression and nothing else: its value keeps its type. */
  readonly whole?: string;
}

/** Cuts a text at `${{ … }}`. Quotes and nested braces inside an expression are respected. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = [];
  const problems: ExprProblem[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${{', at);
    if (open !== at) parts.push(textPart(text, at, open < 0 ? text.length : open));
    if (open < 0) break;
    const close = endOfExpression(text, open + 3);
    if (close === undefined) {
      problems.push({
        kind: 'syntax',
        message: 'This ${{ has no closing }}. Add it.',
        start: open,
        end: text.length,
      });
      break;
    }
    const inner = text.slice(open + 3, close);
    const start = open + 3 + (inner.length - inner.trimStart().length);
    const source = inner.trim();
    if (source === '') {
      const message = 'There is nothing between ${{ and }}. Write an expression or remove the braces.';
      problems.push({ kind: 'syntax', message, start: open, end: close + 2 });
    } else {
      parts.push({ kind: 'expression', source, start, end: start + source.length });
    }
    at = close + 2;
  }
  return { parts, problems, ...wholeOf(parts) };
}

/** True if a text has `${{` in it. */
export function hasTemplate(text: string): boolean {
  return text.includes('${{');
}

function textPart(text: string, start: number, end: number): TemplatePart {
  return { kind: 'text', text: text.slice(start, end), start, end };
}

/** White space round a single expression does not make it a text. */
function wholeOf(parts: readonly TemplatePart[]): { whole?: string } {
  const [only, second] = parts.filter((part) => part.kind === 'expression' || part.text.trim() !== '');
  return only?.kind === 'expression' && second === undefined ? { whole: only.source } : {};
}

/** Offset of the `}}` that closes the expression. */
function endOfExpression(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"' || char === "'") {
      const close = endOfString(text, at);
      if (close === undefined) return text.indexOf('}}', at) < 0 ? undefined : text.indexOf('}}', at);
      at = close;
    } else if (char === '{') depth += 1;
    else if (char === '}' && depth > 0) depth -= 1;
    else if (char === '}' && text[at + 1] === '}') return at;
  }
  return undefined;
}

function endOfString(text: string, from: number): number | undefined {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
  }
  return undefined;
}
