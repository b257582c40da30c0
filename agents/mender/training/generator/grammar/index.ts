import type { Random } from '../random.ts';
import type { Shape } from '../sample.ts';
import { Draft, type Type, type Value } from './draft.ts';
import { STEPS } from './steps.ts';
import { numberTest } from './conditions.ts';
import { elementType, numberOf, textOf } from './values.ts';

const STARTS: readonly (readonly [Type, string])[] = [
  ['nums', 'nums'],
  ['nums', 'nums'],
  ['nums', 'nums1'],
  ['strs', 'strs'],
  ['strs', 'strs1'],
  ['objs', 'objs'],
  ['objs', 'objs'],
  ['objs', 'objs1'],
  ['str', 'text'],
  ['str', 'text'],
  ['str', 'str'],
  ['num', 'pos'],
  ['num', 'num'],
  ['num', 'big'],
  ['dict', 'dict'],
  ['map', 'map'],
  ['obj', 'obj'],
  ['matrix', 'matrix'],
  ['set', 'set'],
];
const TYPES: Readonly<Record<Type, string>> = {
  num: 'number',
  str: 'string',
  bool: 'boolean',
  nums: 'number[]',
  strs: 'string[]',
  objs: 'Item[]',
  obj: 'Item',
  dict: 'Record<string, number>',
  map: 'Map<string, number>',
  set: 'Set<number>',
  matrix: 'number[][]',
  pairs: '[string, number][]',
};
const LONGEST = 420;

/**
 * A function composed of steps, each making the next value of the last: what is learned from it is the slip, not
 * the shape. The number of different ones is beyond counting.
 */
export function composedShape(random: Random): Shape {
  for (;;) {
    const d = new Draft(random);
    const [type, kind] = random.pick(STARTS);
    const awaited = random.chance(0.08) ? awaitedStart(d) : undefined;
    const start = awaited ?? d.param(type, undefined, kind);
    if (awaited === undefined && random.chance(0.35)) guard(d, start);
    const result = steps(d, start);
    if (d.source.length > LONGEST || d.source.length < 25) continue;
    return {
      id: `grammar-${type}`,
      names: named(d.words, random),
      signature: `${d.params.join(' ')} : ${result}`,
      body: d.source,
    };
  }
}

function steps(d: Draft, start: Value): string {
  let at = start;
  for (let left = d.pick([1, 1, 2, 2, 2, 3]); left > 0; left -= 1) {
    const ways = STEPS[at.type];
    if (ways === undefined) break;
    const next = d.pick(ways)(d, at);
    if (next === undefined) return '';
    at = next;
  }
  return finish(d, at);
}

/** The last statement: the value, or something made of it. */
function finish(d: Draft, at: Value): string {
  if (d.chance(0.45)) return returned(d, at.code, TYPES[at.type]);
  if (at.type === 'num') {
    const made = numberOf(d, at.code);
    return d.one(
      () => returned(d, made.code, 'number'),
      () => returned(d, numberTest(d, at.code).code, 'boolean'),
      () => returned(d, `\`${d.pick(['total', 'n', '#'])}: \${${at.code}}\``, 'string'),
      () => returned(d, `${at.code} > 0 ? ${at.code} : ${d.pick(['null', '0', '-1'])}`, ''),
    );
  }
  if (at.type === 'str')
    return d.one(
      () => returned(d, textOf(d, at.code).code, 'string'),
      () => returned(d, `${at.code}.length`, 'number'),
      () => returned(d, `${at.code} || ${d.pick([`'-'`, `'none'`, 'null'])}`, ''),
    );
  if (at.type === 'bool')
    return d.one(
      () => returned(d, `!${at.code}`, 'boolean'),
      () => returned(d, `${at.code} ? 'yes' : 'no'`, 'string'),
      () => returned(d, `${at.code} ? 1 : 0`, 'number'),
    );
  if (/^(nums|strs|objs)$/.test(at.type)) {
    const element = TYPES[elementType(at.type)];
    return d.one(
      () => returned(d, `${at.code}.length`, 'number'),
      () => returned(d, `${at.code}[0]`, element),
      () => returned(d, `${at.code}[${at.code}.length - 1]`, element),
      () => returned(d, `${at.code}.length > 0 ? ${at.code}[0] : null`, `${element} | null`),
      () =>
        returned(
          d,
          at.type === 'objs'
            ? `${at.code}.slice(0, 2)`
            : `${at.code}.join('${d.pick([', ', ' ', '-', ''])}')`,
          '',
        ),
    );
  }
  return returned(d, at.code, TYPES[at.type]);
}

