import type { FoundTest } from './found-test.ts';

const POINT = /^(\s*)(not )?ok\b(?:\s+\d+)?(?:\s*-)?\s*(.*)$/;
const SUBTEST = /^(\s*)# Subtest: (.*)$/;
const DIRECTIVE = /(?:^|\s)#\s*(skip|todo)\b.*$/i;

interface OpenPoint {
  readonly titles: readonly string[];
  readonly hasChildren: boolean;
}

/** True if the text is a TAP stream: a version line, or a plan and test points. */
export function isTap(text: string): boolean {
  return /^TAP version \d+\s*$/m.test(text) || (/^1\.\.\d+/m.test(text) && /^(not )?ok\b/m.test(text));
}

/**
 * Reads the tests of a TAP stream (versions 12 to 14, https://testanything.org), with subtests by indentation. Only
 * tests without subtests are given, under the titles of all around them. Subtests come before the point that sums them
 * up; their titles are taken from `# Subtest:` comments.
 */
export function parseTap(text: string): FoundTest[] {
  const tests: FoundTest[] = [];
  const open: (string | undefined)[] = [];
  const childDepths = new Set<number>();
  let inYaml = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*---\s*$/.test(line)) inYaml = true;
    else if (/^\s*\.\.\.\s*$/.test(line)) inYaml = false;
    if (inYaml) continue;
    const subtest = SUBTEST.exec(line);
    if (subtest !== null) {
      open[depthOf(subtest[1])] = unescape(subtest[2] ?? '');
      continue;
    }
    const point = POINT.exec(line);
    if (point === null) continue;
    const depth = depthOf(point[1]);
    const { titles, hasChildren } = pointAt(open, childDepths, depth, point[3] ?? '');
    childDepths.delete(depth + 1);
    childDepths.add(depth);
    if (hasChildren) continue;
    const directive = DIRECTIVE.exec(point[3] ?? '')?.[1]?.toLowerCase();
    tests.push({ titles, passed: point[2] === undefined, skipped: directive !== undefined, durationMs: 0 });
  }
  return tests;
}

function pointAt(
  open: readonly (string | undefined)[],
  childDepths: ReadonlySet<number>,
  depth: number,
  description: string,
): OpenPoint {
  const title = unescape(description.replace(DIRECTIVE, '').trim());
  const outer = open.slice(0, depth).filter((name) => name !== undefined);
  return { titles: [...outer, title === '' ? '(untitled)' : title], hasChildren: childDepths.has(depth + 1) };
}

function depthOf(indent: string | undefined): number {
  return Math.floor((indent ?? '').length / 4);
}

function unescape(text: string): string {
  return text.replaceAll(/\\([#\\])/g, '$1').trim();
}
