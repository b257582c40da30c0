import { editDistance } from '../common/index.ts';

/** The choice that a misspelt word probably means: at most two letters away, and fewer than half its letters. */
export function closest(word: string, choices: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const ranked = choices
    .map((choice) => ({ choice, distance: editDistance(word.toLowerCase(), choice.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.min(2, Math.floor(word.length / 2))
    ? best.choice
    : undefined;
}
