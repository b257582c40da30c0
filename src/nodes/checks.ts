import { hashOf } from '../common/index.ts';
import type { CheckSpec } from '../flow/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { CheckResult, TreeId } from '../workspace/index.ts';
import { EnvironmentNotReady, type NodeContext, type ReadyCommand } from './types.ts';

/** What is kept of one passage of a check. */
export interface CheckRecord {
  readonly tree: TreeId;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly ready: boolean;
  readonly tests: readonly {
    readonly id: string;
    readonly passed: boolean;
    readonly skipped: boolean;
    readonly message?: string;
  }[];
  readonly durationMs: number;
  readonly sandboxed: boolean;
  readonly sandboxNote?: string;
  /** The end of what it printed. */
  readonly log: string;
}

export interface Comparison {
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
}

const LOG_CHARS = 8000;
const MESSAGE_CHARS = 500;
/** A check that takes this much longer than on the unchanged project does not end by itself. */
const SLOWER = 10;
const LEAST_TIMEOUT_MS = 15_000;

/**
 * What was passing and what was failing before, against now. A test that passed and is missing, skipped or failing now
 * is broken; one that failed and passes now is fixed.
 */
export function compareTests(before: CheckRecord, now: CheckRecord): Comparison {
  const passing = new Set(now.tests.filter((test) => test.passed && !test.skipped).map((test) => test.id));
  const passed = before.tests.filter((test) => test.passed && !test.skipped);
  const failed = before.tests.filter((test) => !test.passed && !test.skipped);
  return {
    fixed: failed.filter((test) => passing.has(test.id)).map((test) => test.id),
    broken: passed.filter((test) => !passing.has(test.id)).map((test) => test.id),
  };
}

