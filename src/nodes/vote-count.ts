/** What one sample chose: a name that equal choices share; `undefined` if it could not be read. */
export type Choice = string | undefined;

export type Verdict =
  /** More samples can still change the result. */
  | { readonly kind: 'open' }
  | { readonly kind: 'agreed'; readonly choice: string; readonly votes: number }
  /** Whatever comes, too few agree; `votes` is the most that any choice has. */
  | { readonly kind: 'split'; readonly votes: number };

/**
 * The result of a vote of `n` samples of which the first ones are known: the choice with most votes, the earliest of
 * equals, if at least `agree` made it. As soon as it says more than `open`, drawing all `n` would say the same.
 */
export function verdictOf(choices: readonly Choice[], n: number, agree: number): Verdict {
  const left = Math.max(0, n - choices.length);
  const tally = new Map<string, number>();
  for (const choice of choices) if (choice !== undefined) tally.set(choice, (tally.get(choice) ?? 0) + 1);
  // A map keeps the order of first votes, so that the first of the most is the earliest.
  const votes = Math.max(0, ...tally.values());
  if (votes + left < agree) return { kind: 'split', votes };
  const leader = [...tally].find(([, count]) => count === votes)?.[0];
  if (leader === undefined || votes < agree) return { kind: 'open' };
  const isAhead = [...tally].every(([choice, count]) => choice === leader || isBeaten(choice, count));
  // A choice that nobody has made yet would come later than the leader.
  return isAhead && left <= votes ? { kind: 'agreed', choice: leader, votes } : { kind: 'open' };

  function isBeaten(choice: string, count: number): boolean {
    const most = count + left;
    return most < votes || (most === votes && order(leader ?? '') < order(choice));
  }
  function order(choice: string): number {
    return choices.indexOf(choice);
  }
}
