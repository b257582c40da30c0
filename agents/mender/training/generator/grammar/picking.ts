import type { Step, Value } from './draft.ts';
import { testOf } from './conditions.ts';
import { bound, elementType } from './values.ts';

export const best: Step = (d, list) => {
  const element = elementType(list.type);
  const largest = d.chance(0.5);
  const top = d.fresh(largest ? 'best top max highest longest' : 'least min lowest smallest');
  const x: Value = bound(d, list);
  const key = element === 'num' ? '' : element === 'str' ? '.length' : d.pick(['.N1', '.N2']);
  const op = largest ? d.pick(['>', '>', '>=']) : d.pick(['<', '<', '<=']);
  d.words.push(
    (largest ? d.pick(['largest', 'best', 'highest']) : d.pick(['smallest', 'least', 'lowest'])) +
      (key.startsWith('.N') ? `{${key.slice(1)}}` : ''),
  );
  return d.one(
    () => {
      d.add(
        `let ${top} = ${list.code}[0]; for (const ${x.code} of ${list.code}) { if (${x.code}${key} ${op} ${top}${key}) ${top} = ${x.code}; }`,
      );
      return d.knows(top, element);
    },
    () => {
      const i = d.fresh('i index k');
      d.add(
        `let ${top} = ${list.code}[0]; for (let ${i} = 1; ${i} < ${list.code}.length; ${i}++) { if (${list.code}[${i}]${key} ${op} ${top}${key}) { ${top} = ${list.code}[${i}]; } }`,
      );
      return d.knows(top, element);
    },
    () => {
      d.add(
        `let ${top} = null; for (const ${x.code} of ${list.code}) { if (${top} === null || ${x.code}${key} ${op} ${top}${key}) ${top} = ${x.code}; }`,
      );
      return d.knows(top, element);
    },
    () => {
      d.add(
        `let ${top} = ${largest ? '-Infinity' : 'Infinity'}; for (const ${x.code} of ${list.code}) { ${top} = Math.${largest ? 'max' : 'min'}(${top}, ${x.code}${key}); }`,
      );
      return d.knows(top, 'num');
    },
    () => {
      const i = d.fresh('i index k');
      d.add(
        `let ${top} = 0; for (let ${i} = 1; ${i} < ${list.code}.length; ${i}++) { if (${list.code}[${i}]${key} ${op} ${list.code}[${top}]${key}) ${top} = ${i}; }`,
      );
      d.words.push('Place');
      return d.knows(top, 'num');
    },
    () => {
      const [a, b] = [d.fresh('a one left x'), d.fresh('b two right y')];
      const name = d.local(
        element,
        largest ? 'best top' : 'least low',
        `${list.code}.reduce((${a}, ${b}) => ${a}${key} ${op} ${b}${key} ? ${a} : ${b})`,
      );
      return name;
    },
  );
};

export const search: Step = (d, list) => {
  const element = elementType(list.type);
  const i = d.fresh('i index at k');
  const backwards = d.chance(0.25);
  const test = testOf(d, { code: `${list.code}[${i}]`, type: element });
  const head = backwards
    ? `for (let ${i} = ${list.code}.length - 1; ${i} >= 0; ${i}--)`
    : `for (let ${i} = 0; ${i} < ${list.code}.length; ${i}++)`;
  const [found, none, word] = d.pick([
    [i, '-1', 'place'],
    [`${list.code}[${i}]`, 'null', 'find'],
    ['true', 'false', 'has'],
    [i, 'null', 'index'],
    ['false', 'true', 'no'],
  ] as const);
  d.words.push((backwards ? 'last' : 'first') + word.charAt(0).toUpperCase() + word.slice(1) + test.word);
  d.add(`${head} { if (${test.code}) return ${found}; } return ${none};`);
  return undefined;
};
