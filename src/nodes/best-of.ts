import { sha256 } from '../common/index.ts';
import type { CheckSpec } from '../flow/index.ts';
import type { ChatMessage } from '../models/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { TreeId } from '../workspace/index.ts';
import { callModel, preparedFor, samplingOf, withProblem } from './agent-call.ts';
import { Check, compareTests, flakyTests, type CheckRecord } from './checks.ts';
import { Overtime, type Candidate, type Edit, type NodeContext, type PinnedAgent } from './types.ts';
import { readAnswer, type CutUnit, type PackedPrompt } from './units/index.ts';

/** So many distinct edits of an item are kept for the tree of all good edits. */
const MAX_CANDIDATES = 8;
const MAX_TOLD_TESTS = 5;

/** What became of one sample. */
export type SampleFate = 'good' | 'unreadable' | 'unchanged' | 'refused' | 'same' | 'failed' | 'flaky';

export interface Winner {
  readonly edit: Edit;
  readonly tree: TreeId;
  readonly evidence: Evidence;
}

/** What one agent's samples came to. */
export interface Samples {
  readonly winner?: Winner;
  readonly fates: readonly SampleFate[];
  readonly candidates: readonly Candidate[];
  readonly flaky: readonly string[];
  readonly problems: readonly string[];
}

/** Draws samples in order until the check accepts one. */
export class BestOf {
  readonly #ctx: NodeContext;
  readonly #pinned: PinnedAgent;
  readonly #unit: CutUnit;
  readonly #check: Check;
  readonly #prefix: string;
  readonly #inputs: Readonly<Record<string, never>>;
  readonly #repairMax: number;
  /** Edits that were judged in this item, by their content: the same edit is not checked again. */
  readonly #seen: Map<string, SampleFate>;
  readonly #fates: SampleFate[] = [];
  readonly #candidates: Candidate[] = [];
  readonly #flaky = new Set<string>();
  readonly #problems = new Set<string>();

  constructor(
    ctx: NodeContext,
    options: {
      readonly pinned: PinnedAgent;
      readonly unit: CutUnit;
      readonly check: CheckSpec;
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly repairMax: number;
      /** Of the names of its samples, so that agents of a chain do not share them. */
      readonly prefix: string;
      readonly seen: Map<string, SampleFate>;
    },
  ) {
    this.#ctx = ctx;
    this.#pinned = options.pinned;
    this.#unit = options.unit;
    this.#check = new Check(ctx, options.check);
    this.#prefix = options.prefix;
    this.#inputs = options.inputs as Readonly<Record<string, never>>;
    this.#repairMax = options.repairMax;
    this.#seen = options.seen;
  }

