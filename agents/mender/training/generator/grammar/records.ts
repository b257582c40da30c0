import type { Step, Value } from './draft.ts';
import { SUMS } from './loops.ts';
import { numberTest, testOf } from './conditions.ts';
import { partOf } from './values.ts';

export const record: Step = (d, x) =>
  d.one<Value | undefined>(
    () => {
      const part = partOf(d, x.code);
      d.words.push(`read${part.word}`);
      return d.local(part.type, 'part value text label', part.code);
    },
    () => {
      const test = testOf(d, x);
      d.words.push(`is${test.word}`);
      d.add(`return ${test.code};`);
      return undefined;
    },
    () => {
      d.words.push('update{N1}');
      const by = d.other('num', 'amount by change', x.code);
      d.add(
        d.pick([`if (${x.code}.N1 < ${by}) return ${x.code};`, `if (!${x.code}.B1) return ${x.code};`]),
        `return { ...${x.code}, N1: ${x.code}.N1 ${d.pick(['+', '-'])} ${by} };`,
      );
      return undefined;
    },
    () => {
      d.add(`const { N1, N2, S1 } = ${x.code};`);
      d.words.push('summary');
      d.add(
        d.pick([
          `return N1 > N2 ? S1 : '';`,
          'return `${S1} ${N1 * N2}`;',
          'return { S1, total: N1 * N2 };',
          'return { S1, left: N1 - N2 };',
        ]),
      );
      return undefined;
    },
    () => {
      d.words.push('list{L1}');
      return d.local('nums', 'numbers values marks', `${x.code}.L1`);
    },
    () => {
      const by = d.other('num', 'amount by n', x.code);
      d.words.push('spend{N1}');
      d.add(
        `if (${by} <= 0 || ${by} > ${x.code}.N1) return false; ${x.code}.N1 -= ${by}; ${x.code}.N2 += 1; return true;`,
      );
      return undefined;
    },
    () => {
      const by = d.other('num', 'value n amount', x.code);
      d.words.push('add{L1}');
      d.add(
        `if (${x.code}.L1.length >= ${x.code}.N2) ${x.code}.L1.shift(); ${x.code}.L1.push(${by}); return ${x.code}.L1.length;`,
      );
      return undefined;
    },
  );

export const grid: Step = (d, rows) => {
  const [row, x, y] = [d.fresh('row line r'), d.fresh('x column c j'), d.fresh('y r i at')];
  const test = numberTest(d, `${rows.code}[${y}][${x}]`);
  const cells = `for (let ${y} = 0; ${y} < ${rows.code}.length; ${y}++) { for (let ${x} = 0; ${x} < ${rows.code}[${y}].length; ${x}++) {`;
  return d.one<Value>(
    () => {
      const n = d.local('num', 'count hits cells', '0', 'let');
      d.words.push(`cells${test.word}`);
      d.add(`${cells} if (${test.code}) ${n.code}++; } }`);
      return n;
    },
    () => {
      const n = d.local('num', SUMS, '0', 'let');
      d.words.push('sumCells');
      d.add(`${cells} ${n.code} += ${rows.code}[${y}][${x}]; } }`);
      return n;
    },
    () => {
      const out = d.local('nums', 'sums out rows', '[]');
      const n = d.fresh(SUMS);
      d.words.push('rowSums');
      d.add(
        `for (const ${row} of ${rows.code}) { let ${n} = 0; for (const ${x} of ${row}) { ${n} += ${x}; } ${out.code}.push(${n}); }`,
      );
      return out;
    },
    () => {
      const n = d.local('num', SUMS, '0', 'let');
      d.words.push('border');
      d.add(
        `for (let ${y} = 0; ${y} < ${rows.code}.length; ${y}++) { ${n.code} += ${rows.code}[${y}][0] + ${rows.code}[${y}][${rows.code}[${y}].length - 1]; }`,
      );
      return n;
    },
    () => {
      const out = d.local('nums', 'column out picked', `${rows.code}.map((${row}) => ${row}[0])`);
      d.words.push('firstColumn');
      return out;
    },
    () => {
      const n = d.other('num', 'limit min most', rows.code);
      d.words.push('wideRows');
      return d.local(
        'num',
        'count wide full',
        `${rows.code}.filter((${row}) => ${row}.length > ${n}).length`,
      );
    },
    () => {
      const out = d.local('nums', 'flat all out', `${rows.code}.flat()`);
      d.words.push('flat');
      return out;
    },
    () => {
      const out = d.local('nums', 'tops most out', `${rows.code}.map((${row}) => Math.max(...${row}))`);
      d.words.push('rowTops');
      return out;
    },
  );
};
