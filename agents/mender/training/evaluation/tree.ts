/** What may come next: tokens with their chances, the likeliest first. */
export type Chances = readonly (readonly [token: number, chance: number])[];

/** The end of an answer, whatever token the model has for it. */
export const END = -1;

/** A model with one place in a text, which moves along the branches of a tree. */
export interface Place {
  /** Goes back to the first `depth` tokens of the answer, reads `token` after them, and says what may come next. */
  next(depth: number, token: number | undefined): Promise<Chances>;
}

/**
 * Draws answers together: the greedy one, and one for each of `randoms`. They are distributed as if each had been drawn alone,
 * since every draw has random numbers of its own; but what several answers begin with is read by the model once, which is most
 * of their text. Answers end with END or after `longest` tokens.
 */
export async function drawTogether(
  place: Place,
  randoms: readonly (() => number)[],
  longest: number,
): Promise<{ readonly greedy: readonly number[]; readonly samples: readonly (readonly number[])[] }> {
  const GREEDY = -1;
  const done = new Map<number, readonly number[]>();
  const grow = async (path: readonly number[], who: readonly number[]): Promise<void> => {
    const chances = await place.next(Math.max(0, path.length - 1), path.at(-1));
    const branches = new Map<number, number[]>();
    for (const one of who) {
      const token = pick(chances, one === GREEDY ? undefined : randoms[one]?.());
      branches.set(token, [...(branches.get(token) ?? []), one]);
    }
    for (const [token, those] of branches) {
      const further = token === END ? path : [...path, token];
      if (token !== END && further.length < longest) await grow(further, those);
      else for (const one of those) done.set(one, further);
    }
  };
  await grow([], [GREEDY, ...randoms.keys()]);
  return { greedy: done.get(GREEDY) ?? [], samples: randoms.map((_, one) => done.get(one) ?? []) };
}

/** The token at a random number from 0 to 1, or the likeliest without one. */
function pick(chances: Chances, random: number | undefined): number {
  const [first] = chances;
  if (first === undefined) throw new Error('Nothing may come next.');
  if (random === undefined) return first[0];
  let left = random * chances.reduce((sum, [, chance]) => sum + chance, 0);
  for (const [token, chance] of chances) {
    left -= chance;
    if (left < 0) return token;
  }
  return first[0];
}
