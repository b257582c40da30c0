import { normalisedShape } from '../normalise.ts';
import type { Random } from '../random.ts';
import { makeSample, type Sample, type Shape, sourceOf } from '../sample.ts';
import { composedShape } from '../grammar/index.ts';
import { type OwnFunction, ownSample } from '../own.ts';
import { composedMethod } from '../grammar/methods.ts';
import { arrayShapes } from './arrays.ts';
import { classShapes } from './classes.ts';
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
  ...classShapes,
];

/** Of the composed functions, those that are methods of an object with state. */
const METHODS = 0.16;

/** How many shapes are written, and in how many ways. */
export function shapeCounts(): { readonly written: number; readonly ways: number } {
  return {
    written: new Set(allShapes.map(({ id }) => id)).size,
    ways: new Set(allShapes.map((shape) => normalisedShape(sourceOf(shape)))).size,
  };
}

/** What a sample may be: the share without a slip, the share that the grammar composes, the kinds of slips. */
export type SampleOptions = {
  readonly okShare: number;
  readonly composed: number;
  readonly kinds?: readonly string[];
  /** Functions of the product's own sources and the share of them; samples of these are not run. */
  readonly own?: { readonly share: number; readonly functions: readonly OwnFunction[] };
};

/** The next sample, or `undefined` where nothing usable came out or the function is one that is kept out. */
export function nextSample(
  shapes: readonly Shape[],
  random: Random,
  options: SampleOptions,
  keptOut: ReadonlyMap<string, string> = new Map(),
): Sample | undefined {
  const { own } = options;
  if (own !== undefined && random.chance(own.share))
    return kept(ownSample(random.pick(own.functions), random, options), keptOut);
  const shape = random.chance(options.composed)
    ? random.chance(METHODS)
      ? composedMethod(random)
      : composedShape(random)
    : random.pick(shapes);
  return kept(makeSample(shape, random, options), keptOut);
}

function kept(sample: Sample | undefined, keptOut: ReadonlyMap<string, string>): Sample | undefined {
  return sample === undefined || keptOut.has(normalisedShape(sample.right)) ? undefined : sample;
}
