import path from 'node:path';

import type { TestResult } from '../types.ts';

/** One test as a reporter told of it, before it has a name that is the same in every checkout. */
export interface FoundTest {
  /** Absolute, or relative to the root of the tree; missing if the runner does not say. */
  readonly file?: string;
  readonly titles: readonly string[];
  readonly passed: boolean;
  readonly skipped: boolean;
  readonly durationMs: number;
  readonly message?: string;
  /** True for a file that failed as a whole: no test of it was reached. */
  readonly fileLevel?: boolean;
}

/** Names tests by file (relative to the tree, with `/`) and full title; tests of the same name are numbered in their order. */
export function nameTests(tests: readonly FoundTest[], roots: readonly string[]): TestResult[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const file = test.file === undefined ? [] : [relativeTo(roots, test.file)];
    const name = [...file, ...test.titles].join(' > ');
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      id: count === 1 ? name : `${name} (${count})`,
      passed: test.passed && !test.skipped,
      skipped: test.skipped,
      durationMs: test.durationMs,
      ...(test.message === undefined ? {} : { message: test.message }),
    };
  });
}

function relativeTo(roots: readonly string[], file: string): string {
  for (const root of path.isAbsolute(file) ? roots : []) {
    const relative = path.relative(root, file);
    if (!relative.startsWith('..') && !path.isAbsolute(relative)) return relative.split(path.sep).join('/');
  }
  return file.split(path.sep).join('/').replace(/^\.\//, '');
}
