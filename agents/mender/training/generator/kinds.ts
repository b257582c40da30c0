import type { Random } from './random.ts';

/** Kinds of parameters: what a call passes, as source text, and how TypeScript writes the type. */
type Kind = { readonly type: string; readonly make: (random: Random) => string };

const WORDS = [
  'ant',
  'bee',
  'Cat',
  'dog',
  'elk',
  'fox',
  'gnu',
  'Hen',
  'ibis',
  'jay',
  'kiwi',
  'lynx',
  'mole',
  'newt',
  'owl',
  'aba',
  'noon',
  'level',
];
const small = (random: Random): number => random.int(-4, 12);
const listOf =
  (make: (random: Random) => string, low = 0, high = 6) =>
  (random: Random): string =>
    `[${Array.from({ length: random.int(low, high) }, () => make(random)).join(', ')}]`;
const num = (random: Random): string => String(small(random));
const pos = (random: Random): string => String(random.int(1, 7));
const str = (random: Random): string => `'${random.pick(WORDS)}'`;
const text = (random: Random): string =>
  random.chance(0.1)
    ? `''`
    : `'${Array.from({ length: random.int(1, 5) }, () => random.pick([...WORDS, 'a', 'B', '42', 'x-y', 'to be', 'b,c'])).join(random.pick([' ', ' ', ',', '-', '']))}'`;
const bool = (random: Random): string => String(random.chance(0.5));
/** Records: two numbers, two texts, a flag and a list, under the names that `fields` of the sample give them. */
const obj = (random: Random): string =>
  `{ N1: ${num(random)}, N2: ${pos(random)}, S1: ${str(random)}, S2: ${text(random)}, B1: ${bool(random)}, L1: ${listOf(num, 0, 4)(random)} }`;
const tree = (random: Random, depth = 0): string =>
  `{ value: ${num(random)}, left: ${depth > 2 || random.chance(0.4) ? 'null' : tree(random, depth + 1)}, right: ${depth > 2 || random.chance(0.4) ? 'null' : tree(random, depth + 1)} }`;
const folder = (random: Random, depth = 0): string =>
  `{ name: ${str(random)}, size: ${pos(random)}, children: [${depth > 1 ? '' : Array.from({ length: random.int(0, 3) }, () => folder(random, depth + 1)).join(', ')}] }`;
const chain = (random: Random): string => {
  let source = 'null';
  for (let i = random.int(0, 5); i > 0; i -= 1) source = `{ value: ${num(random)}, next: ${source} }`;
  return source;
};
const dict = (random: Random): string =>
  `{ ${random
    .shuffle(['a', 'b', 'c', 'ant', 'bee', 'owl'])
    .slice(0, random.int(0, 5))
    .map((key) => `${key}: ${num(random)}`)
    .join(', ')} }`;

const key = (random: Random): string => `'${random.pick(['a', 'b', 'c', 'ant', 'bee', 'owl'])}'`;
const phase = (random: Random): string => `'${random.pick(['idle', 'busy', 'done', 'open', 'ready'])}'`;
/** An object with state, as methods have it: what a record has, and more numbers, lists, a map, a table, a set, a phase. */
const self = (random: Random): string =>
  `{ N1: ${num(random)}, N2: ${pos(random)}, S1: ${str(random)}, S2: ${text(random)}, B1: ${bool(random)}, L1: ${listOf(num, 0, 4)(random)}, ` +
  `N3: ${random.int(0, 6)}, N4: ${random.int(2, 8)}, L3: ${listOf(num, 0, 5)(random)}, P3: ${listOf(str, 0, 4)(random)}, ` +
  `M1: new Map(Object.entries(${dict(random)})), D1: ${dict(random)}, Q1: new Set(${listOf(key, 0, 4)(random)}), B2: ${String(random.chance(0.35))}, S3: ${phase(random)} }`;

