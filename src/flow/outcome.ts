import type { FinalOutcome, FlowState, NodeState } from './state.ts';

/**
 * The outcome of a run whose state is done: the only place that decides it. A run that needed a failed node is never
 * `succeeded`; an abstention or a skip is said.
 */
export function outcomeOf(state: FlowState): FinalOutcome {
  const nodes = [...state.nodes.values()];
  if (state.cancelled) return 'cancelled';
  if (state.stoppedAsFailed || nodes.some((node) => node.outcome === 'failed' && isNeeded(state, node))) {
    return 'failed';
  }
  if ([...state.outputs.values()].some((output) => output.result === 'failed')) return 'failed';
  if (nodes.some((node) => node.outcome === 'held' || node.items.some((item) => item.outcome === 'held')))
    return 'held';
  const complete = nodes.every(
    (node) => node.outcome === 'succeeded' && node.items.every((item) => item.outcome === 'succeeded'),
  );
  return complete && state.stopped === undefined ? 'succeeded' : 'succeeded-with-skips';
}

/** A failure is borne if the file says so, or if every node after it could do without (`any`, `quorum`) and went on. */
function isNeeded(state: FlowState, node: NodeState): boolean {
  if (node.node.continueOnFail) return false;
  const after = state.dependents.get(node.node.id) ?? [];
  const borne = after.every((id) => {
    const dependent = state.nodes.get(id);
    const join = dependent?.node.join;
    return join !== 'all' && join !== 'settled' && dependent?.outcome !== 'skipped';
  });
  return after.length === 0 || !borne;
}
