import type { CheckResult } from '../types.ts';

export interface Comparison {
  /** Whether the check holds: by `baseline` if nothing is broken, by `exit-0` if the command ended with 0. */
  readonly passed: boolean;
  /** Ids of tests that failed on the base and pass now. */
  readonly fixed: readonly string[];
  /** Ids of tests that passed on the base and fail now, are skipped now, or are not there any more. */
  readonly broken: readonly string[];
}

/** Compares a check's results with those on the base tree. */
export function compareToBaseline(
  baseline: CheckResult,
  now: CheckResult,
  by: 'baseline' | 'exit-0',
): Comparison {
  const passedNow = new Set(now.tests.filter((test) => test.passed).map((test) => test.id));
  const fixed = baseline.tests.filter((test) => !test.passed && !test.skipped && passedNow.has(test.id));
  const broken = baseline.tests.filter((test) => test.passed && !passedNow.has(test.id));
  const holds = broken.length === 0 && now.ready && !now.command.timedOut;
  return {
    passed: by === 'baseline' ? holds : now.command.exitCode === 0 && now.ready,
    fixed: fixed.map((test) => test.id),
    broken: broken.map((test) => test.id),
  };
}
