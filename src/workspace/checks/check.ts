import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';

import type { Slot } from '../checkouts/slot.ts';
import { rootsSeenByCommand, runCommand, seenByCommand, type CommandPlace } from '../commands/run-command.ts';
import type { CheckRequest, CheckResult, CommandResult } from '../types.ts';
import { nameTests, type FoundTest } from './found-test.ts';
import { parseJunit } from './junit.ts';
import { readNodeResults } from './node-results.ts';
import { readPlainFile } from './plain-file.ts';
import { planReporter, reporterFile } from './reporter-plan.ts';
import { isTap, parseTap } from './tap.ts';

/** What Node says when a script's own reporter and ours do not go together, or when it is too old for ours. */
const REPORTER_REFUSED =
  /'--test-reporter' must match|--test-reporter\S* is not allowed in NODE_OPTIONS|bad option: --test-reporter/;

/** Runs a command as a check and reads its results test by test, by the best way that this command offers. */
export async function runCheck(
  place: CommandPlace,
  slot: Slot,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<CheckResult> {
  if (request.results !== undefined) {
    const command = await runCommand(place, slot, request, signal);
    return resultOf(place, slot, command, await readOwnResults(slot, request.results, command), true);
  }
  const dir = await mkdtemp(path.join(slot.tmp, 'test-results-'));
  const plan = await planReporter(request, slot.work, seenByCommand(place, slot, dir));
  if (plan !== undefined) {
    const readable = [...request.readable, reporterFile];
    const command = await runCommand(place, slot, { ...request, ...plan.request, readable }, signal);
    const isRefused = REPORTER_REFUSED.test(command.stderr) || REPORTER_REFUSED.test(command.stdout);
    const tests = isRefused ? [] : await readNodeResults(dir);
    if (!isRefused)
      return resultOf(place, slot, command, tests.length > 0 ? tests : fromOutput(command), plan.isNodeTest);
  }
  const command = await runCommand(place, slot, request, signal);
  return resultOf(place, slot, command, fromOutput(command), false);
}

async function readOwnResults(
  slot: Slot,
  results: NonNullable<CheckRequest['results']>,
  command: CommandResult,
): Promise<FoundTest[]> {
  if ('tap' in results) return parseTap(command.stdout);
  const text = await readPlainFile(path.resolve(slot.work, results.junit), slot.work);
  if (text === undefined) return [];
  try {
    return parseJunit(text);
  } catch {
    return []; // Cut short; the exit code still counts.
  }
}

function fromOutput(command: CommandResult): FoundTest[] {
  return isTap(command.stdout) ? parseTap(command.stdout) : [];
}

/** `expectsTests` is true if a working environment would have given results per test. */
function resultOf(
  place: CommandPlace,
  slot: Slot,
  command: CommandResult,
  found: readonly FoundTest[],
  expectsTests: boolean,
): CheckResult {
  const reached = found.some((test) => test.fileLevel !== true || test.passed);
  const tests = nameTests(found, rootsSeenByCommand(place, slot));
  if (expectsTests || tests.length > 0) return { command, tests, ready: reached };
  const passed = command.exitCode === 0;
  const whole = { id: 'exit code', passed, skipped: false, durationMs: command.durationMs };
  const couldStart = command.exitCode !== 126 && command.exitCode !== 127;
  return { command, tests: couldStart ? [whole] : [], ready: couldStart };
}
