import { normalisedShape } from '../normalise.ts';
import type { Random } from '../random.ts';
import { makeSample, type Sample, type Shape } from '../sample.ts';
import { composedShape } from '../grammar/index.ts';
import { arrayShapes } from './arrays.ts';
import { flowShapes } from './flow.ts';
import { numberShapes } from './numbers.ts';
import { recordShapes } from './records.ts';
import { textShapes } from './text.ts';

/** Every written shape, in every way of writing it. */
export const allShapes: readonly Shape[] = [
  ...arrayShapes,
  ...textShapes,
  ...recordShapes,
  ...numberShapes,
  ...flowShapes,
];

/** What a sample may be: the share without a slip, the share that the grammar composes, the kinds of slips. */
export type SampleOptions = {
  readonly okShare: number;
  readonly composed: number;
  readonly kinds?: readonly string[];
};

/** The next sample, or `undefined` where nothing usable came out or the function is one that is kept out. */
export function nextSample(
  shapes: readonly Shape[],
  random: Random,
  options: SampleOptions,
  keptOut: ReadonlyMap<string, string> = new Map(),
): Sample | undefined {
  const shape = random.chance(options.composed) ? composedShape(random) : random.pick(shapes);
  const sample = makeSample(shape, random, options);
  return sample === undefined || keptOut.has(normalisedShape(sample.right)) ? undefined : sample;
}
