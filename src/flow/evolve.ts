import type { CompiledFlow, CompiledNode } from './compiled.ts';
import { combined, isHarmless, joinOf } from './join.ts';
import { newItem, newNode, newOutput } from './parts.ts';
import { needsOfOutput, settles } from './state.ts';
import type { FlowEvent, FlowState, ItemState, NodeState, Outcome, SkipReason } from './state.ts';

/** The state before anything happened. */
export function startState(flow: CompiledFlow): FlowState {
  const nodes = new Map(flow.nodes.map((node) => [node.id, newNode(node)]));
  const outputs = new Map(flow.outputs.map((output) => [output.id, newOutput(output)]));
  const state: FlowState = {
    flow,
    nodes,
    outputs,
    dependents: backwards(flow.nodes.map((node) => [node.id, node.needs])),
    outputsOf: backwards(flow.outputs.map((output) => [output.id, needsOfOutput(output)])),
    due: new Set(),
    dueOutputs: new Set(
      flow.outputs.filter((output) => needsOfOutput(output).length === 0).map(({ id }) => id),
    ),
    openNodes: nodes.size,
    openOutputs: outputs.size,
    stopped: undefined,
    stoppedAsFailed: false,
    cancelled: false,
  };
  for (const node of nodes.values()) if (node.node.needs.length === 0) joined(state, node);
  return state;
}

/**
 * The state after an event. A pure fold: equal events give equal states. The given state is used up (its parts are
 * reused, so that an event costs the same after ten nodes and after ten thousand). An event that does not fit, such as
 * the result of an attempt that is no longer the current one, throws and changes nothing.
 */
export function evolve(state: FlowState, event: FlowEvent): FlowState {
  switch (event.type) {
    case 'condition':
      return onCondition(state, nodeOf(state, event.node), event.value);
    case 'items':
      return onItems(state, nodeOf(state, event.node), event.count);
    case 'started':
      return onStarted(state, event);
    case 'ended':
      return onEnded(state, event);
    case 'skipped':
      return onSkipped(state, event);
    case 'settled':
      return onSettled(state, nodeOf(state, event.node));
    case 'broken':
      return onBroken(state, nodeOf(state, event.node));
    case 'revised':
      return onRevised(state, event);
    case 'stopped':
      return onStopped(state, event);
    case 'cancelled':
      return onCancelled(state);
    case 'output':
      return onOutput(state, event);
  }
}

/** Attempts that were started and have not ended: after a crash they go on. */
export function runningAttempts(
  state: FlowState,
): readonly { readonly node: string; readonly item: number | null; readonly attempt: number }[] {
  return [...state.nodes.values()].flatMap(({ node, items }) =>
    items.flatMap(({ running, attempts }, index) =>
      running ? [{ node: node.id, item: node.forEach === undefined ? null : index, attempt: attempts }] : [],
    ),
  );
}

/** True if a result of this attempt is still awaited; a late one of an earlier attempt is refused. */
export function isCurrent(state: FlowState, node: string, item: number | null, attempt: number): boolean {
  const found = state.nodes.get(node)?.items[item ?? 0];
  return found !== undefined && found.running && found.attempts === attempt;
}

function backwards(needs: readonly (readonly [string, readonly string[]])[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const [id, wanted] of needs) {
    for (const need of new Set(wanted)) {
      const list = result.get(need);
      if (list === undefined) result.set(need, [id]);
      else list.push(id);
    }
  }
  return result;
}

function nodeOf(state: FlowState, id: string): NodeState {
  const node = state.nodes.get(id);
  if (node === undefined) throw new Error(`the flow has no node ${id}`);
  return node;
}

function itemOf(node: NodeState, index: number | null): ItemState {
  const item = node.items[index ?? 0];
  if (item === undefined || (index === null) !== (node.node.forEach === undefined)) {
    throw new Error(`${node.node.id} has no item ${index}`);
  }
  return item;
}

function expectPhase(node: NodeState, phase: NodeState['phase']): void {
  if (node.phase !== phase) throw new Error(`${node.node.id} is at ${node.phase}, not at ${phase}`);
}

/** All needs are as the join wants them. */
function joined(state: FlowState, node: NodeState): void {
  if (node.node.if !== undefined) node.phase = 'condition';
  else afterCondition(node);
  state.due.add(node.node.id);
}

