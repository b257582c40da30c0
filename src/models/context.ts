import type { ChatMessage } from './types.ts';

/**
 * The values of `num_ctx` that are ever sent. Few fixed ones, because every other value makes the server load the model
 * again.
 */
export const CONTEXT_BUCKETS: readonly number[] = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

/** The next larger context than `numCtx`, if there is one. */
export function bucketAbove(numCtx: number, maxContextTokens: number): number | undefined {
  return numCtx >= maxContextTokens ? undefined : bucketFor(numCtx + 1, maxContextTokens);
}

/** The smallest bucket for that many tokens; the model's own maximum when no bucket below it is large enough. */
export function bucketFor(tokens: number, maxContextTokens: number): number {
  return CONTEXT_BUCKETS.find((bucket) => bucket >= tokens && bucket <= maxContextTokens) ?? maxContextTokens;
}

/**
 * Length of a text for guessing tokens: runs of white space count as one character and runs of any other repeated
 * character as three, since tokenizers have single tokens for such runs.
 */
export function weightOf(text: string): number {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/(.)\1{3,}/g, '$1$1$1').length;
}

/** Tokens that a template adds around a conversation, generously. */
export const TEMPLATE_TOKENS = 64;

/** Before a model has answered once: tokens per character that nearly no text exceeds, and that nearly none undercuts. */
const PRIOR_HIGH = 1 / 2;
const PRIOR_LOW = 1 / 8;
/** Samples that are remembered per model. */
const REMEMBERED = 64;
/** Half of num_keep (4 by default, plus a token for the beginning) and rounding. */
const HALVED_SLACK = 4;

/** A conversation as text, for counting. A template may leave the system text out, so the rest is known apart. */
export interface PromptText {
  readonly whole: string;
  readonly withoutSystem: string;
}

export function promptTextOf(messages: readonly ChatMessage[]): PromptText {
  const join = (some: readonly ChatMessage[]) => some.map(({ content }) => content).join('\n');
  return { whole: join(messages), withoutSystem: join(messages.filter(({ role }) => role !== 'system')) };
}

interface Learned {
  readonly perChar: number[];
  readonly perWeight: number[];
  readonly perWeightWithoutSystem: number[];
}

/** Tokens per character, learned for each model from `prompt_eval_count` of its own answers. */
export class TokenEstimates {
  readonly #learned = new Map<string, Learned>();
  /** Tokens per character of prompts that did not fit, at least. */
  readonly #dense = new Map<string, number>();

  /** Takes note of an uncut prompt and the tokens that the server counted. Very short prompts teach nothing. */
  learn(digest: string, text: PromptText, promptTokens: number): void {
    if (text.withoutSystem.length < 64 || promptTokens <= 0) return;
    const learned = this.#learned.get(digest) ?? { perChar: [], perWeight: [], perWeightWithoutSystem: [] };
    this.#learned.set(digest, learned);
    remember(learned.perChar, promptTokens / text.whole.length);
    remember(learned.perWeight, promptTokens / weightOf(text.whole));
    remember(learned.perWeightWithoutSystem, promptTokens / weightOf(text.withoutSystem));
  }

  /** Takes note of a prompt that did not fit into that many tokens. */
  learnTooLong(digest: string, text: PromptText, numCtx: number): void {
    const perChar = numCtx / Math.max(1, text.whole.length);
    this.#dense.set(digest, Math.max(perChar, this.#dense.get(digest) ?? 0));
  }

  /** Tokens to reserve for a prompt of that many characters: the densest text seen plus 15 %, template included. */
  toReserve(digest: string, chars: number): number {
    const seen = this.#learned.get(digest)?.perChar ?? [];
    const learned = seen.length === 0 ? PRIOR_HIGH : Math.max(...seen) * 1.15;
    return Math.ceil(chars * Math.max(learned, this.#dense.get(digest) ?? 0)) + TEMPLATE_TOKENS;
  }

  /**
   * The smallest count that an uncut prompt can have been, by what was seen of the model: the smaller of two guesses, one
   * right for templates that keep the system text, one for those that drop it. `share` says how close to them a prompt of
   * a new kind may come.
   */
  leastFor(digest: string, text: PromptText, share: number): number {
    const learned = this.#learned.get(digest);
    const withoutSystem = weightOf(text.withoutSystem);
    if (learned === undefined || learned.perChar.length < 3) return Math.floor(withoutSystem * PRIOR_LOW);
    const kept = weightOf(text.whole) * Math.min(...learned.perWeight);
    const dropped = withoutSystem * Math.min(...learned.perWeightWithoutSystem);
    return Math.floor(Math.min(kept, dropped) * share);
  }
}

function remember(samples: number[], value: number): void {
  samples.push(value);
  if (samples.length > REMEMBERED) samples.shift();
}

/**
 * Whether the server read clearly less than it was sent. Servers that know `truncate: false` refuse instead; older ones
 * cut to exactly `num_ctx`, to about `(num_ctx + num_keep) / 2`, or drop the oldest messages.
 *
 * `promptTokens` is the server's count, or `undefined` when it did not say: then the prompt counts as whole only if it
 * cannot have been too long (a token is at least one byte).
 */
export function wasCut(
  prompt: { readonly text: PromptText; readonly digest: string; readonly numCtx: number },
  promptTokens: number | undefined,
  estimates: TokenEstimates,
): boolean {
  const { text, digest, numCtx } = prompt;
  const surelyFits = Buffer.byteLength(text.whole) + TEMPLATE_TOKENS < numCtx;
  if (promptTokens === undefined || promptTokens === 0) return !surelyFits;
  if (promptTokens >= numCtx) return true;
  if (surelyFits) return promptTokens < estimates.leastFor(digest, text, 0.25);
  const mayNotFit = estimates.toReserve(digest, text.whole.length) > numCtx;
  if (!mayNotFit) return promptTokens < estimates.leastFor(digest, text, 0.5);
  const halved = promptTokens >= numCtx / 2 && promptTokens <= numCtx / 2 + HALVED_SLACK;
  return halved || promptTokens < estimates.leastFor(digest, text, 0.8);
}
