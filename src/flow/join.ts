import type { CompiledNode } from './compiled.ts';
import type { NodeState, Outcome } from './state.ts';

/** Whether the node may start, has to wait, or never can. */
export function joinOf(node: NodeState): 'go' | 'wait' | 'never' {
  const total = node.needs;
  const join = asksForFailure(node.node) ? 'settled' : node.node.join;
  if (join === 'settled') return node.needsEnded === total ? 'go' : 'wait';
  if (join === 'all') {
    if (node.needsBad > 0) return 'never';
    return node.needsEnded === total ? 'go' : 'wait';
  }
  const wanted = join === 'any' ? Math.min(1, total) : join.quorum;
  if (node.needsGood >= wanted) return 'go';
  return node.needsGood + (total - node.needsEnded) < wanted ? 'never' : 'wait';
}

/** `failure()` and `always()` in a condition are about needs that failed, so the condition has to be asked. */
function asksForFailure(node: CompiledNode): boolean {
  return node.if !== undefined && /\b(failure|always)\s*\(/.test(node.if);
}

/** Abstained, and skipped by its own condition or for want of a model, are not failed: what comes after goes on. */
export function isHarmless(need: NodeState): boolean {
  if (need.outcome === 'skipped') return need.skip === 'if' || need.skip === 'model';
  return need.outcome === 'abstained';
}

/** The outcome of a node from those of its items. */
export function combined(node: NodeState): Outcome {
  const seen = new Set(node.items.map((item) => item.outcome));
  for (const outcome of ['failed', 'cancelled', 'held', 'succeeded', 'abstained'] as const) {
    if (seen.has(outcome)) return outcome;
  }
  return seen.has('skipped') ? 'skipped' : 'succeeded';
}
