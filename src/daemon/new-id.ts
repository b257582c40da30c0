import { randomInt } from 'node:crypto';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** A short id that sorts by time: a letter, the second in 7 digits of base 32, 3 random digits. */
export function newId(kind: 'q' | 'r', nowMs = Date.now()): string {
  let rest = Math.floor(nowMs / 1_000);
  let time = '';
  for (let i = 0; i < 7; i += 1) {
    time = digits.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const random = Array.from({ length: 3 }, () => digits.charAt(randomInt(32))).join('');
  return `${kind}${time}${random}`;
}
