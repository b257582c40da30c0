import { createHash } from 'node:crypto';

import { canonicalJson } from './json.ts';

/** SHA-256 of text (as UTF-8) or bytes, as 64 lower-case hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of a JSON value in its canonical form: equal values have equal hashes. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
