import { sha256, systemClock, UserError, type Json } from '../common/index.ts';
import type { CompiledAgent } from '../flow/index.ts';
import { ModelError, type ModelService, type ResolvedModel } from '../models/index.ts';
import type { TryView } from '../protocol/index.ts';
import type { ContentRef } from '../store/index.ts';
import { unifiedPatch } from '../text/index.ts';
import type { Workspace } from '../workspace/index.ts';
import { singleCall } from './single-call.ts';
import type { CallRecord, NodeContext, NodeResult } from './types.ts';

export interface TryRequest {
  readonly agent: CompiledAgent;
  readonly model: ResolvedModel;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly workspace: Workspace;
  readonly models: ModelService;
}

/**
 * Calls an agent once on the workspace's files as they are and shows everything: the packed prompt, the answer, what was
 * made of it. Nothing is recorded, run or proposed. Throws `UserError` when there is nothing to call it on, or no answer.
 */
export async function tryAgent(request: TryRequest, signal: AbortSignal): Promise<TryView> {
  const { agent, model, workspace, models, inputs } = request;
  const texts = new Map<ContentRef, string>();
  const calls: CallRecord[] = [];
  const { tree } = await workspace.trees.snapshot(signal);
  const keep = (text: string): ContentRef => {
    const ref = sha256(text) as ContentRef;
    texts.set(ref, text);
    return ref;
  };
  const read = (ref: ContentRef) => texts.get(ref) ?? '';
  const ctx: NodeContext = {
    run: 'try',
    address: agent.name,
    workspace,
    models,
    clock: systemClock,
    signal,
    priority: 'interactive',
    baseTree: tree,
    inputTree: tree,
    incoming: [],
    timeoutMs: agent.limits.timeMs,
    limits: {},
    readable: [],
    step: async (_key, _kind, work) => {
      const { value, call } = await work();
      if (call !== undefined) calls.push(call);
      return value;
    },
    shared: async (_key, _kind, work) => (await work()).value,
    inSlot: (work) => work(),
    keep,
    read,
    command: () => {
      throw new Error('A trial runs no command.');
    },
    agent: () => ({ agent, model }),
    changesOf: () => undefined,
    say: () => {},
  };
  const startedAt = performance.now();
  const result = await singleCall(ctx, { agent, model }, inputs, '', 0).catch((error: unknown) => {
    if (!(error instanceof ModelError)) throw error;
    throw new UserError(
      'model-call',
      `${model.name} gave no answer: ${error.message}`,
      '`pantheon doctor` checks the model servers.',
      { cause: error },
    );
  });
  const call = calls.at(-1);
  if (call === undefined) {
    throw new UserError(
      'nothing-to-try',
      result.detail ?? 'There is nothing to call the agent on.',
      'Check the inputs.',
      { exitCode: 1 },
    );
  }
  return {
    ...shown(agent, model, call, read),
    ...(await made(result, ctx)),
    ms: Math.round(performance.now() - startedAt),
  };
}

type Shown = Omit<TryView, 'validation' | 'valid' | 'patch' | 'data' | 'ms'>;

function shown(
  agent: CompiledAgent,
  model: ResolvedModel,
  call: CallRecord,
  read: (ref: ContentRef) => string,
): Shown {
  const messages = JSON.parse(read(call.prompt)) as { role: string; content: string }[];
  const said = (role: string) => messages.find((message) => message.role === role)?.content ?? '';
  const packing = JSON.parse(read(call.packing)) as { leftOut: string[] };
  return {
    schema: 'pantheon.try/1',
    agent: agent.name,
    model: model.name,
    server: model.server.kind === 'embedded' ? 'embedded' : model.server.url,
    system: said('system'),
    prompt: said('user'),
    leftOut: packing.leftOut,
    answer: read(call.answer),
    promptTokens: call.promptTokens,
    answerTokens: call.answerTokens,
  };
}

async function made(
  result: NodeResult,
  ctx: NodeContext,
): Promise<Pick<TryView, 'validation' | 'valid' | 'patch' | 'data'>> {
  if (result.outcome === 'failed')
    return { valid: false, validation: `Not usable: ${result.detail ?? 'no reason given'}` };
  if (result.edit === undefined) {
    const validation = result.detail ?? 'Valid.';
    return { valid: true, validation, ...(result.output === undefined ? {} : { data: result.output }) };
  }
  const { path, content, changedLines } = result.edit;
  const before = new TextDecoder().decode(await ctx.workspace.trees.read(ctx.inputTree, path, ctx.signal));
  return {
    valid: true,
    validation: `Valid: changes ${changedLines.length === 1 ? `line ${changedLines[0]}` : `${changedLines.length} lines`} of ${path}.`,
    patch: unifiedPatch({ path, before, after: ctx.read(content) }),
  };
}
