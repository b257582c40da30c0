export { readReviewEvent } from './events.ts';
export { REVIEW_FAILPOINTS } from './failpoints.ts';
export { reviewProjector } from './projection.ts';
export { Retention, retentionProjector, type RetentionMoment } from './retention.ts';
export { createReview, type ReviewOptions } from './service.ts';
export { threadsProjector } from './threads/projection.ts';
export type { Review } from './review.ts';
export type * from './types.ts';
export type { ThreadDecision, ThreadPlace, Threads } from './threads/types.ts';