function returned(d: Draft, code: string, type: string): string {
  d.add(`return ${code};`);
  return type;
}

/** A first line that handles an odd argument. */
function guard(d: Draft, at: Value): void {
  const none = d.pick(['null', '0', `''`, '[]', '-1', 'undefined', 'false', at.code]);
  const refuse = d.chance(0.15)
    ? `throw new ${d.pick(['Error', 'RangeError', 'TypeError'])}('${d.pick(['empty', 'bad', 'none'])}')`
    : `return ${none}`;
  if (/^(nums|strs|objs|str|matrix)$/.test(at.type))
    d.add(
      `if (${d.pick([`${at.code}.length === 0`, `${at.code}.length < 2`, `!${at.code} || ${at.code}.length === 0`, `!${at.code}.length`])}) ${refuse};`,
    );
  else if (at.type === 'num')
    d.add(
      `if (${d.pick([`${at.code} < 0`, `${at.code} <= 0`, `${at.code} === 0`, `!Number.isInteger(${at.code})`, `${at.code} < 1 || ${at.code} > 100`])}) ${refuse};`,
    );
  else if (at.type === 'obj')
    d.add(`if (${d.pick([`!${at.code}.B1`, `${at.code}.N1 <= 0`, `${at.code}.S1 === ''`])}) ${refuse};`);
  else if (at.type !== 'dict') d.add(`if (${at.code}.size === 0) ${refuse};`);
}

/** Async functions begin with what they wait for. */
function awaitedStart(d: Draft): Value {
  d.isAsync = true;
  const load = d.fresh('load read fetchOne getItem ask');
  return d.one(
    () => {
      const id = d.param('num', 'id key n');
      d.params.push(`${load}:loadObj`);
      const item = d.local('obj', 'item user found record', `await ${load}(${id.code})`);
      d.words.push('load');
      d.add(
        `if (${d.pick([`!${item.code}`, `${item.code} === null`])}) return ${d.pick(['null', '0', `''`, 'undefined'])};`,
      );
      return item;
    },
    () => {
      const ids = d.param('nums', 'ids keys list');
      d.params.push(`${load}:load`);
      const id = d.fresh('id key n');
      d.words.push('loadAll');
      return d.local(
        'nums',
        'values loaded all',
        `await Promise.all(${ids.code}.map((${id}) => ${load}(${id})))`,
      );
    },
    () => {
      const ids = d.param('nums', 'ids keys list');
      d.params.push(`${load}:load`);
      const [id, got, out] = [
        d.fresh('id key n'),
        d.fresh('got value one'),
        d.local('nums', 'out loaded list', '[]'),
      ];
      d.words.push('loadEach');
      d.add(
        `for (const ${id} of ${ids.code}) { const ${got} = await ${load}(${id}); ${d.pick([`if (${got} !== null) ${out.code}.push(${got});`, `${out.code}.push(${got});`, `if (${got} === null) continue; ${out.code}.push(${got});`, `if (!${got}) break; ${out.code}.push(${got});`])} }`,
      );
      return out;
    },
    () => {
      const id = d.param('num', 'id key n');
      d.params.push(`${load}:load`);
      d.words.push('try');
      const out = d.local('num', 'value got result', '0', 'let');
      d.add(
        `try { ${out.code} = await ${load}(${id.code}); } catch { return ${d.pick(['null', '-1', '0'])}; }`,
      );
      return out;
    },
  );
}

/** Names for the function: what its steps do, most often the last one or two. */
function named(words: readonly string[], random: Random): string[] {
  const joined = (list: readonly string[]): string =>
    list
      .map((word, i) =>
        i === 0 || word.startsWith('{') ? word : word.charAt(0).toUpperCase() + word.slice(1),
      )
      .join('');
  const all = [joined(words.slice(-1)), joined(words), joined(words.slice(-2))].filter(
    (name) => /^[a-z{]/i.test(name) && name.length < 34,
  );
  return all.length > 0
    ? all.map((name) => name.charAt(0).toLowerCase() + name.slice(1))
    : [random.pick(['work', 'compute', 'make'])];
}