export const KINDS: Readonly<Record<string, Kind>> = {
  num: { type: 'number', make: num },
  pos: { type: 'number', make: pos },
  big: { type: 'number', make: (random) => String(random.int(0, 20000)) },
  frac: { type: 'number', make: (random) => String(random.int(-900, 2000) / 100) },
  nums: { type: 'number[]', make: listOf(num) },
  nums1: { type: 'number[]', make: listOf(num, 1, 7) },
  sorted: { type: 'number[]', make: (random) => `${listOf(num, 1, 7)(random)}.sort((a, b) => a - b)` },
  poss: { type: 'number[]', make: listOf(pos, 1, 6) },
  str: { type: 'string', make: str },
  letter: { type: 'string', make: (random) => `'${random.pick(['a', 'b', 'e', 'o', 'n', ' ', '-', 'B'])}'` },
  text: { type: 'string', make: text },
  digits: { type: 'string', make: (random) => `'${random.int(0, 99999)}'` },
  strs: { type: 'string[]', make: listOf(str) },
  strs1: { type: 'string[]', make: listOf(str, 1, 6) },
  bool: { type: 'boolean', make: bool },
  bools: { type: 'boolean[]', make: listOf(bool) },
  obj: { type: 'Item', make: obj },
  objs: { type: 'Item[]', make: listOf(obj, 0, 5) },
  objs1: { type: 'Item[]', make: listOf(obj, 1, 5) },
  dict: { type: 'Record<string, number>', make: dict },
  matrix: {
    type: 'number[][]',
    make: (random) => {
      const width = random.int(1, 4);
      return listOf(() => `[${Array.from({ length: width }, () => num(random)).join(', ')}]`, 1, 4)(random);
    },
  },
  lists: { type: 'number[][]', make: listOf(listOf(num, 0, 4), 0, 4) },
  point: { type: 'Point', make: (random) => `{ x: ${num(random)}, y: ${num(random)} }` },
  points: { type: 'Point[]', make: listOf((random) => `{ x: ${num(random)}, y: ${num(random)} }`, 1, 5) },
  pairs: {
    type: '[string, number][]',
    make: listOf((random) => `['${random.pick(['a', 'b', 'c', 'd'])}', ${num(random)}]`, 0, 5),
  },
  map: { type: 'Map<string, number>', make: (random) => `new Map(Object.entries(${dict(random)}))` },
  set: { type: 'Set<number>', make: (random) => `new Set(${listOf(num, 0, 6)(random)})` },
  test: {
    type: '(item: number) => boolean',
    make: (random) =>
      random.pick(['(x) => x > 2', '(x) => x % 2 === 0', '(x) => x < 0', '(x) => x === 3', '(x) => x >= 5']),
  },
  fn: {
    type: '(item: number) => number',
    make: (random) => random.pick(['(x) => x * 2', '(x) => x + 1', '(x) => x * x', '(x) => 10 - x']),
  },
  fn2: {
    type: '(a: number, b: number) => number',
    make: (random) => random.pick(['(a, b) => a - b', '(a, b) => a * 2 + b', '(a, b) => a + b * b']),
  },
  load: {
    type: '(id: number) => Promise<number>',
    make: (random) =>
      random.pick([
        'later((id) => id * 10)',
        'later((id) => (id > 3 ? null : id))',
        'later((id) => id + 1)',
        'later((id) => { if (id > 6) throw new Error("gone"); return id; })',
      ]),
  },
  loadObj: {
    type: '(id: number) => Promise<Item>',
    make: (random) =>
      random.pick([`later((id) => (${obj(random)}))`, `later((id) => (id > 2 ? null : ${obj(random)}))`]),
  },
  key: { type: 'string', make: key },
  phase: { type: 'string', make: phase },
  self: { type: 'object', make: self },
  any: {
    type: 'unknown',
    make: (random) =>
      random.pick([
        'null',
        'undefined',
        '0',
        '3',
        `'x'`,
        `''`,
        '[]',
        '[1]',
        '{}',
        'true',
        'false',
        'NaN',
        '-2.5',
      ]),
  },
  maybe: {
    type: 'number | null',
    make: (random) => random.pick(['null', 'undefined', num(random), num(random), '0']),
  },
  tree: { type: 'Tree | null', make: (random) => (random.chance(0.15) ? 'null' : tree(random)) },
  folder: { type: 'Folder', make: folder },
  chain: { type: 'Link | null', make: chain },
};