/** Tests whose result is not the same in two passages on the same tree. */
export function flakyTests(first: CheckRecord, second: CheckRecord): readonly string[] {
  const results = (record: CheckRecord) =>
    new Map(record.tests.map((test) => [test.id, test.skipped ? 'skipped' : String(test.passed)]));
  const [a, b] = [results(first), results(second)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((id) => a.get(id) !== b.get(id));
}

/** A check of one node or item: the command with its variables, and how its results are compared. */
export class Check {
  readonly spec: CheckSpec;
  readonly command: ReadyCommand;
  readonly #ctx: NodeContext;

  constructor(ctx: NodeContext, spec: CheckSpec) {
    this.#ctx = ctx;
    this.spec = spec;
    this.command = ctx.command(spec.command);
  }

  /** Equal for checks that do the same: what is found out about one holds for the other. */
  get key(): string {
    // As written, so that the key does not depend on where the flow's folder was copied to.
    const { PANTHEON_FLOW_DIR: _, ...env } = this.command.env;
    const { argv, shell } = this.spec.command;
    return hashOf([argv, shell ?? null, env, this.spec.results ?? null]).slice(0, 16);
  }

  /**
   * The results on the unchanged project, once per run and command.
   * @throws EnvironmentNotReady if not even the first test was reached.
   */
  async baseline(): Promise<CheckRecord> {
    const { baseTree } = this.#ctx;
    const record = await this.#ctx.shared(`baseline.${this.key}`, 'check', async () => {
      const value = await this.#passage(baseTree, this.spec.timeoutMs ?? this.#ctx.timeoutMs);
      return { value, outcome: value.ready ? 'ready' : 'not-ready', ms: value.durationMs };
    });
    if (!record.ready || (record.timedOut && record.tests.length === 0)) {
      const why = record.timedOut ? 'did not end in time' : 'does not reach its first test';
      throw new EnvironmentNotReady(
        `${this.command.argv.join(' ')} ${why} on the unchanged project, so nothing can be checked. It printed:\n${record.log.slice(-2000)}`,
      );
    }
    return record;
  }

  /** One passage on a tree, as a step of this attempt. */
  async on(tree: TreeId, key: string, verdict: (record: CheckRecord) => string): Promise<CheckRecord> {
    const timeoutMs = await this.#timeoutMs();
    return await this.#ctx.step(key, 'check', async () => {
      const value = await this.#passage(tree, timeoutMs);
      return { value, outcome: verdict(value), ms: value.durationMs };
    });
  }

  /** As `on`, but once for all items of the run whose check is the same. */
  async onceOn(tree: TreeId, key: string, verdict: (record: CheckRecord) => string): Promise<CheckRecord> {
    const timeoutMs = await this.#timeoutMs();
    return await this.#ctx.shared(`${key}.${this.key}`, 'check', async () => {
      const value = await this.#passage(tree, timeoutMs);
      return { value, outcome: verdict(value), ms: value.durationMs };
    });
  }

  /** Whether a tree's results are good against those of another tree. */
  isGood(before: CheckRecord | undefined, now: CheckRecord): boolean {
    if (now.timedOut) return false;
    if (before === undefined) return now.exitCode === 0;
    const { fixed, broken } = compareTests(before, now);
    return broken.length === 0 && fixed.length >= this.spec.fixes;
  }

  /** The baseline if this check compares with it. */
  async before(): Promise<CheckRecord | undefined> {
    return this.spec.compare === 'baseline' ? await this.baseline() : undefined;
  }

  evidence(
    name: string,
    before: CheckRecord | undefined,
    now: CheckRecord,
    more: {
      readonly passed: boolean;
      readonly repeats: number;
      readonly flaky?: readonly string[];
      readonly note?: string;
    },
  ): Evidence {
    const { fixed, broken } = before === undefined ? { fixed: [], broken: [] } : compareTests(before, now);
    const flaky = more.flaky ?? [];
    const unboxed = now.sandboxNote === undefined ? undefined : `No sandbox: ${now.sandboxNote}.`;
    const notes = [more.note, unboxed].filter((note) => note !== undefined && note !== '');
    return {
      check: name,
      command: [...this.command.argv],
      exitCode: now.exitCode,
      testsFixed: [...fixed],
      testsBroken: broken.filter((id) => !flaky.includes(id)),
      tree: now.tree,
      durationMs: now.durationMs,
      passed: more.passed,
      repeats: more.repeats,
      sandboxed: now.sandboxed,
      ...(flaky.length === 0 ? {} : { flaky: [...flaky] }),
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    };
  }

  async #timeoutMs(): Promise<number> {
    const { timeoutMs } = this.#ctx;
    if (this.spec.timeoutMs !== undefined) return Math.min(this.spec.timeoutMs, timeoutMs);
    const before = await this.before();
    if (before === undefined) return timeoutMs;
    return Math.min(timeoutMs, Math.max(LEAST_TIMEOUT_MS, before.durationMs * SLOWER));
  }

  async #passage(tree: TreeId, timeoutMs: number): Promise<CheckRecord> {
    const { workspace, signal, readable } = this.#ctx;
    return await this.#ctx.inSlot(async () => {
      const checkout = await workspace.checkouts.acquire(tree, signal);
      try {
        const { results } = this.spec;
        const request = {
          ...this.command,
          timeoutMs,
          readable,
          ...(results === undefined ? {} : { results }),
        };
        return recordOf(tree, await workspace.check(checkout, request, signal));
      } finally {
        await checkout.dispose();
      }
    });
  }
}

function recordOf(tree: TreeId, { command, tests, ready }: CheckResult): CheckRecord {
  const log = [command.stdout, command.stderr].filter((text) => text !== '').join('\n');
  const exitTest = { id: 'exit code', passed: command.exitCode === 0, skipped: false };
  return {
    tree,
    exitCode: command.exitCode,
    timedOut: command.timedOut,
    ready,
    tests:
      tests.length === 0
        ? [exitTest]
        : tests.map(({ id, passed, skipped, message }) => ({
            id,
            passed,
            skipped,
            ...(message === undefined ? {} : { message: message.slice(0, MESSAGE_CHARS) }),
          })),
    durationMs: Math.round(command.durationMs),
    sandboxed: command.sandboxed,
    ...(command.sandboxNote === undefined ? {} : { sandboxNote: command.sandboxNote }),
    log: log.slice(-LOG_CHARS),
  };
}
