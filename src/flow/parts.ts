import type { CompiledFlow, CompiledNode } from './compiled.ts';
import { needsOfOutput } from './state.ts';
import type { ItemState, NodeState, OutputState } from './state.ts';

export function newNode(node: CompiledNode): NodeState {
  return {
    node,
    phase: 'waiting',
    items: [],
    nextItem: 0,
    retries: [],
    running: 0,
    open: 0,
    outcome: undefined,
    skip: undefined,
    needs: new Set(node.needs).size,
    needsEnded: 0,
    needsGood: 0,
    needsBad: 0,
  };
}

export function newOutput(output: CompiledFlow['outputs'][number]): OutputState {
  return { output, left: needsOfOutput(output).length, result: undefined };
}

export function newItem(): ItemState {
  return { attempts: 0, running: false, outcome: undefined, retryAt: 0 };
}
