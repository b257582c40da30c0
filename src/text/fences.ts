/** A piece of Markdown: words, or what a fence holds. */
export interface MarkdownPart {
  readonly kind: 'words' | 'code';
  /** With its fence, if it has one. */
  readonly text: string;
  /** What stands behind the opening fence, for example `suggestion`; empty for words. */
  readonly info: string;
  /** Without the fence. */
  readonly code: string;
}

const opening = /^ {0,3}(`{3,})([^`\n]*)$/;

/** A code block whose fence is longer than any run of backticks in the code, so that nothing in it can end it. */
export function fenced(code: string, info: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${code}\n${fence}`;
}

/** The pieces of a Markdown text in their order; joined by line feeds they are the text. A fence that never closes is words. */
export function markdownParts(text: string): readonly MarkdownPart[] {
  const lines = text.split('\n');
  const parts: MarkdownPart[] = [];
  let words: string[] = [];
  const endWords = () => {
    if (words.length > 0) parts.push({ kind: 'words', text: words.join('\n'), info: '', code: '' });
    words = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, fence = '', info = ''] = opening.exec(line) ?? [];
    const end = fence === '' ? -1 : lines.findIndex((other, n) => n > at && closes(other, fence));
    if (end < 0) {
      words.push(line);
      continue;
    }
    endWords();
    const code = lines.slice(at + 1, end).join('\n');
    parts.push({ kind: 'code', text: lines.slice(at, end + 1).join('\n'), info: info.trim(), code });
    at = end;
  }
  endWords();
  return parts;
}

function closes(line: string, fence: string): boolean {
  const run = /^ {0,3}(`+)\s*$/.exec(line)?.[1] ?? '';
  return run.length >= fence.length;
}
