import { sha256, type Json } from '../common/index.ts';
import type { AgentRef } from '../flow/index.ts';
import type { ChatMessage } from '../models/index.ts';
import { sourcesFor } from './sources.ts';
import type { NodeContext, PinnedAgent } from './types.ts';
import { packPrompt, type CutUnit, type PackedPrompt } from './units/index.ts';

/** Raised when packing, rendering or reading of answers changes: results before and after are not comparable. */
export const HARNESS_VERSION = 'units/1';

/** Characters of code that make a token at the least; a prompt is packed to be surely short enough. */
const CHARS_PER_TOKEN = 2.5;
const LEAST_ANSWER_TOKENS = 256;
/** Sampling needs some heat: the same answer again would be no second sample. */
const SAMPLING_TEMPERATURE = 0.8;

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
}

export interface CallRequest {
  readonly pinned: PinnedAgent;
  readonly packed: PackedPrompt;
  /** What was said before in the same call: an answer and what was wrong with it. */
  readonly dialogue: readonly ChatMessage[];
  readonly sampling: Sampling;
  readonly format?: Json;
  /** One word for what the answer is; for the record. */
  readonly validate: (answer: string) => string;
}

/** Sampling of sample k: 0 is greedy, the others draw with a seed of their own that depends on where they are. */
export function samplingOf(ctx: NodeContext, { agent }: PinnedAgent, sample: string, k: number): Sampling {
  const { seed, temperature, topP, topK } = agent.sampling;
  if (k === 0) return { temperature: 0 };
  const heat = temperature === undefined || temperature === 0 ? SAMPLING_TEMPERATURE : temperature;
  return {
    temperature: heat,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    seed: seedOf(`${seed ?? ctx.run}|${ctx.address}|${sample}`),
  };
}

/** Sampling of an agent's only call: as its file says, repeatable by default. */
export function onlySampling(ctx: NodeContext, { agent }: PinnedAgent): Sampling {
  const { seed, temperature = 0, topP, topK } = agent.sampling;
  return {
    temperature,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    seed: seed ?? seedOf(`${ctx.run}|${ctx.address}`),
  };
}

function seedOf(text: string): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) & 0x7fffffff;
}

/** The prompt about a unit or a file, packed to what the model takes, and the tokens that are left for the answer. */
export async function preparedFor(
  ctx: NodeContext,
  pinned: PinnedAgent,
  inputs: Readonly<Record<string, Json>>,
  about: { readonly unit?: CutUnit; readonly file?: { path: string; text: string } },
): Promise<{ readonly packed: PackedPrompt; readonly answerTokens: number }> {
  const sources = await sourcesFor(ctx, pinned, about);
  const answerTokens = answerTokensFor(pinned, about.unit?.numbered.length ?? 0);
  const packed = packPrompt(pinned.agent, inputs, sources, promptBudgetChars(pinned, answerTokens));
  return { packed, answerTokens };
}

/** What was said so far, with an answer and what is wrong with it. */
export function withProblem(
  dialogue: readonly ChatMessage[],
  answer: string,
  problem: string,
): readonly ChatMessage[] {
  return [...dialogue, { role: 'assistant', content: answer }, { role: 'user', content: problem }];
}

/** Tokens that an answer may have. */
function answerTokensFor({ agent, model }: PinnedAgent, unitChars: number): number {
  const wanted =
    agent.sampling.numPredict ?? Math.max(LEAST_ANSWER_TOKENS, Math.ceil(unitChars / CHARS_PER_TOKEN));
  return Math.max(16, Math.min(wanted, agent.limits.tokens, Math.floor(model.maxContextTokens / 2)));
}

/** Characters that system text and user message may have together. */
function promptBudgetChars(pinned: PinnedAgent, answerTokens: number): number {
  const tokens =
    Math.min(pinned.model.maxContextTokens, Math.max(pinned.agent.limits.tokens, 1024)) - answerTokens;
  return Math.max(0, Math.floor(tokens * CHARS_PER_TOKEN));
}

/** One model call as a step; gives the answer's text. Throws what the model service throws. */
export async function callModel(
  ctx: NodeContext,
  key: string,
  request: CallRequest,
  answerTokens: number,
): Promise<string> {
  const { agent, model } = request.pinned;
  const { packed, sampling, dialogue, format } = request;
  const messages: ChatMessage[] = [
    ...(packed.system === '' ? [] : [{ role: 'system' as const, content: packed.system }]),
    { role: 'user', content: packed.user },
    ...dialogue,
  ];
  const prompt = JSON.stringify(messages);
  const { text } = await ctx.step(key, 'call', async () => {
    const numCtx = ctx.models.numCtxFor(model, prompt.length, answerTokens);
    const answer = await ctx.models.chat(
      {
        model,
        messages,
        sampling,
        answerTokens,
        numCtx,
        limits: { totalMs: Math.min(agent.limits.timeMs, ctx.timeoutMs) },
        priority: ctx.priority,
        ...(format === undefined ? {} : { format }),
      },
      ctx.signal,
    );
    const validation =
      answer.doneReason === 'stop' ? request.validate(answer.text) : `cut by ${answer.doneReason}`;
    return {
      value: { text: answer.text },
      outcome: validation,
      call: {
        agent: agent.name,
        agentHash: agent.hash,
        model: model.name,
        digest: model.digest,
        server: model.server.kind,
        serverVersion: model.serverVersion,
        numCtx: answer.numCtx ?? numCtx,
        sampling: { ...sampling, answerTokens },
        promptHash: sha256(prompt),
        prompt: ctx.keep(prompt),
        answer: ctx.keep(answer.text),
        packing: ctx.keep(JSON.stringify({ parts: packed.parts, leftOut: packed.leftOut })),
        harness: HARNESS_VERSION,
        validation,
        promptTokens: answer.promptTokens,
        answerTokens: answer.answerTokens,
        loadMs: answer.loadMs,
        totalMs: answer.totalMs,
        swapped: answer.swapped,
        retries: answer.retries ?? 0,
      },
    };
  });
  return text;
}

/** The agent behind a reference, or that of the next in its chain of fallbacks. */
export function agentsOf(
  ctx: NodeContext,
  first: AgentRef,
  fallback: readonly (AgentRef | 'abstain')[],
): { readonly agents: readonly PinnedAgent[]; readonly abstains: boolean } {
  const end = fallback.indexOf('abstain');
  const refs = [first, ...(end < 0 ? fallback : fallback.slice(0, end))];
  return {
    agents: refs.flatMap((ref) => (ref === 'abstain' ? [] : [ctx.agent(ref)])),
    abstains: end >= 0,
  };
}
