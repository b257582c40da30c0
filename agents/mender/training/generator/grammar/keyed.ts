import type { Draft, Step, Value } from './draft.ts';
import { OUTS, SUMS } from './loops.ts';
import { numberTest, textTest } from './conditions.ts';
import { bound, elementType, ELEMENTS, keyOf, listType, measureOf } from './values.ts';

export const distinct: Step = (d, list) => {
  const element = elementType(list.type);
  const [seen, out, x] = [d.fresh('seen known used'), d.fresh(OUTS), bound(d, list)];
  const key = keyOf(d, x);
  d.words.push(`unique${key.word}`);
  const push = d.pick([`${out}.push(${x.code});`, `${out}.push(${x.code});`, `${out}.unshift(${x.code});`]);
  d.add(`const ${seen} = new Set(); const ${out} = [];`);
  if (key.code === x.code || d.chance(0.4)) {
    d.add(
      d.chance(0.5)
        ? `for (const ${x.code} of ${list.code}) { if (${seen}.has(${key.code})) continue; ${seen}.add(${key.code}); ${push} }`
        : `for (const ${x.code} of ${list.code}) { if (!${seen}.has(${key.code})) { ${seen}.add(${key.code}); ${push} } }`,
    );
  } else {
    const name = d.fresh('key id k');
    d.add(
      `for (const ${x.code} of ${list.code}) { const ${name} = ${key.code}; if (${seen}.has(${name})) continue; ${seen}.add(${name}); ${push} }`,
    );
  }
  return d.knows(out, listType(element));
};

export const group: Step = (d, list) => {
  const x = bound(d, list);
  const key = keyOf(d, x);
  const name = d.fresh('key name id k');
  const held = d.chance(0.6) ? { code: '1', word: 'Counts' } : measureOf(d, x);
  d.words.push(`${held.word || 'Sums'}By${key.word}`);
  const [use, made] = d.chance(0.6) ? [name, `const ${name} = ${key.code};`] : [key.code, ''];
  if (d.chance(0.5)) {
    const out = d.local('map', 'counts groups totals map', 'new Map()');
    d.add(
      `for (const ${x.code} of ${list.code}) { ${made} ${out.code}.set(${use}, (${out.code}.get(${use}) ?? 0) + ${held.code}); }`,
    );
    return out;
  }
  const out = d.local('dict', 'counts groups totals table', '{}');
  d.add(
    d.pick([
      `for (const ${x.code} of ${list.code}) { ${made} ${out.code}[${use}] = (${out.code}[${use}] ${d.pick(['??', '||'])} 0) + ${held.code}; }`,
      `for (const ${x.code} of ${list.code}) { ${made} if (${out.code}[${use}] === undefined) ${out.code}[${use}] = 0; ${out.code}[${use}] += ${held.code}; }`,
    ]),
  );
  return out;
};

export const tableEntries: Step = (d, table) => {
  const [key, value] = [d.fresh('key name k'), d.fresh('value amount v n')];
  const isMap = table.type === 'map';
  const pairs = isMap ? table.code : `Object.entries(${table.code})`;
  const test = d.chance(0.7) ? numberTest(d, value) : textTest(d, key);
  const head = `for (const [${key}, ${value}] of ${pairs})`;
  return d.one<Value | undefined>(
    () => {
      const out = d.local('num', SUMS, '0', 'let');
      d.words.push(`sum${test.word}`);
      d.add(`${head} { if (${test.code}) ${out.code} += ${value}; }`);
      return out;
    },
    () => {
      const out = d.local('strs', 'keys names out', '[]');
      d.words.push(`keys${test.word}`);
      d.add(`${head} { if (${test.code}) ${out.code}.push(${key}); }`);
      return out;
    },
    () => {
      const out = d.local('dict', 'out result kept', '{}');
      d.words.push(`only${test.word}`);
      d.add(`${head} { if (${test.code}) ${out.code}[${key}] = ${value}; }`);
      return out;
    },
    () => {
      const [best, most] = [
        d.local('str', 'best top winner', 'null', 'let'),
        d.local('num', 'most high highest', '-Infinity', 'let'),
      ];
      d.words.push('top');
      d.add(`${head} { if (${value} > ${most.code}) { ${most.code} = ${value}; ${best.code} = ${key}; } }`);
      return d.chance(0.7) ? best : most;
    },
    () => {
      const [a, b] = [d.fresh('a one'), d.fresh('b two')];
      d.words.push('ranked');
      return d.local(
        'strs',
        'ranked sorted names',
        `[...${pairs}].sort((${a}, ${b}) => ${d.pick([`${b}[1] - ${a}[1]`, `${a}[1] - ${b}[1]`])}).map((${a}) => ${a}[0])`,
      );
    },
    () => {
      d.words.push('values');
      return d.local(
        'nums',
        'values numbers amounts',
        isMap ? `[...${table.code}.values()]` : `Object.values(${table.code})`,
      );
    },
    () => {
      d.words.push('names');
      return d.local(
        'strs',
        'names keys',
        isMap ? `[...${table.code}.keys()]` : `Object.keys(${table.code})`,
      );
    },
    () => {
      const out = d.local('map', 'turned byValue out', 'new Map()');
      d.words.push('flipped');
      d.add(`${head} { ${out.code}.set(${value}, ${key}); }`);
      return undefinedAfter(d, out);
    },
    () => {
      const name = d.other('str', 'name wanted id', table.code);
      d.words.push('valueOf');
      return d.local(
        'num',
        'value found got',
        isMap ? `${table.code}.get(${name}) ?? 0` : `${table.code}[${name}] ?? 0`,
      );
    },
  );
};

function undefinedAfter(d: Draft, out: Value): undefined {
  d.add(`return ${out.code};`);
  return undefined;
}

export const setSteps: Step = (d, known) => {
  const xs = d.param('nums', 'values numbers others');
  const x = d.fresh(ELEMENTS['num'] ?? 'x');
  return d.one<Value>(
    () => {
      d.words.push('missing');
      return d.local('nums', 'missing rest out', `${xs.code}.filter((${x}) => !${known.code}.has(${x}))`);
    },
    () => {
      d.words.push('shared');
      return d.local('nums', 'shared both out', `${xs.code}.filter((${x}) => ${known.code}.has(${x}))`);
    },
    () => {
      const n = d.local('num', 'fresh count added', '0', 'let');
      d.words.push('addAll');
      d.add(
        `for (const ${x} of ${xs.code}) { if (!${known.code}.has(${x})) { ${known.code}.add(${x}); ${n.code}++; } }`,
      );
      return n;
    },
    () => {
      const n = d.local('num', 'count hits removed', '0', 'let');
      d.words.push('removeAll');
      d.add(`for (const ${x} of ${xs.code}) { if (${known.code}.delete(${x})) ${n.code} += 1; }`);
      return n;
    },
  );
};
