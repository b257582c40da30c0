/** Places in this room at which a test can kill the process. */
export const RUNNER_FAILPOINTS = [
  'runner.append.before',
  'runner.append.after',
  'runner.step.before',
  'runner.step.after-work',
  'runner.step.after-record',
  'runner.effect.before-intent',
  'runner.effect.after-intent',
  'runner.effect.after-effect',
  'runner.effect.after-receipt',
] as const;
