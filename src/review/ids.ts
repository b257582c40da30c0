import { randomInt } from 'node:crypto';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** A short id that sorts by time: `p`, the second in 7 digits of base 32, 3 random digits. */
export function newProposalId(nowMs: number): string {
  return `p${timedId(nowMs)}`;
}

/** The proposal that a hunk or finding belongs to: their ids begin with its own. */
export function proposalOf(id: string): string {
  const dot = id.indexOf('.');
  return dot < 0 ? id : id.slice(0, dot);
}

/** As that of a proposal, with `t`. */
export function newThreadId(nowMs: number): string {
  return `t${timedId(nowMs)}`;
}

function timedId(nowMs: number): string {
  let rest = Math.floor(nowMs / 1_000);
  let time = '';
  for (let i = 0; i < 7; i += 1) {
    time = digits.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `${time}${Array.from({ length: 3 }, () => digits.charAt(randomInt(32))).join('')}`;
}
