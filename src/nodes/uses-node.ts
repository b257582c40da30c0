import { isAbort, UserError, type Json } from '../common/index.ts';
import type { CompiledNode, NodeBody, RetryCause } from '../flow/index.ts';
import { ModelError } from '../models/index.ts';
import { agentsOf } from './agent-call.ts';
import { BestOf, type SampleFate, type Samples } from './best-of.ts';
import { singleCall } from './single-call.ts';
import { cutFor, titleOf } from './sources.ts';
import type { NodeContext, NodeResult, PinnedAgent } from './types.ts';
import { Vote } from './vote.ts';

type Uses = NodeBody & { kind: 'uses' };

/**
 * An agent at work on one item: samples until the check accepts one or a vote is decided, then the agents of `fallback` in order. Finding
 * nothing good is an abstention where the chain ends in `abstain`, else a failure.
 */
export async function usesNode(
  ctx: NodeContext,
  node: CompiledNode,
  body: Uses,
  inputs: Readonly<Record<string, Json>>,
): Promise<NodeResult> {
  const { agents, abstains } = agentsOf(ctx, body.agent, body.fallback);
  const tried: NodeResult[] = [];
  const seen = new Map<string, SampleFate>();
  for (const [index, pinned] of agents.entries()) {
    const prefix = index === 0 ? '' : `f${index}.`;
    const result = await useAgent(ctx, node, body, inputs, pinned, prefix, seen).catch((error: unknown) =>
      failureOf(error, ctx.signal),
    );
    if (result.outcome === 'succeeded') return withCosts(result, tried);
    tried.push(result);
    // Its time is up for the other agents too.
    if (ctx.signal.aborted) return nothingGood(tried, abstains);
    // A server that is away answers no other agent either; a retry may find it back.
    if (result.cause === 'model-server' || result.cause === 'timeout') return nothingGood(tried, false);
  }
  return nothingGood(tried, abstains);
}

async function useAgent(
  ctx: NodeContext,
  node: CompiledNode,
  body: Uses,
  inputs: Readonly<Record<string, Json>>,
  pinned: PinnedAgent,
  prefix: string,
  seen: Map<string, SampleFate>,
): Promise<NodeResult> {
  const { bestOf } = body;
  if (pinned.agent.output.kind !== 'edit' || bestOf === undefined) {
    return await singleCall(ctx, pinned, inputs, prefix, body.repairMax);
  }
  const cut = await cutFor(ctx, pinned, inputs);
  if ('problem' in cut) {
    // One item that cannot be cut says nothing about the others.
    return node.forEach === undefined
      ? { outcome: 'failed', detail: cut.problem }
      : { outcome: 'abstained', detail: cut.problem };
  }
  const { unit } = cut;
  if (bestOf.pick === 'vote') {
    const { n, agree } = bestOf;
    const vote = { pinned, unit, n, agree, inputs, repairMax: body.repairMax, prefix };
    return await new Vote(ctx, vote).draw(titleOf(inputs));
  }
  const options = { pinned, unit, check: bestOf.check, inputs, repairMax: body.repairMax, prefix, seen };
  const samples = await new BestOf(ctx, options).draw(bestOf.n, titleOf(inputs));
  return resultOf(samples);
}

function resultOf(samples: Samples): NodeResult {
  const { winner, fates, candidates } = samples;
  const memoHits = fates.filter((fate) => fate === 'same').length;
  const notes =
    samples.flaky.length === 0
      ? []
      : [`Tests that do not always give the same result: ${samples.flaky.join(', ')}.`];
  const common = { memoHits, notes };
  if (winner === undefined) return { ...common, outcome: 'abstained', detail: describe(samples), candidates };
  return {
    ...common,
    outcome: 'succeeded',
    tree: winner.tree,
    edit: winner.edit,
    evidence: [winner.evidence],
  };
}

/** `20 samples: 12 unreadable or unchanged, 8 failed the check`. */
function describe({ fates, flaky, problems }: Samples): string {
  const count = (...words: readonly SampleFate[]) => fates.filter((fate) => words.includes(fate)).length;
  const said = [
    [count('unreadable', 'unchanged'), 'unreadable or unchanged'],
    [count('refused'), 'refused'],
    [count('same'), 'the same as one before'],
    [count('failed'), 'failed the check'],
    [count('flaky'), 'passed only sometimes'],
  ] as const;
  const parts = said.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const more = [
    ...problems,
    ...(flaky.length === 0 ? [] : [`Tests that do not always give the same result: ${flaky.join(', ')}.`]),
  ];
  return [`${fates.length} ${fates.length === 1 ? 'sample' : 'samples'}: ${parts.join(', ')}`, ...more].join(
    '. ',
  );
}

function withCosts(result: NodeResult, tried: readonly NodeResult[]): NodeResult {
  const memoHits = [...tried, result].reduce((sum, each) => sum + (each.memoHits ?? 0), 0);
  return { ...result, memoHits };
}

function nothingGood(tried: readonly NodeResult[], abstains: boolean): NodeResult {
  const last = tried.at(-1);
  const outcome = abstains ? 'abstained' : (last?.outcome ?? 'failed');
  const details = new Set(tried.map((each) => each.detail ?? '').filter((text) => text !== ''));
  return {
    outcome,
    detail: [...details].join('; then '),
    candidates: tried.flatMap((each) => each.candidates ?? []),
    memoHits: tried.reduce((sum, each) => sum + (each.memoHits ?? 0), 0),
    notes: tried.flatMap((each) => each.notes ?? []),
    ...(outcome === 'failed' && last?.cause !== undefined ? { cause: last.cause } : {}),
  };
}

/** A failed call, told apart by what a retry could mend. */
export function failureOf(error: unknown, signal: AbortSignal): NodeResult {
  if (signal.aborted || isAbort(error)) throw error;
  if (error instanceof ModelError) {
    const { reason } = error;
    if (reason === 'prompt-too-long' || reason === 'prompt-cut')
      return { outcome: 'abstained', detail: error.message };
    const cause = causeOf(reason);
    return { outcome: 'failed', detail: error.message, ...(cause === undefined ? {} : { cause }) };
  }
  if (error instanceof UserError) {
    const detail = `${error.message} ${error.remedy}`;
    if (error.code === 'prompt-too-large') return { outcome: 'abstained', detail };
    return { outcome: 'failed', detail };
  }
  throw error;
}

function causeOf(reason: ModelError['reason']): RetryCause {
  switch (reason) {
    case 'first-token-timeout':
    case 'idle-timeout':
    case 'total-timeout':
      return 'timeout';
    case 'prompt-cut':
    case 'prompt-too-long':
    case 'bad-request':
      return 'error';
    case 'unreachable':
    case 'model-missing':
    case 'busy':
    case 'stream-cut':
    case 'runner-stopped':
    case 'empty-answer':
    case 'server-error':
      return 'model-server';
  }
}
