/** Places in this room at which a test can kill the process. */
export const REVIEW_FAILPOINTS = [
  'review.propose.before',
  'review.propose.after',
  'review.intent.before',
  'review.intent.after',
  'review.write.temporary',
  'review.write.after',
  'review.receipt.after',
  'review.answer.after',
] as const;
