import assert from 'node:assert/strict';

import type { CompiledFlow, CompiledNode } from '../compiled.ts';
import {
  attemptAddress,
  evolve,
  isCurrent,
  isDone,
  next,
  startState,
  type Due,
  type FlowEvent,
  type Outcome,
} from '../index.ts';

export function node(id: string, needs: readonly string[], given: Partial<CompiledNode> = {}): CompiledNode {
  return {
    id,
    needs,
    join: 'all',
    maxParallel: 2,
    timeoutMs: 1000,
    retry: { max: 0, backoffMs: [0, 0], on: [] },
    continueOnFail: false,
    body: { kind: 'run', command: { argv: ['true'], env: {} } },
    ...given,
  };
}

export function flowOf(nodes: readonly CompiledNode[], outputs: CompiledFlow['outputs'] = []): CompiledFlow {
  return { name: 'f', version: 1, hash: 'h', inputs: {}, limits: {}, nodes, outputs };
}

export function output(id: string, needs: readonly string[]): CompiledFlow['outputs'][number] {
  return { id, kind: 'propose', needs, edits: [], findings: [], evidence: [] };
}

/** Plays a flow: what `next` asks for is answered by `decide`; running attempts end in the order that `pick` says. */
export function play(
  flow: CompiledFlow,
  decide: {
    readonly condition: (id: string) => boolean;
    readonly count: (id: string) => number;
    readonly result: (address: string) => { outcome: Outcome; cause?: 'timeout' | 'error' };
    readonly pick: (running: number) => number;
    readonly cancelAt?: number;
    readonly stopAt?: number;
  },
) {
  let state = startState(flow);
  const events: FlowEvent[] = [];
  const running: Extract<Due, { do: 'start' }>[] = [];
  let afterCancel = 0;
  const put = (event: FlowEvent) => {
    events.push(event);
    state = evolve(state, event);
  };
  for (let step = 0; ; step += 1) {
    assert.ok(step < 20_000, 'the flow does not end');
    if (step === decide.cancelAt && !isDone(state)) put({ type: 'cancelled' });
    if (step === decide.stopAt && !isDone(state)) put({ type: 'stopped', what: 'uses', failed: false });
    const due = next(state);
    for (const what of due) {
      if (what.do === 'start') {
        if (state.cancelled) afterCancel += 1;
        running.push(what);
      }
      put(answer(what, decide));
    }
    if (due.length > 0) continue;
    if (running.length === 0) break;
    const [attempt] = running.splice(decide.pick(running.length), 1);
    if (attempt === undefined) throw new Error('nothing was picked');
    assert.ok(isCurrent(state, attempt.node, attempt.item, attempt.attempt));
    put({
      type: 'ended',
      ...attempt,
      ...decide.result(attemptAddress(attempt.node, attempt.item, attempt.attempt)),
    });
  }
  return { state, events, afterCancel };
}

export function answer(
  due: Due,
  decide: { condition(id: string): boolean; count(id: string): number },
): FlowEvent {
  switch (due.do) {
    case 'condition':
      return { type: 'condition', node: due.node, value: decide.condition(due.node) };
    case 'items':
      return { type: 'items', node: due.node, count: decide.count(due.node) };
    case 'start':
      return { type: 'started', node: due.node, item: due.item, attempt: due.attempt };
    case 'skip':
      return { type: 'skipped', node: due.node, item: due.item, reason: due.reason };
    case 'settle':
      return { type: 'settled', node: due.node };
    case 'output':
      return { type: 'output', output: due.output, result: 'done' };
  }
}

export const calm = {
  condition: () => true,
  count: () => 3,
  result: () => ({ outcome: 'succeeded' as Outcome }),
  pick: () => 0,
};

export const usesBody: CompiledNode['body'] = {
  kind: 'uses',
  agent: { name: 'a', hash: 'h' },
  with: {},
  bestOf: {
    n: 2,
    check: { command: { argv: ['true'], env: {} }, compare: 'exit-0', fixes: 0 },
    pick: 'first',
  },
  repairMax: 0,
  fallback: ['abstain'],
};
