export { nextOccurrence } from './cron.ts';
export { earliestStart, nextWake, obstacles, type Circumstances, type Obstacle } from './decide.ts';
export { SCHEDULE_FAILPOINTS } from './failpoints.ts';
export { queueProjector } from './projection.ts';
export { Queue, type By, type QueueOptions } from './queue.ts';
export {
  DEFAULT_LIMITS,
  type Claim,
  type GivenUp,
  type Limits,
  type ListedItem,
  type NewItem,
  type Next,
  type QueueItem,
  type When,
} from './types.ts';
export { isOpen, nextOpening, parseWindow, type Window } from './window.ts';