  async draw(n: number, title: string): Promise<Samples> {
    // Before any model is asked: without a baseline no sample could be judged.
    const before = await this.#check.before();
    const about = { unit: this.#unit };
    const { packed, answerTokens } = await preparedFor(this.#ctx, this.#pinned, this.#inputs, about);
    for (let k = 0; k < n; k += 1) {
      this.#ctx.say(`sample ${k + 1} of ${title}`);
      try {
        const winner = await this.#sample(k, packed, answerTokens, before);
        if (winner !== undefined) return this.#samples(winner);
      } catch (error) {
        if (!(this.#ctx.signal.reason instanceof Overtime) || k === 0) throw error;
        this.#problems.add(`Its time was up after ${k} of ${n} samples.`);
        break;
      }
    }
    return this.#samples();
  }

  /** Draws one sample, and repairs it as often as is allowed. */
  async #sample(
    k: number,
    packed: PackedPrompt,
    answerTokens: number,
    before: CheckRecord | undefined,
  ): Promise<Winner | undefined> {
    const sample = `${this.#prefix}${k}`;
    const sampling = samplingOf(this.#ctx, this.#pinned, sample, k);
    let dialogue: readonly ChatMessage[] = [];
    for (let round = 0; ; round += 1) {
      const name = round === 0 ? sample : `${sample}.r${round}`;
      const request = {
        pinned: this.#pinned,
        packed,
        dialogue,
        sampling,
        validate: (text: string) => readAnswer(text, this.#unit).kind,
      };
      const answer = await callModel(this.#ctx, `call.${name}`, request, answerTokens);
      const { fate, problem, winner } = await this.#judge(answer, name, before);
      if (winner === undefined && round < this.#repairMax && problem !== undefined) {
        dialogue = withProblem(dialogue, answer, problem);
        continue;
      }
      this.#fates.push(fate);
      return winner;
    }
  }

  #samples(winner?: Winner): Samples {
    return {
      ...(winner === undefined ? {} : { winner }),
      fates: this.#fates,
      candidates: this.#candidates,
      flaky: [...this.#flaky],
      problems: [...this.#problems],
    };
  }

  async #judge(
    answer: string,
    sample: string,
    before: CheckRecord | undefined,
  ): Promise<{ fate: SampleFate; problem?: string; winner?: Winner }> {
    const read = readAnswer(answer, this.#unit);
    if (read.kind === 'unreadable') return { fate: 'unreadable', problem: read.problem };
    if (read.kind === 'unchanged') return { fate: 'unchanged' };
    const refusal = this.#refusal(read.changedLines.length);
    if (refusal !== undefined) {
      this.#problems.add(refusal);
      return { fate: 'refused', problem: refusal };
    }
    const id = sha256(read.newText);
    if (this.#seen.has(id)) return { fate: 'same' };
    const { path } = this.#unit;
    const edit: Edit = { path, content: this.#ctx.keep(read.newText), changedLines: read.changedLines };
    const verdict = await this.#test(edit, read.newText, sample, before);
    this.#seen.set(id, verdict.fate);
    if (verdict.winner === undefined && this.#candidates.length < MAX_CANDIDATES) {
      this.#candidates.push({ ...edit, sample });
    }
    return verdict;
  }

  /** Limits and protected files; a sentence if the edit is refused. */
  #refusal(changedLines: number): string | undefined {
    const { path } = this.#unit;
    const rule = this.#ctx.workspace.protectedBy(path);
    if (rule !== undefined) return `${path} is protected (${rule}).`;
    const { lines } = this.#ctx.limits;
    if (lines !== undefined && changedLines > lines)
      return `The edit changes ${changedLines} lines; at most ${lines} are allowed.`;
    return undefined;
  }

  async #test(
    edit: Edit,
    newText: string,
    sample: string,
    before: CheckRecord | undefined,
  ): Promise<{ fate: SampleFate; problem?: string; winner?: Winner }> {
    const content = new TextEncoder().encode(newText);
    const { inputTree, workspace, signal } = this.#ctx;
    const tree = await workspace.trees.write(inputTree, [{ path: edit.path, content }], signal);
    const word = (record: CheckRecord) => (this.#check.isGood(before, record) ? 'passed' : 'failed');
    const first = await this.#check.on(tree, `check.${sample}`, word);
    if (!this.#check.isGood(before, first)) return { fate: 'failed', problem: complaint(before, first) };
    const second = await this.#check.on(tree, `recheck.${sample}`, word);
    const flaky = flakyTests(first, second);
    if (flaky.length > 0 || !this.#check.isGood(before, second)) {
      for (const id of flaky) this.#flaky.add(id);
      return { fate: 'flaky' };
    }
    const evidence = this.#check.evidence('best-of', before, second, { passed: true, repeats: 2 });
    return { fate: 'good', winner: { edit, tree, evidence } };
  }
}

/** What goes back to the model after a failed check. */
function complaint(before: CheckRecord | undefined, now: CheckRecord): string {
  if (now.timedOut) return 'With this change the tests do not end. Answer again in the same form.';
  const failing = now.tests.filter((test) => !test.passed && !test.skipped);
  const broken = before === undefined ? [] : compareTests(before, now).broken;
  const told = [
    ...failing.filter((test) => broken.includes(test.id)),
    ...failing.filter((test) => !broken.includes(test.id)),
  ]
    .slice(0, MAX_TOLD_TESTS)
    .map((test) => `${test.id}: ${test.message ?? 'failed'}`);
  return ['These tests fail with this change:', ...told, 'Answer again in the same form.'].join('\n');
}
