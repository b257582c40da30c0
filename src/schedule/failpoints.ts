/** Places in this room at which a test can kill the process. */
export const SCHEDULE_FAILPOINTS = [
  'schedule.claim.before',
  'schedule.claim.after',
  'schedule.finish.before',
  'schedule.finish.after',
] as const;