function afterCondition(node: NodeState): void {
  node.phase = node.node.forEach === undefined ? 'work' : 'items';
  if (node.phase === 'work') {
    node.items = [newItem()];
    node.open = 1;
  }
}

function onCondition(state: FlowState, node: NodeState, value: boolean): FlowState {
  expectPhase(node, 'condition');
  if (!value) return skipNode(state, node, 'if');
  afterCondition(node);
  return state;
}

function onItems(state: FlowState, node: NodeState, count: number): FlowState {
  expectPhase(node, 'items');
  node.phase = 'work';
  node.items = Array.from({ length: count }, newItem);
  node.open = count;
  if (count === 0) return endNode(state, node, 'succeeded');
  return state;
}

function onStarted(state: FlowState, event: FlowEvent & { type: 'started' }): FlowState {
  const node = nodeOf(state, event.node);
  expectPhase(node, 'work');
  const item = itemOf(node, event.item);
  if (item.running || item.outcome !== undefined || event.attempt !== item.attempts + 1) {
    throw new Error(`${event.node}[${event.item}] cannot start attempt ${event.attempt}`);
  }
  const index = event.item ?? 0;
  if (item.attempts > 0) node.retries.splice(node.retries.indexOf(index), 1);
  else if (index === node.nextItem) advance(node);
  item.attempts = event.attempt;
  item.running = true;
  node.running += 1;
  refresh(state, node);
  return state;
}

/** Moves past items that were started or skipped. */
function advance(node: NodeState): void {
  node.nextItem += 1;
  while (isTouched(node.items[node.nextItem])) node.nextItem += 1;
}

function isTouched(item: ItemState | undefined): boolean {
  return item !== undefined && (item.attempts > 0 || item.outcome !== undefined);
}

function onEnded(state: FlowState, event: FlowEvent & { type: 'ended' }): FlowState {
  const node = nodeOf(state, event.node);
  if (!isCurrent(state, event.node, event.item, event.attempt)) {
    throw new Error(`${event.node}[${event.item}]#${event.attempt} is not the current attempt`);
  }
  const item = itemOf(node, event.item);
  item.running = false;
  node.running -= 1;
  if (mayRetry(state, node.node, event)) {
    item.retryAt = event.retryAt ?? 0;
    node.retries.push(event.item ?? 0);
    refresh(state, node);
    return state;
  }
  return endItem(state, node, item, state.cancelled ? cancelledUnlessDone(event.outcome) : event.outcome);
}

function cancelledUnlessDone(outcome: Outcome): Outcome {
  return outcome === 'succeeded' ? outcome : 'cancelled';
}

/** Whether a failed attempt is followed by another one. */
export function mayRetry(
  state: FlowState,
  node: CompiledNode,
  event: Pick<FlowEvent & { type: 'ended' }, 'outcome' | 'cause' | 'attempt'>,
): boolean {
  return (
    event.outcome === 'failed' &&
    event.cause !== undefined &&
    node.retry.on.includes(event.cause) &&
    event.attempt <= node.retry.max &&
    !state.cancelled &&
    state.stopped === undefined
  );
}

function onSkipped(state: FlowState, event: FlowEvent & { type: 'skipped' }): FlowState {
  const node = nodeOf(state, event.node);
  if (node.phase === 'ended') throw new Error(`${event.node} has ended`);
  if (event.item === null) return skipNode(state, node, event.reason);
  const item = itemOf(node, event.item);
  if (item.running || item.outcome !== undefined) throw new Error(`${event.node}[${event.item}] was begun`);
  node.skip = event.reason;
  if (item.attempts > 0) node.retries.splice(node.retries.indexOf(event.item), 1);
  item.outcome = 'skipped';
  if (event.item === node.nextItem) advance(node);
  return afterItem(state, node);
}

function skipNode(state: FlowState, node: NodeState, reason: SkipReason): FlowState {
  node.skip = reason;
  for (const item of node.items) item.outcome ??= 'skipped';
  return endNode(state, node, 'skipped');
}

function endItem(state: FlowState, node: NodeState, item: ItemState, outcome: Outcome): FlowState {
  item.outcome = outcome;
  return afterItem(state, node);
}

