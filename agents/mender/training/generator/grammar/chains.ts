import type { Step, Value } from './draft.ts';
import { COUNTS, SUMS } from './loops.ts';
import { testOf } from './conditions.ts';
import { bound, elementType, listType, madeOf, measureOf } from './values.ts';

const LISTED = 'kept rest chosen sorted part list';

export const chain: Step = (d, list) => {
  const x = bound(d, list);
  const test = testOf(d, x);
  return d.one<() => Value>(
    () => () => {
      d.words.push(`keep${test.word}`);
      return d.local(list.type, LISTED, `${list.code}.filter((${x.code}) => ${test.code})`);
    },
    () => () => {
      const made = madeOf(d, x);
      d.words.push(`each${made.word}`);
      return d.local(listType(made.type), LISTED, `${list.code}.map((${x.code}) => ${made.code})`);
    },
    () => () => {
      const made = madeOf(d, x);
      d.words.push(`${made.word}Of${test.word}`);
      return d.local(
        listType(made.type),
        LISTED,
        `${list.code}.filter((${x.code}) => ${test.code}).map((${x.code}) => ${made.code})`,
      );
    },
    () => () => {
      d.words.push(`every${test.word}`);
      return d.local('bool', 'ok all valid', `${list.code}.every((${x.code}) => ${test.code})`);
    },
    () => () => {
      d.words.push(`some${test.word}`);
      return d.local('bool', 'any found some', `${list.code}.some((${x.code}) => ${test.code})`);
    },
    () => () => {
      d.words.push(`count${test.word}`);
      return d.local('num', COUNTS, `${list.code}.filter((${x.code}) => ${test.code}).length`);
    },
    () => () => {
      const value = measureOf(d, x);
      d.words.push(`sum${value.word}`);
      const total = d.fresh(SUMS);
      return d.local(
        'num',
        'all total value',
        `${list.code}.reduce((${total}, ${x.code}) => ${total} + ${value.code}, 0)`,
      );
    },
    () => () => {
      const value = measureOf(d, x);
      const most = d.chance(0.5);
      d.words.push((most ? 'most' : 'least') + value.word);
      return d.local(
        'num',
        most ? 'most top high' : 'least low',
        `Math.${most ? 'max' : 'min'}(...${list.code}.map((${x.code}) => ${value.code}))`,
      );
    },
    () => () => {
      d.words.push(`place${test.word}`);
      return d.local('num', 'at place index', `${list.code}.findIndex((${x.code}) => ${test.code})`);
    },
  )();
};

export const order: Step = (d, list) => {
  const element = elementType(list.type);
  const [a, b] = [d.fresh('a one left'), d.fresh('b two right')];
  const down = d.chance(0.4);
  const [first, second] = down ? [b, a] : [a, b];
  d.words.push(`sorted${down ? 'Down' : ''}`);
  const key = element === 'num' ? '' : element === 'str' ? '.length' : d.pick(['.N1', '.N2']);
  const rule =
    element === 'str' && d.chance(0.5)
      ? `${first}.localeCompare(${second})`
      : `${first}${key} - ${second}${key}`;
  const more = element === 'obj' && d.chance(0.3) ? ` || ${a}.S1.localeCompare(${b}.S1)` : '';
  return d.local(
    list.type,
    'sorted ordered ranked',
    `[...${list.code}].sort((${a}, ${b}) => ${rule}${more})`,
  );
};

export const cut: Step = (d, list) => {
  const n = (): string =>
    d.chance(0.6) ? d.other('num', 'n count size limit', list.code) : d.pick(['1', '2', '3']);
  return d.one(
    () => {
      d.words.push('first');
      return d.local(list.type, LISTED, `${list.code}.slice(0, ${n()})`);
    },
    () => {
      d.words.push('after');
      return d.local(list.type, LISTED, `${list.code}.slice(${n()})`);
    },
    () => {
      d.words.push('last');
      return d.local(list.type, LISTED, `${list.code}.slice(-${n()})`);
    },
    () => {
      d.words.push('withoutLast');
      return d.local(list.type, LISTED, `${list.code}.slice(0, -1)`);
    },
    () => {
      d.words.push('reversed');
      return d.local(list.type, LISTED, `[...${list.code}].reverse()`);
    },
    () => {
      d.words.push('inner');
      return d.local(list.type, LISTED, `${list.code}.slice(1, ${list.code}.length - 1)`);
    },
    () => {
      d.words.push('unique');
      return d.local(list.type, 'unique once distinct', `[...new Set(${list.code})]`);
    },
    () => {
      const [x, i] = [d.fresh('x item one _'), d.fresh('i index k')];
      d.words.push('every');
      return d.local(list.type, LISTED, `${list.code}.filter((${x}, ${i}) => ${i} % ${n()} === 0)`);
    },
  );
};
