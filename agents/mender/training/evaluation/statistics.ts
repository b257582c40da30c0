/** How one function fared: `samples` drawn, of which `right` were right and `falsely` passed the visible tests only. */
export type Drawn = { readonly samples: number; readonly right: number; readonly falsely: number };

/** The 95 % interval of a share after E. B. Wilson (1927); `hits` may be a sum of shares. */
export function wilson(hits: number, of: number): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Chance that none of `n` of `samples`, drawn without putting back, is among `accepted` of them. */
function noneAccepted(samples: number, accepted: number, n: number): number {
  let chance = 1;
  for (let i = 0; i < n; i += 1) chance *= Math.max(0, samples - accepted - i) / (samples - i);
  return chance;
}

/**
 * Best of n with tests that choose, stopping at the first sample that passes: chance that it is right, and that it is not,
 * without bias from the samples drawn (all orders of them are equally likely; n is at most their number).
 */
export function bestOf({ samples, right, falsely }: Drawn, n: number): { right: number; falsely: number } {
  const accepted = right + falsely;
  if (accepted === 0) return { right: 0, falsely: 0 };
  const some = 1 - noneAccepted(samples, accepted, n);
  return { right: (some * right) / accepted, falsely: (some * falsely) / accepted };
}

/** Success of best of n by the formula of the design: p right, T and F the checks' true and false accepts. */
export function theory(p: number, trueAccept: number, falseAccept: number, n: number): number {
  const accept = p * trueAccept + (1 - p) * falseAccept;
  return accept === 0 ? 0 : ((p * trueAccept) / accept) * (1 - (1 - accept) ** n);
}

/** The formula with a function's own p and F; a right version always passes, so T is 1. */
export function theoryOf({ samples, right, falsely }: Drawn, n: number): number {
  return theory(right / samples, 1, samples === right ? 0 : falsely / (samples - right), n);
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
