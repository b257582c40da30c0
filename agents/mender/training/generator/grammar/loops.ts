import type { Draft, Step, Value } from './draft.ts';
import { negated, testOf } from './conditions.ts';
import { elementType, ELEMENTS, listType, madeOf, measureOf } from './values.ts';

export const SUMS = 'total sum result amount';
export const COUNTS = 'count hits found matches';
export const OUTS = 'out result kept list picked';

/** A loop over a list: its head, and how its element is written inside. */
function loop(d: Draft, list: string, element: Value['type']): { head: string; x: Value; i?: string } {
  if (d.chance(0.55)) {
    const code = d.fresh(ELEMENTS[element] ?? 'x');
    return { head: `for (const ${code} of ${list})`, x: { code, type: element } };
  }
  const i = d.fresh('i i i index at k j');
  return {
    head: `for (let ${i} = 0; ${i} < ${list}.length; ${i}++)`,
    x: { code: `${list}[${i}]`, type: element },
    i,
  };
}

export const sum: Step = (d, list) => {
  const total = d.local('num', SUMS, '0', 'let');
  const { head, x } = loop(d, list.code, elementType(list.type));
  const value = measureOf(d, x);
  const test = d.chance(0.5) ? testOf(d, x) : undefined;
  const step = `${total.code} += ${value.code};`;
  d.words.push(d.pick(['total', 'sum', 'add']) + value.word + (test?.word ?? ''));
  if (test !== undefined && d.chance(0.25)) d.add(`${head} { if (${negated(test.code)}) continue; ${step} }`);
  else d.add(`${head} { ${test === undefined ? step : `if (${test.code}) { ${step} }`} }`);
  return total;
};

export const count: Step = (d, list) => {
  const hits = d.local('num', COUNTS, '0', 'let');
  const { head, x } = loop(d, list.code, elementType(list.type));
  const test = testOf(d, x);
  d.words.push(d.pick(['count', 'number', 'howMany']) + test.word);
  d.add(`${head} { if (${test.code}) ${hits.code}++; }`);
  return hits;
};

export const collect: Step = (d, list) => {
  const element = elementType(list.type);
  const out = d.fresh(OUTS);
  d.add(`const ${out} = [];`);
  const { head, x, i } = loop(d, list.code, element);
  const made = d.chance(0.5) ? { code: x.code, word: '', type: element } : madeOf(d, x);
  const test = d.chance(0.75) ? testOf(d, x) : undefined;
  const push = `${out}.push(${made.code});`;
  d.words.push(
    (test === undefined ? 'each' : d.pick(['keep', 'only', 'pick', 'collect'])) +
      (test?.word ?? '') +
      made.word,
  );
  if (test === undefined) d.add(`${head} { ${push} }`);
  else if (d.chance(0.2)) d.add(`${head} { if (${negated(test.code)}) continue; ${push} }`);
  else if (d.chance(0.15)) d.add(`${head} { if (${negated(test.code)}) break; ${push} }`);
  else if (d.chance(0.12) && i === undefined)
    d.add(
      `${head} { if (${test.code}) { ${out}.push(${made.code}); } else { ${out}.unshift(${made.code}); } }`,
    );
  else d.add(`${head} { if (${test.code}) { ${push} } }`);
  return d.knows(out, listType(made.type));
};

export const flag: Step = (d, list) => {
  const every = d.chance(0.5);
  const ok = d.local('bool', every ? 'all ok valid' : 'any found seen', String(every), 'let');
  const { head, x } = loop(d, list.code, elementType(list.type));
  const test = testOf(d, x);
  d.words.push((every ? 'every' : 'any') + test.word);
  const inner = every
    ? `if (${negated(test.code)}) { ${ok.code} = false;${d.chance(0.5) ? ' break;' : ''} }`
    : `if (${test.code}) { ${ok.code} = true;${d.chance(0.5) ? ' break;' : ''} }`;
  d.add(`${head} { ${inner} }`);
  return ok;
};
