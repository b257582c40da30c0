export type { RunnerDeps } from './deps.ts';
export { RUN_STREAM, RUN_UPCASTERS, readRunEvent, type RunEvent, type RunEventBodies } from './events.ts';
export { RUNNER_FAILPOINTS } from './failpoints.ts';
export { runnerProjectors } from './projector.ts';
export { createRunner } from './runner.ts';
export type * from './types.ts';
export type { RunAnswer } from './answers.ts';
export { Engine, type AttemptEnd, type EngineWork } from './engine.ts';
export { RunJournal } from './journal.ts';
