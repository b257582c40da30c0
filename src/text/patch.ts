import { diffLists, type Difference } from './diff.ts';

export interface PatchFile {
  readonly path: string;
  /** Path before, of a renamed file. */
  readonly from?: string;
  /** `null` where the file does not exist. */
  readonly before: string | null;
  readonly after: string | null;
}

const CONTEXT_LINES = 3;

/** A unified diff of one file, as `git apply` reads it; empty if nothing differs. Lines end at LF, as git counts them. */
export function unifiedPatch(file: PatchFile): string {
  const { path, from = path, before, after } = file;
  if (before === after && from === path) return '';
  const [old, fresh] = [gitLines(before ?? ''), gitLines(after ?? '')];
  const differences = diffLists(old, fresh);
  const lines = [`diff --git ${quoted(`a/${from}`)} ${quoted(`b/${path}`)}`];
  if (before === null) lines.push('new file mode 100644');
  if (after === null) lines.push('deleted file mode 100644');
  if (from !== path) lines.push(`rename from ${quoted(from)}`, `rename to ${quoted(path)}`);
  if (differences.length > 0) {
    lines.push(`--- ${before === null ? '/dev/null' : named(`a/${from}`)}`);
    lines.push(`+++ ${after === null ? '/dev/null' : named(`b/${path}`)}`);
    for (const group of groups(differences)) lines.push(...section(old, fresh, group));
  }
  return `${lines.join('\n')}\n`;
}

function gitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Differences whose context lines would meet stand in one section. */
function groups(differences: readonly Difference[]): Difference[][] {
  const all: Difference[][] = [];
  for (const difference of differences) {
    const last = all.at(-1)?.at(-1);
    if (last !== undefined && difference.aStart - last.aEnd <= 2 * CONTEXT_LINES)
      all.at(-1)?.push(difference);
    else all.push([difference]);
  }
  return all;
}

function section(old: readonly string[], fresh: readonly string[], group: readonly Difference[]): string[] {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return [];
  const before = Math.min(CONTEXT_LINES, first.aStart);
  const aStart = first.aStart - before;
  const bStart = first.bStart - before;
  const after = Math.min(CONTEXT_LINES, old.length - last.aEnd);
  const lines: string[] = [];
  let a = aStart;
  for (const { aStart: from, aEnd: to, bStart: added, bEnd: addedTo } of group) {
    lines.push(...marked(' ', old.slice(a, from)), ...marked('-', old.slice(from, to)));
    lines.push(...marked('+', fresh.slice(added, addedTo)));
    a = to;
  }
  lines.push(...marked(' ', old.slice(a, a + after)));
  const aCount = last.aEnd + after - aStart;
  const bCount = last.bEnd + after - bStart;
  return [`@@ -${place(aStart, aCount)} +${place(bStart, bCount)} @@`, ...lines];
}

/** 1-based start and count; an empty range names the line before it. */
function place(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

function marked(sign: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.endsWith('\n') ? [sign + line.slice(0, -1)] : [sign + line, '\\ No newline at end of file'],
  );
}

/** A path as git quotes it (C style, bytes in octal) when it holds anything but plain characters. */
function quoted(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path) && !/["\\]/.test(path)) return path;
  const bytes = [...new TextEncoder().encode(path)];
  return `"${bytes.map((byte) => quotedByte(byte)).join('')}"`;
}

function quotedByte(byte: number): string {
  const sign = String.fromCharCode(byte);
  if (sign === '"' || sign === '\\') return `\\${sign}`;
  return byte >= 0x20 && byte <= 0x7e ? sign : `\\${byte.toString(8).padStart(3, '0')}`;
}

/** In `---` and `+++` lines a tab ends a name that holds spaces. */
function named(path: string): string {
  const name = quoted(path);
  return name.includes(' ') && !name.startsWith('"') ? `${name}\t` : name;
}
