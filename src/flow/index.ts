export type * from './compiled.ts';
export { attemptAddress, itemAddress, parseAddress, type Address } from './address.ts';
export { evolve, isCurrent, mayRetry, runningAttempts, startState } from './evolve.ts';
export { isDone, next, type Due } from './next.ts';
export { outcomeOf } from './outcome.ts';
export {
  needsOfOutput,
  type FinalOutcome,
  type FlowEvent,
  type FlowState,
  type Outcome,
  type SkipReason,
} from './state.ts';
