import type { CompiledFlow, CompiledNode, CompiledOutput, RetryCause } from './compiled.ts';

export type Outcome = 'succeeded' | 'failed' | 'abstained' | 'skipped' | 'held' | 'cancelled';
export type FinalOutcome = 'succeeded' | 'succeeded-with-skips' | 'failed' | 'held' | 'cancelled';

/**
 * Why something was skipped. `if`: its own condition said no. `needs`: what it needs did not come about.
 * `stopped`: the run was told to start nothing more. `model`: no server has a model for it, and the file says to do without.
 */
export type SkipReason = 'if' | 'needs' | 'stopped' | 'model';

/** What can happen to a flow; everything that `next` asked for is answered by one of these. */
export type FlowEvent =
  | { readonly type: 'condition'; readonly node: string; readonly value: boolean }
  | { readonly type: 'items'; readonly node: string; readonly count: number }
  | {
      readonly type: 'started';
      readonly node: string;
      readonly item: number | null;
      readonly attempt: number;
    }
  | {
      readonly type: 'ended';
      readonly node: string;
      readonly item: number | null;
      readonly attempt: number;
      readonly outcome: Outcome;
      /** Present when it failed in a way that a retry may mend. */
      readonly cause?: RetryCause;
      /** Milliseconds since the epoch before which a retry does not start. */
      readonly retryAt?: number;
    }
  | {
      readonly type: 'skipped';
      readonly node: string;
      readonly item: number | null;
      readonly reason: SkipReason;
    }
  | { readonly type: 'settled'; readonly node: string }
  /** The node could not even begin: its condition or its list has no value. */
  | { readonly type: 'broken'; readonly node: string }
  /** What was found out about an ended item later: it became good on the tree of all good edits, or was taken back. */
  | {
      readonly type: 'revised';
      readonly node: string;
      readonly item: number | null;
      readonly outcome: Outcome;
    }
  /** `uses`: no more model calls start, checks and outputs go on. `all`: nothing more starts. */
  | { readonly type: 'stopped'; readonly what: 'uses' | 'all'; readonly failed: boolean }
  | { readonly type: 'cancelled' }
  | { readonly type: 'output'; readonly output: string; readonly result: 'done' | 'skipped' | 'failed' };

/** One item of a for-each, or the node itself if it has none. */
export interface ItemState {
  attempts: number;
  running: boolean;
  outcome: Outcome | undefined;
  retryAt: number;
}

export interface NodeState {
  readonly node: CompiledNode;
  /** `waiting` for its needs, then its condition, its list, the work itself, the settling of all items, the end. */
  phase: 'waiting' | 'condition' | 'items' | 'work' | 'settle' | 'ended';
  items: ItemState[];
  /** First item that was never started. */
  nextItem: number;
  /** Items that wait for their next attempt, in the order in which they failed. */
  retries: number[];
  running: number;
  open: number;
  outcome: Outcome | undefined;
  skip: SkipReason | undefined;
  /** How many nodes it needs, each counted once. */
  readonly needs: number;
  needsEnded: number;
  needsGood: number;
  needsBad: number;
}

export interface OutputState {
  readonly output: CompiledOutput;
  left: number;
  result: 'done' | 'skipped' | 'failed' | undefined;
}

/** Everything that is known about a run of a flow. Made by `startState`, changed by `evolve` alone. */
export interface FlowState {
  readonly flow: CompiledFlow;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly outputs: ReadonlyMap<string, OutputState>;
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  readonly outputsOf: ReadonlyMap<string, readonly string[]>;
  /** Nodes for which `next` has something to say; kept by `evolve`, so that asking costs what the answer costs. */
  readonly due: Set<string>;
  readonly dueOutputs: Set<string>;
  openNodes: number;
  openOutputs: number;
  stopped: 'uses' | 'all' | undefined;
  stoppedAsFailed: boolean;
  cancelled: boolean;
}

/** True if agents work item by item, so that their edits are looked at together once all items ended. */
export function settles(node: CompiledNode): boolean {
  return node.body.kind === 'uses' && node.forEach !== undefined;
}

/** Nodes that must have ended before an output is looked at. */
export function needsOfOutput(output: CompiledOutput): readonly string[] {
  return [...new Set([...output.needs, ...output.edits, ...output.findings, ...output.evidence])];
}