function afterItem(state: FlowState, node: NodeState): FlowState {
  node.open -= 1;
  if (node.open > 0) {
    refresh(state, node);
    return state;
  }
  if (settles(node.node) && !state.cancelled && state.stopped !== 'all') {
    node.phase = 'settle';
    state.due.add(node.node.id);
    return state;
  }
  return endNode(state, node, combined(node));
}

function onSettled(state: FlowState, node: NodeState): FlowState {
  expectPhase(node, 'settle');
  return endNode(state, node, combined(node));
}

function onBroken(state: FlowState, node: NodeState): FlowState {
  if (node.phase === 'ended' || node.running > 0) throw new Error(`${node.node.id} is at ${node.phase}`);
  for (const item of node.items) item.outcome ??= 'failed';
  return endNode(state, node, 'failed');
}

function onRevised(state: FlowState, event: FlowEvent & { type: 'revised' }): FlowState {
  const node = nodeOf(state, event.node);
  const item = itemOf(node, event.item);
  if (item.outcome === undefined) throw new Error(`${event.node}[${event.item}] has not ended`);
  item.outcome = event.outcome;
  if (node.phase === 'ended') node.outcome = combined(node);
  return state;
}

function endNode(state: FlowState, node: NodeState, outcome: Outcome): FlowState {
  node.phase = 'ended';
  node.outcome = outcome;
  state.openNodes -= 1;
  state.due.delete(node.node.id);
  for (const id of state.dependents.get(node.node.id) ?? []) needEnded(state, nodeOf(state, id), node);
  for (const id of state.outputsOf.get(node.node.id) ?? []) {
    const output = state.outputs.get(id);
    if (output === undefined) continue;
    output.left -= 1;
    if (output.left === 0 && output.result === undefined) state.dueOutputs.add(id);
  }
  return state;
}

function needEnded(state: FlowState, node: NodeState, need: NodeState): void {
  node.needsEnded += 1;
  if (need.outcome === 'succeeded' || (need.outcome === 'failed' && need.node.continueOnFail))
    node.needsGood += 1;
  else if (!isHarmless(need)) node.needsBad += 1;
  if (node.phase !== 'waiting' || state.cancelled) return;
  const verdict = joinOf(node);
  if (verdict === 'go') joined(state, node);
  if (verdict === 'never') state.due.add(node.node.id);
}

function onStopped(state: FlowState, event: FlowEvent & { type: 'stopped' }): FlowState {
  state.stopped = state.stopped === 'all' ? 'all' : event.what;
  state.stoppedAsFailed ||= event.failed;
  for (const node of state.nodes.values()) if (node.phase !== 'ended') refresh(state, node);
  return state;
}

/** Ends whatever does not run; what runs ends by its own event. */
function onCancelled(state: FlowState): FlowState {
  if (state.cancelled) return state;
  state.cancelled = true;
  for (const node of state.nodes.values()) {
    if (node.phase === 'ended') continue;
    for (const item of node.items) if (!item.running) item.outcome ??= 'cancelled';
    node.retries = [];
    node.nextItem = node.items.length;
    node.open = node.running;
    if (node.running === 0) endNode(state, node, 'cancelled');
  }
  state.due.clear();
  state.dueOutputs.clear();
  return state;
}

function onOutput(state: FlowState, event: FlowEvent & { type: 'output' }): FlowState {
  const output = state.outputs.get(event.output);
  if (output === undefined || output.result !== undefined)
    throw new Error(`output ${event.output} is not due`);
  output.result = event.result;
  state.openOutputs -= 1;
  state.dueOutputs.delete(event.output);
  return state;
}

/** Keeps `due` true for one node. */
function refresh(state: FlowState, node: NodeState): void {
  const { id, maxParallel } = node.node;
  const hasWork = node.retries.length > 0 || node.nextItem < node.items.length;
  const isDue =
    node.phase === 'waiting'
      ? joinOf(node) !== 'wait'
      : node.phase === 'work'
        ? hasWork && (node.running < maxParallel || state.stopped !== undefined)
        : node.phase !== 'ended';
  if (isDue && !state.cancelled) state.due.add(id);
  else state.due.delete(id);
}
