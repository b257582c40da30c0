import type { Step, Value } from './draft.ts';
import { SUMS } from './loops.ts';
import { numberTest } from './conditions.ts';
import { numberOf } from './values.ts';

export const arithmetic: Step = (d, x) => {
  const other = d.other('num', 'other second rate base width', x.code);
  const [code, names] = d.pick([
    [`${x.code} + ${other}`, 'total sum both'],
    [`${x.code} - ${other}`, 'difference gap rest change'],
    [`${x.code} * ${other}`, 'product area cost'],
    [`${x.code} / ${other}`, 'ratio share part'],
    [`(${x.code} + ${other}) / 2`, 'middle mean average'],
    [`Math.abs(${x.code} - ${other})`, 'distance gap spread'],
    [`${x.code} * (1 - ${other} / 100)`, 'reduced net left'],
    [`${x.code} * (1 + ${other} / 100)`, 'gross raised more'],
    [`${x.code} / ${other} * 100`, 'percent share'],
    [`Math.max(${x.code}, ${other})`, 'larger high most'],
    [`Math.min(${x.code}, ${other})`, 'smaller low least'],
    [`${x.code} % ${other}`, 'rest left remainder'],
    [`Math.floor(${x.code} / ${other})`, 'whole times full'],
    [`Math.ceil(${x.code} / ${other})`, 'pages needed boxes'],
    [`Math.sqrt(${x.code} * ${x.code} + ${other} * ${other})`, 'length distance'],
    [`${x.code} ** 2 - ${other} ** 2`, 'difference rest'],
    [`Math.floor(${x.code} / 60)`, 'minutes hours'],
    [`${x.code} % 60`, 'seconds minutes'],
    [`(${x.code} - 32) * 5 / 9`, 'celsius'],
    [`${x.code} > ${other} ? ${x.code} - ${other} : 0`, 'excess over above'],
  ] as const);
  const name = d.local('num', names, code);
  d.words.push(name.code);
  return name;
};

export const digits: Step = (d, n) => {
  const base = d.pick(['10', '10', '2', 'K1']);
  const [rest, out] = [
    d.local('num', 'rest left current', d.pick([n.code, `Math.abs(${n.code})`]), 'let'),
    d.local('num', 'sum count total result', '0', 'let'),
  ];
  d.words.push(base === '10' ? 'digits' : 'bits');
  d.add(
    `while (${rest.code} > 0) { ${d.pick([`${out.code} += ${rest.code} % ${base};`, `${out.code}++;`, `${out.code} = ${out.code} * ${base} + ${rest.code} % ${base};`])} ${rest.code} = Math.floor(${rest.code} / ${base}); }`,
  );
  return out;
};

export const counting: Step = (d, n) => {
  const i = d.fresh('i k step divisor');
  const test = numberTest(d, i);
  const [first, op] = d.pick([
    ['1', '<='],
    ['0', '<'],
    ['2', '<='],
    ['1', '<'],
  ] as const);
  const head = `for (let ${i} = ${first}; ${i} ${op} ${n.code}; ${i}++)`;
  return d.one<Value>(
    () => {
      const out = d.local('num', SUMS, '0', 'let');
      d.words.push(`sum${test.word}`);
      d.add(`${head} { if (${test.code}) ${out.code} += ${i}; }`);
      return out;
    },
    () => {
      const out = d.local('num', 'product result out', '1', 'let');
      d.words.push('product');
      d.add(`${head} { ${out.code} *= ${i}; }`);
      return out;
    },
    () => {
      const out = d.local('nums', 'out list numbers', '[]');
      d.words.push(`list${test.word}`);
      d.add(`${head} { if (${test.code}) ${out.code}.push(${i}); }`);
      return out;
    },
    () => {
      const out = d.local('nums', 'out list numbers', '[]');
      const made = numberOf(d, i);
      d.words.push(`list${made.word}`);
      d.add(`${head} { ${out.code}.push(${made.code}); }`);
      return out;
    },
    () => {
      const out = d.local('num', 'count divisors', '0', 'let');
      d.words.push('divisors');
      d.add(`for (let ${i} = 1; ${i} <= ${n.code}; ${i}++) { if (${n.code} % ${i} === 0) ${out.code}++; }`);
      return out;
    },
    () => {
      const out = d.local('str', 'out line text', `''`, 'let');
      d.words.push('line');
      d.add(`${head} { if (${out.code} !== '') ${out.code} += ','; ${out.code} += ${i}; }`);
      return out;
    },
    () => {
      const [a, b] = [d.local('num', 'a prev one', '0', 'let'), d.local('num', 'b next two', '1', 'let')];
      d.words.push('series');
      d.add(
        `for (let ${i} = 0; ${i} < ${n.code}; ${i}++) { [${a.code}, ${b.code}] = [${b.code}, ${a.code} + ${b.code}]; }`,
      );
      return a;
    },
    () => {
      const [m, out] = [
        d.local('num', 'm value left', n.code, 'let'),
        d.local('num', 'steps rounds', '0', 'let'),
      ];
      d.words.push('steps');
      d.add(
        `while (${m.code} > 1) { ${m.code} = ${m.code} % 2 === 0 ? ${m.code} / 2 : ${m.code} * 3 + 1; ${out.code}++; if (${out.code} > 50) break; }`,
      );
      return out;
    },
  );
};

export const ladder: Step = (d, n) => {
  const names = d.random.shuffle(
    'low high small large child adult bad good cold warm free paid none few many slow fast open closed'.split(
      ' ',
    ),
  );
  const bounds = d.random
    .shuffle([0, 2, 5, 8, 10, 12])
    .slice(0, d.pick([2, 2, 3]))
    .sort((a, b) => a - b);
  const down = d.chance(0.5);
  const ordered = down ? [...bounds].reverse() : bounds;
  const op = down ? d.pick(['>', '>=']) : d.pick(['<', '<=']);
  d.words.push(d.pick(['grade', 'level', 'kind', 'label']));
  const steps = ordered.map((limit, i) => `if (${n.code} ${op} ${limit}) return '${names[i]}';`);
  d.add(...steps, `return '${names[7]}';`);
  return undefined;
};
