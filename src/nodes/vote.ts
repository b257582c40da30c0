import type { Json } from '../common/index.ts';
import type { ChatMessage } from '../models/index.ts';
import { callModel, preparedFor, samplingOf, withProblem } from './agent-call.ts';
import { editResult, type Edited } from './edit-result.ts';
import { Overtime, type NodeContext, type NodeResult, type PinnedAgent } from './types.ts';
import { readAnswer, sameCodeKey, type CutUnit, type PackedPrompt } from './units/index.ts';
import { verdictOf, type Choice } from './vote-count.ts';

/** The choice of samples that change nothing. */
const NOTHING = 'nothing';

export interface VoteOptions {
  readonly pinned: PinnedAgent;
  readonly unit: CutUnit;
  readonly n: number;
  readonly agree: number;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly repairMax: number;
  /** Of the names of its samples, so that agents of a chain do not share them. */
  readonly prefix: string;
}

/**
 * Draws samples until it is certain what most of them choose. At least `agree` equal edits are the result; as many that
 * change nothing are a result without an edit; anything less is an abstention. Edits are equal if their code is, whatever
 * the white space and comments.
 */
export class Vote {
  readonly #ctx: NodeContext;
  readonly #options: VoteOptions;
  readonly #choices: Choice[] = [];
  /** The first sample of each choice stands for it. */
  readonly #edits = new Map<string, Edited>();
  #problem: string | undefined;

  constructor(ctx: NodeContext, options: VoteOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  async draw(title: string): Promise<NodeResult> {
    const { pinned, unit, n, agree, inputs } = this.#options;
    const { packed, answerTokens } = await preparedFor(this.#ctx, pinned, inputs, { unit });
    while (verdictOf(this.#choices, n, agree).kind === 'open') {
      const k = this.#choices.length;
      this.#ctx.say(`sample ${k + 1} of ${title}`);
      try {
        this.#choices.push(await this.#sample(k, packed, answerTokens));
      } catch (error) {
        if (!(this.#ctx.signal.reason instanceof Overtime) || k === 0) throw error;
        this.#problem = `Its time was up after ${k} of ${n} samples.`;
        break;
      }
    }
    return await this.#result();
  }

  /** One vote. An answer that cannot be read goes back as often as the node allows. */
  async #sample(k: number, packed: PackedPrompt, answerTokens: number): Promise<Choice> {
    const { pinned, unit, prefix, repairMax } = this.#options;
    const sampling = samplingOf(this.#ctx, pinned, `${prefix}${k}`, k);
    let dialogue: readonly ChatMessage[] = [];
    for (let round = 0; ; round += 1) {
      const name = `call.${prefix}${k}${round === 0 ? '' : `.r${round}`}`;
      const validate = (text: string) => readAnswer(text, unit).kind;
      const answer = await callModel(
        this.#ctx,
        name,
        { pinned, packed, dialogue, sampling, validate },
        answerTokens,
      );
      const read = readAnswer(answer, unit);
      if (read.kind !== 'unreadable') return read.kind === 'unchanged' ? NOTHING : this.#choiceOf(read);
      if (round >= repairMax) return undefined;
      dialogue = withProblem(dialogue, answer, read.problem);
    }
  }

  #choiceOf(edited: Edited): Choice {
    const { unit } = this.#options;
    const { lines } = this.#ctx.limits;
    if (lines !== undefined && edited.changedLines.length > lines) {
      this.#problem = `An edit changes ${edited.changedLines.length} lines; at most ${lines} are allowed.`;
      return undefined;
    }
    const key = sameCodeKey(edited.newText, unit.path);
    if (key === sameCodeKey(unit.text, unit.path)) return NOTHING;
    if (!this.#edits.has(key)) this.#edits.set(key, edited);
    return key;
  }

  async #result(): Promise<NodeResult> {
    const { n, agree, unit } = this.#options;
    const drawn = this.#choices.length;
    const counted = verdictOf(this.#choices, n, agree);
    // Its time was up: what was drawn by then counts as all there is.
    const verdict = counted.kind === 'open' ? verdictOf(this.#choices, drawn, agree) : counted;
    if (verdict.kind !== 'agreed') return { outcome: 'abstained', detail: this.#splitWords() };
    const of = `${verdict.votes} of ${drawn} samples`;
    const edited = this.#edits.get(verdict.choice);
    if (edited === undefined) return { outcome: 'succeeded', detail: `${of} change nothing.` };
    return {
      ...(await editResult(this.#ctx, unit.path, edited)),
      detail: `${of} make the same change.`,
      remark: `${of} make the same change here.`,
    };
  }

  /** `The samples do not agree: at most 3 of 7 make the same change, 2 change nothing, 1 cannot be read.` */
  #splitWords(): string {
    const count = (wanted: Choice) => this.#choices.filter((choice) => choice === wanted).length;
    const most = Math.max(0, ...[...this.#edits.keys()].map(count));
    const parts = [
      `at most ${most} of ${this.#choices.length} make the same change`,
      `${count(NOTHING)} change nothing`,
      ...(count(undefined) === 0 ? [] : [`${count(undefined)} cannot be used`]),
    ];
    const words = `The samples do not agree (${this.#options.agree} must): ${parts.join(', ')}.`;
    return this.#problem === undefined ? words : `${words} ${this.#problem}`;
  }
}
