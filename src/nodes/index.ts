export { HARNESS_VERSION } from './agent-call.ts';
export { checkNode } from './check-node.ts';
export { readyCommand } from './commands.ts';
export { runNode } from './run-node.ts';
export { settle, type EndedItem, type Revision, type Settled } from './settle.ts';
export {
  EnvironmentNotReady,
  Overtime,
  type CallRecord,
  type Candidate,
  type Edit,
  type Finding,
  type IncomingEdit,
  type NodeContext,
  type NodeResult,
  type PinnedAgent,
  type ReadyCommand,
  type StepWork,
} from './types.ts';
export { titleOf } from './sources.ts';
export { tryAgent, type TryRequest } from './try-agent.ts';
export { changedFunctions, functionAt, type ChangedFunction } from './units/index.ts';
export { usesNode } from './uses-node.ts';
