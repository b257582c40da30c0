import { isAbort, isDiskFull, messageOf, UserError, type Json } from '../common/index.ts';
import { itemAddress, type CompiledNode, type FlowState } from '../flow/index.ts';
import {
  checkNode,
  EnvironmentNotReady,
  Overtime,
  runNode,
  settle,
  titleOf,
  usesNode,
  type EndedItem,
  type NodeContext,
  type NodeResult,
  type Settled,
} from '../nodes/index.ts';
import type { NewEvent } from '../store/index.ts';
import type { TreeId } from '../workspace/index.ts';
import type { Attempt, AttemptEnd, EngineWork, Stop } from './engine.ts';
import { runEvent, type RunEventBodies } from './events.ts';
import { Effects } from './effects.ts';
import { LimitReached, NodeContexts, type RunParts } from './node-contexts.ts';
import type { KeptResult, KeptSettled } from './results.ts';

/** Does for one run what the loop asks for. */
export class RunWork implements EngineWork {
  readonly #parts: RunParts;
  readonly #contexts: NodeContexts;
  readonly #effects: Effects;
  readonly #limit = new AbortController();
  readonly #notes = new Set<string>();

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#contexts = new NodeContexts(parts);
    this.#effects = new Effects(parts);
  }

  /** Ends model work that is under way; what it found out is kept. */
  reachLimit(detail: string): void {
    this.#limit.abort(new LimitReached(detail));
  }

  condition(node: CompiledNode, state: FlowState): boolean {
    return this.#parts.variables.condition(node.if ?? 'true', node, state);
  }

  items(node: CompiledNode, state: FlowState): readonly Json[] {
    return this.#parts.variables.items(node, state);
  }

  leftOut(node: CompiledNode): string | undefined {
    return this.#parts.pin.leftOut?.[node.id];
  }

  async output(id: string, state: FlowState, signal: AbortSignal): Promise<RunEventBodies['effect.ended']> {
    return await this.#effects.output(id, state, signal);
  }

  async attempt(attempt: Attempt, state: FlowState, signal: AbortSignal): Promise<AttemptEnd> {
    const { node } = attempt;
    const overtime = new AbortController();
    const timer = new AbortController();
    const expired = () =>
      overtime.abort(new Overtime(`${attempt.address} did not end within ${node.timeoutMs / 1000} s.`));
    this.#parts.clock.sleep(node.timeoutMs, timer.signal).then(expired, () => {});
    const limit = node.body.kind === 'uses' ? [this.#limit.signal] : [];
    const all = AbortSignal.any([signal, overtime.signal, ...limit]);
    let title: string | undefined;
    try {
      const { result, about } = await this.#work(attempt, state, all);
      title = about;
      return this.#end(result, title);
    } catch (error) {
      if (signal.aborted) return { outcome: 'cancelled' };
      if (isDiskFull(error)) throw error;
      if (overtime.signal.aborted) {
        return this.#end(
          { outcome: 'failed', cause: 'timeout', detail: messageOf(overtime.signal.reason) },
          title,
        );
      }
      if (this.#limit.signal.aborted && limit.length > 0) {
        return this.#end({ outcome: 'abstained', detail: messageOf(this.#limit.signal.reason) }, title);
      }
      return this.#failure(error, attempt.address);
    } finally {
      timer.abort();
    }
  }

  async #work(
    attempt: Attempt,
    state: FlowState,
    signal: AbortSignal,
  ): Promise<{ result: NodeResult; about?: string }> {
    const { node, item, address } = attempt;
    const { body } = node;
    const value = item === null ? undefined : this.#parts.results.list(node.id)[item];
    const ctx = await this.#contexts.make({ node, address, state, signal, item: value });
    switch (body.kind) {
      case 'run':
        return { result: await runNode(ctx, node, body) };
      case 'check':
        return { result: await checkNode(ctx, node, body) };
      case 'uses': {
        const inputs = await ctx.step('with', 'expression', () =>
          Promise.resolve({
            value: this.#parts.variables.values(body.with, state, value),
            outcome: 'evaluated',
          }),
        );
        return { result: await usesNode(ctx, node, body, inputs), about: titleOf(inputs) };
      }
      default:
        throw new UserError(
          'kind-not-supported',
          `This version cannot run ${node.id} yet.`,
          'Leave the node out.',
        );
    }
  }

  #end(result: NodeResult, title: string | undefined): AttemptEnd {
    const { journal } = this.#parts;
    const { outcome, cause, detail, evidence, memoHits, takenBack = [], notes = [], ...rest } = result;
    const also: NewEvent[] = [...notes, ...unsandboxed(result)].flatMap((note) => this.#note(note));
    for (const { address, detail: why } of takenBack) {
      also.push(runEvent('item.revised', { outcome: 'abstained', detail: journal.putText(why) }, address));
    }
    const hasResult = Object.values(rest).some((value) => value !== undefined);
    return {
      outcome,
      ...(cause === undefined ? {} : { cause }),
      ...(title === undefined ? {} : { title: journal.putText(title) }),
      ...(detail === undefined ? {} : { detail: journal.putText(detail) }),
      ...(hasResult ? { result: journal.putJson({ outcome, ...rest } satisfies KeptResult) } : {}),
      ...(evidence === undefined || evidence.length === 0 ? {} : { evidence: journal.putJson(evidence) }),
      ...(memoHits === undefined || memoHits === 0 ? {} : { memoHits }),
      ...(also.length === 0 ? {} : { also }),
      ...(cause === 'model-server' ? { stop: serverAway(detail) } : {}),
    };
  }

  #note(note: string): readonly NewEvent[] {
    if (this.#notes.has(note)) return [];
    this.#notes.add(note);
    return [runEvent('run.noted', { note: this.#parts.journal.putText(note) })];
  }

  #failure(error: unknown, address: string): AttemptEnd {
    if (error instanceof LimitReached)
      return this.#end({ outcome: 'abstained', detail: error.message }, undefined);
    if (error instanceof EnvironmentNotReady) {
      const stop: Stop = { what: 'all', failed: true, reason: 'environment', detail: error.message };
      return { ...this.#end({ outcome: 'failed', detail: error.message }, undefined), stop };
    }
    if (error instanceof UserError) {
      return this.#end({ outcome: 'failed', detail: `${error.message} ${error.remedy}` }, undefined);
    }
    if (!isAbort(error)) this.#parts.log(`${this.#parts.run} ${address} ended by a defect`, error);
    return this.#end({ outcome: 'failed', cause: 'error', detail: messageOf(error) }, undefined);
  }

  async settle(node: CompiledNode, state: FlowState, signal: AbortSignal): Promise<readonly NewEvent[]> {
    const { body } = node;
    if (body.kind !== 'uses') throw new Error(`${node.id} has nothing to settle`);
    const check = body.bestOf?.pick === 'first' ? body.bestOf.check : undefined;
    const list = this.#parts.results.list(node.id);
    const make = (address: string, item: Json | undefined): Promise<NodeContext> =>
      this.#contexts.make({ node, address, state, signal, item });
    const items: EndedItem[] = [];
    for (const [index, item] of (state.nodes.get(node.id)?.items ?? []).entries()) {
      const address = itemAddress(node.id, index);
      const result = this.#parts.results.result(address);
      const isGood = item.outcome === 'succeeded' && result?.edit !== undefined;
      if (!isGood && item.outcome !== 'abstained') continue;
      items.push({
        address,
        title: this.#parts.results.title(address),
        ...(isGood && result.tree !== undefined ? { tree: result.tree, path: result.edit.path } : {}),
        candidates: isGood ? [] : (result?.candidates ?? []),
        ...(check === undefined ? {} : { check }),
        ctx: await make(address, list[index]),
      });
    }
    const ctx = await make(node.id, undefined);
    return this.#settledEvents(node.id, await settle(ctx, items, node.maxParallel));
  }

  #settledEvents(node: string, { tree, order, revisions }: Settled): readonly NewEvent[] {
    const { journal } = this.#parts;
    const events = revisions.map((revision) => {
      if (revision.kind === 'dropped') {
        const detail = journal.putText(revision.detail);
        return runEvent('item.revised', { outcome: 'abstained', detail }, revision.address);
      }
      const { candidate, dependsOn, evidence } = revision;
      const { path, content, changedLines } = candidate;
      const result: KeptResult = {
        outcome: 'succeeded',
        tree: revision.tree,
        edit: { path, content, changedLines },
        dependsOn,
      };
      const body = {
        outcome: 'succeeded' as const,
        detail: journal.putText(
          `Passes together with ${dependsOn.map((key) => this.#parts.results.title(key)).join(', ')}.`,
        ),
        result: journal.putJson(result),
        evidence: journal.putJson([evidence]),
      };
      return runEvent('item.revised', body, revision.address);
    });
    const settled: KeptSettled = { tree: tree as TreeId, order };
    return [...events, runEvent('node.settled', { result: journal.putJson(settled) }, node)];
  }
}

function unsandboxed({ evidence = [] }: NodeResult): readonly string[] {
  return evidence.some((each) => !each.sandboxed) ? ['Checks ran without a sandbox.'] : [];
}

function serverAway(detail: string | undefined): Stop {
  const why = detail === undefined ? '' : `: ${detail.replace(/\.$/, '')}`;
  return {
    what: 'uses',
    failed: true,
    reason: 'model-server',
    detail: `The model server does not answer, so no more was asked${why}. Start it (ollama serve) and see: pantheon doctor`,
  };
}
