import { splitLines } from '../lines.ts';
import type { OpenHunk, ReviewedText } from './types.ts';

/** A text with nothing under review. */
export function reviewedText(text: string): ReviewedText {
  return { text, open: [], closed: [] };
}

/** The text without its open hunks: each range replaced by what its hunk removed. What a person typed elsewhere is in it. */
export function originalOf({ text, open }: Pick<ReviewedText, 'text' | 'open'>): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, removed } of open) {
    parts.push(text.slice(at, start), removed);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** A change as an editor's diff names it: 1-based lines; an end of 0 means that the side is empty, behind the line of its start. */
export interface EditorLineChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** The lines of the text that a hunk stands on: 0-based, end exclusive; empty for a hunk that only removes. */
export function linesOf(text: string, { start, end }: OpenHunk): { start: number; end: number } {
  const first = lineAt(text, start);
  if (start === end) return { start: first, end: first };
  const last = lineAt(text, end);
  return { start: first, end: end === text.length || !startsLine(text, end) ? last + 1 : last };
}

/** Ids of the open hunks that a change of the editor's diff (original against text) overlaps. */
export function hunksAt(state: ReviewedText, change: EditorLineChange): string[] {
  const empty = change.modifiedEndLineNumber === 0;
  const from = empty ? change.modifiedStartLineNumber : change.modifiedStartLineNumber - 1;
  const to = empty ? from : change.modifiedEndLineNumber;
  return state.open
    .filter((hunk) => {
      const { start, end } = linesOf(state.text, hunk);
      return start === end || from === to ? start <= to && from <= end : start < to && from < end;
    })
    .map(({ id }) => id);
}

function startsLine(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n' || (text[offset - 1] === '\r' && text[offset] !== '\n');
}

/** 0-based line that the offset is in. */
function lineAt(text: string, offset: number): number {
  const before = splitLines(text.slice(0, offset)).length;
  return startsLine(text, offset) ? before : Math.max(0, before - 1);
}
