import { joinOf } from './join.ts';
import type { FlowState, NodeState, SkipReason } from './state.ts';

/** What has to be done now. Each is answered by an event; until then it is asked for again. */
export type Due =
  | { readonly do: 'condition'; readonly node: string }
  | { readonly do: 'items'; readonly node: string }
  | {
      readonly do: 'start';
      readonly node: string;
      readonly item: number | null;
      readonly attempt: number;
      /** Milliseconds since the epoch before which the attempt must not start; 0 for at once. */
      readonly notBefore: number;
    }
  | { readonly do: 'skip'; readonly node: string; readonly item: number | null; readonly reason: SkipReason }
  | { readonly do: 'settle'; readonly node: string }
  | { readonly do: 'output'; readonly output: string };

/** Everything that can be done now, in the order of the flow's frontier. Costs what the answer is long. */
export function next(state: FlowState): readonly Due[] {
  const due: Due[] = [];
  for (const id of state.due) {
    const node = state.nodes.get(id);
    if (node !== undefined) addDueOf(state, node, due);
  }
  for (const output of state.dueOutputs) due.push({ do: 'output', output });
  return due;
}

/** True if nothing runs and nothing is left to do. */
export function isDone(state: FlowState): boolean {
  return state.openNodes === 0 && (state.openOutputs === 0 || state.cancelled);
}

function addDueOf(state: FlowState, node: NodeState, due: Due[]): void {
  const { id } = node.node;
  const blocked = isBlocked(state, node);
  switch (node.phase) {
    case 'waiting':
      if (joinOf(node) === 'never') due.push({ do: 'skip', node: id, item: null, reason: 'needs' });
      return;
    case 'condition':
      due.push(
        blocked ? { do: 'skip', node: id, item: null, reason: 'stopped' } : { do: 'condition', node: id },
      );
      return;
    case 'items':
      due.push(blocked ? { do: 'skip', node: id, item: null, reason: 'stopped' } : { do: 'items', node: id });
      return;
    case 'work':
      return addWork(node, blocked, due);
    case 'settle':
      due.push({ do: 'settle', node: id });
      return;
    case 'ended':
      return;
  }
}

function isBlocked(state: FlowState, node: NodeState): boolean {
  return state.stopped === 'all' || (state.stopped === 'uses' && node.node.body.kind === 'uses');
}

function addWork(node: NodeState, blocked: boolean, due: Due[]): void {
  const isList = node.node.forEach !== undefined;
  let slots = blocked ? Infinity : (isList ? node.node.maxParallel : 1) - node.running;
  const push = (index: number) => {
    const state = node.items[index];
    if (state === undefined || slots <= 0) return;
    slots -= 1;
    const item = isList ? index : null;
    if (blocked) due.push({ do: 'skip', node: node.node.id, item, reason: 'stopped' });
    else {
      const { attempts, retryAt } = state;
      due.push({ do: 'start', node: node.node.id, item, attempt: attempts + 1, notBefore: retryAt });
    }
  };
  for (const index of node.retries) push(index);
  for (let index = node.nextItem; index < node.items.length && slots > 0; index += 1) {
    const item = node.items[index];
    if (item !== undefined && item.attempts === 0 && item.outcome === undefined) push(index);
  }
}
