import type { Step, Value } from './draft.ts';
import { textTest } from './conditions.ts';
import { textOf } from './values.ts';

const SEPARATORS = [',', ' ', '-', ':', '/', ';', '.'];

export const letters: Step = (d, text) => {
  const c = d.fresh('char letter c mark');
  const test = textTest(d, c);
  return d.one<Value>(
    () => {
      const out = d.local('str', 'out result made line', `''`, 'let');
      d.words.push(`keep${test.word}`);
      d.add(`for (const ${c} of ${text.code}) { if (${test.code}) ${out.code} += ${c}; }`);
      return out;
    },
    () => {
      const out = d.local('str', 'out result made', `''`, 'let');
      d.words.push('turned');
      d.add(`for (const ${c} of ${text.code}) { ${out.code} = ${c} + ${out.code}; }`);
      return out;
    },
    () => {
      const n = d.local('num', 'count hits found', '0', 'let');
      d.words.push(`count${test.word}`);
      d.add(
        `for (const ${c} of ${text.code}) { if (${d.chance(0.5) ? `'${d.pick(['aeiou', '0123456789', '.,!?'])}'.includes(${c})` : test.code}) ${n.code}++; }`,
      );
      return n;
    },
    () => {
      const [i, out] = [d.fresh('i index k'), d.local('str', 'out result made', `''`, 'let')];
      d.words.push('alternate');
      d.add(
        `for (let ${i} = 0; ${i} < ${text.code}.length; ${i}++) { ${out.code} += ${i} % 2 === 0 ? ${text.code}[${i}].toUpperCase() : ${text.code}[${i}].toLowerCase(); }`,
      );
      return out;
    },
    () => {
      const [i, n] = [d.fresh('i index k'), d.local('num', 'runs changes count', '0', 'let')];
      d.words.push('runs');
      d.add(
        `for (let ${i} = 1; ${i} < ${text.code}.length; ${i}++) { if (${text.code}[${i}] ${d.pick(['!==', '==='])} ${text.code}[${i} - 1]) ${n.code} += 1; }`,
      );
      return n;
    },
    () => {
      const [n, code] = [d.local('num', 'sum hash total', '0', 'let'), d.fresh('code i k')];
      d.words.push('hash');
      d.add(
        `for (let ${code} = 0; ${code} < ${text.code}.length; ${code}++) { ${n.code} = (${n.code} * 31 + ${text.code}.charCodeAt(${code})) % 1000; }`,
      );
      return n;
    },
    () => {
      const [depth, deepest] = [
        d.local('num', 'depth level open', '0', 'let'),
        d.local('num', 'deepest most highest', '0', 'let'),
      ];
      d.words.push('depth');
      d.add(
        `for (const ${c} of ${text.code}) { if (${c} === 'a') ${depth.code}++; if (${c} === 'e') ${depth.code}--; ${deepest.code} = Math.max(${deepest.code}, ${depth.code}); }`,
      );
      return deepest;
    },
  );
};

export const textCut: Step = (d, text) => {
  const mark = d.chance(0.5)
    ? d.other('str', 'mark separator sign end', text.code)
    : `'${d.pick(SEPARATORS)}'`;
  const at = d.local(
    'num',
    'at cut place index',
    `${text.code}.${d.pick(['indexOf', 'indexOf', 'lastIndexOf'])}(${mark})`,
  );
  const none = d.pick([text.code, `''`, 'null']);
  d.add(d.pick([`if (${at.code} === -1) return ${none};`, `if (${at.code} < 0) return ${none};`]));
  const [piece, word] = d.pick([
    [`${text.code}.slice(0, ${at.code})`, 'before'],
    [`${text.code}.slice(${at.code} + 1)`, 'after'],
    [`${text.code}.slice(0, ${at.code}) + ${text.code}.slice(${at.code} + 1)`, 'without'],
    [`${text.code}.slice(${at.code} + 1).trim()`, 'value'],
  ] as const);
  d.words.push(word);
  return d.local('str', 'part head rest piece', piece);
};

export const split: Step = (d, text) => {
  const separator = d.pick(SEPARATORS);
  d.words.push(d.pick(['split', 'parts', 'words']));
  const tail = d.pick([
    '',
    '',
    `.map((part) => part.trim())`,
    `.filter((part) => part !== '')`,
    '.map((part) => part.toLowerCase())',
  ]);
  return d.local(
    'strs',
    'parts words pieces',
    `${text.code}${d.pick(['', '.trim()'])}.split('${separator}')${tail}`,
  );
};

export const reword: Step = (d, text) => {
  const made = textOf(d, text.code);
  d.words.push(made.word.toLowerCase() || 'same');
  return d.local('str', 'made clean label short', made.code);
};

export const padded: Step = (d, text) => {
  const width = d.other('num', 'width size n', text.code);
  const rest = d.local('num', 'rest missing room', `${width} - ${text.code}.length`);
  d.add(`if (${rest.code} ${d.pick(['<=', '<'])} 0) return ${text.code};`);
  d.words.push('fit');
  return d.local(
    'str',
    'line out padded',
    d.pick([
      `' '.repeat(${rest.code}) + ${text.code}`,
      `${text.code} + '.'.repeat(${rest.code})`,
      `'-'.repeat(Math.floor(${rest.code} / 2)) + ${text.code}`,
    ]),
  );
};
