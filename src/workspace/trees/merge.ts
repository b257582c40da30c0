import { diff3Merge } from 'node-diff3';

/**
 * Merges two changed versions of one file. Works on bytes (each as one Latin-1 character), so that every encoding, line
 * end and missing last line feed comes out as it went in. Returns `undefined` if both changed the same lines, or if one
 * of the versions is not text.
 */
export function mergeBytes(base: Uint8Array, ours: Uint8Array, theirs: Uint8Array): Uint8Array | undefined {
  if ([base, ours, theirs].some((content) => content.includes(0))) return undefined;
  const lines = [base, ours, theirs].map(toLines) as [string[], string[], string[]];
  const [before, after] = commonEnds(lines);
  const [o, a, b] = lines.map((all) => all.slice(before, all.length - after)) as [
    string[],
    string[],
    string[],
  ];
  const merged = lines[0].slice(0, before);
  for (const region of diff3Merge(a, o, b, { excludeFalseConflicts: true })) {
    if (region.conflict !== undefined) return undefined;
    merged.push(...(region.ok ?? []));
  }
  merged.push(...lines[0].slice(lines[0].length - after));
  return new Uint8Array(Buffer.from(merged.join('\n'), 'latin1'));
}

function toLines(content: Uint8Array): string[] {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1').split('\n');
}

/**
 * How many lines all versions share at the start and at the end. One shared line is left at each side, so that a change
 * beside it is seen as beside it.
 */
function commonEnds(versions: readonly (readonly string[])[]): [number, number] {
  const shortest = Math.min(...versions.map((lines) => lines.length));
  const isShared = (at: (lines: readonly string[]) => string | undefined) =>
    versions.every((lines) => at(lines) === at(versions[0] ?? []));
  let before = 0;
  while (before < shortest && isShared((lines) => lines[before])) before += 1;
  before = Math.max(0, before - 1);
  let after = 0;
  while (before + after < shortest && isShared((lines) => lines[lines.length - 1 - after])) after += 1;
  return [before, Math.max(0, after - 1)];
}
