import type { Shape } from '../sample.ts';

/** A written shape: fitting names, the signature, one body for each way of writing it. */
export type Written = readonly [names: string, signature: string, ...bodies: string[]];

export function written(theme: string, list: readonly Written[], state?: string): Shape[] {
  return list.flatMap(([names, signature, ...bodies], i) =>
    bodies.map((body) => ({
      id: `${theme}-${i + 1}`,
      names: names.split(' '),
      signature,
      body,
      ...(state === undefined ? {} : { state }),
    })),
  );
}
