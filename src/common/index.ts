export { systemClock, type Clock } from './clock.ts';
export { explainDiskError, isDiskFull } from './disk-error.ts';
export { Disposables, type Disposable } from './disposable.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { checkFailpoint, failpoint, FAILPOINTS, registerFailpoints } from './failpoint.ts';
export { editDistance } from './edit-distance.ts';
export { hashOf, sha256 } from './hash.ts';
export { canonicalJson, type Json, type JsonObject } from './json.ts';
export { isAbort, messageOf, UserError } from './user-error.ts';
