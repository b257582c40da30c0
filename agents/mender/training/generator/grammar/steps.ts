import { chain, cut, order } from './chains.ts';
import type { Step, Type } from './draft.ts';
import { indexed } from './indexed.ts';
import { distinct, group, setSteps, tableEntries } from './keyed.ts';
import { collect, count, flag, sum } from './loops.ts';
import { arithmetic, counting, digits, ladder } from './numbers.ts';
import { best, search } from './picking.ts';
import { grid, record } from './records.ts';
import { letters, padded, reword, split, textCut } from './texts.ts';

export const listSteps: readonly Step[] = [
  sum,
  sum,
  count,
  count,
  collect,
  collect,
  collect,
  best,
  best,
  search,
  search,
  flag,
  chain,
  chain,
  chain,
  order,
  cut,
  distinct,
  group,
  indexed,
  indexed,
  indexed,
];

/** Steps by the type they start from; what is listed twice is taken twice as often. */
export const STEPS: Readonly<Partial<Record<Type, readonly Step[]>>> = {
  nums: listSteps,
  strs: listSteps,
  objs: listSteps,
  str: [letters, letters, letters, textCut, split, split, reword, padded],
  num: [arithmetic, arithmetic, arithmetic, digits, counting, counting, ladder],
  dict: [tableEntries],
  map: [tableEntries],
  obj: [record],
  matrix: [grid],
  set: [setSteps],
};
