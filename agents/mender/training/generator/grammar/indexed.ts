import type { Step } from './draft.ts';
import { OUTS, SUMS } from './loops.ts';
import { elementType } from './values.ts';

/** Neighbours, running values, two lists, two ends: loops whose indexes matter. */
export const indexed: Step = (d, list) => {
  const element = elementType(list.type);
  const i = d.fresh('i i index k');
  const at = (place: string): string =>
    `${list.code}[${place}]` + (element === 'obj' ? '.N1' : element === 'str' ? '.length' : '');
  return d.one(
    () => {
      const out = d.local('nums', 'gaps steps changes out', '[]');
      const op = d.pick(['-', '-', '+']);
      d.add(
        d.chance(0.5)
          ? `for (let ${i} = 1; ${i} < ${list.code}.length; ${i}++) { ${out.code}.push(${at(i)} ${op} ${at(`${i} - 1`)}); }`
          : `for (let ${i} = 0; ${i} < ${list.code}.length - 1; ${i}++) { ${out.code}.push(${at(`${i} + 1`)} ${op} ${at(i)}); }`,
      );
      d.words.push(op === '-' ? 'steps' : 'pairSums');
      return out;
    },
    () => {
      const n = d.local('num', 'rises count longest runs', '0', 'let');
      const op = d.pick(['>', '<', '>=', '===', '!==']);
      d.words.push(
        'steps' + ({ '>': 'Up', '<': 'Down', '>=': 'NotDown', '===': 'Same', '!==': 'Changes' }[op] ?? ''),
      );
      d.add(
        `for (let ${i} = 1; ${i} < ${list.code}.length; ${i}++) { if (${at(i)} ${op} ${at(`${i} - 1`)}) ${n.code} += 1; }`,
      );
      return n;
    },
    () => {
      const [total, out] = [d.local('num', SUMS, '0', 'let'), d.local('nums', 'sums running out', '[]')];
      d.words.push('running');
      const [head, x] = d.chance(0.5)
        ? [`for (let ${i} = 0; ${i} < ${list.code}.length; ${i}++)`, at(i)]
        : [`for (const ${i} of ${list.code})`, i + at('').slice(list.code.length + 2)];
      d.add(`${head} { ${total.code} += ${x}; ${out.code}.push(${total.code}); }`);
      return out;
    },
    () => {
      const j = d.fresh('j k other m');
      const n = d.local('num', 'count pairs hits', '0', 'let');
      d.words.push('pairs');
      d.add(
        `for (let ${i} = 0; ${i} < ${list.code}.length; ${i}++) { for (let ${j} = ${i} + 1; ${j} < ${list.code}.length; ${j}++) { if (${at(i)} ${d.pick(['===', '<', '>', '!=='])} ${at(j)}) ${n.code}++; } }`,
      );
      return n;
    },
    () => {
      const [low, high] = [
        d.local('num', 'left low start', '0', 'let'),
        d.local('num', 'right high end', `${list.code}.length - 1`, 'let'),
      ];
      d.words.push('turned');
      d.add(
        `while (${low.code} < ${high.code}) { [${list.code}[${low.code}], ${list.code}[${high.code}]] = [${list.code}[${high.code}], ${list.code}[${low.code}]]; ${low.code}++; ${high.code}--; }`,
      );
      return list;
    },
    () => {
      const [low, high, n] = [
        d.local('num', 'left low start', '0', 'let'),
        d.local('num', 'right high end', `${list.code}.length - 1`, 'let'),
        d.local('num', 'count same hits', '0', 'let'),
      ];
      d.words.push('mirrored');
      d.add(
        `while (${low.code} < ${high.code}) { if (${at(low.code)} === ${at(high.code)}) ${n.code} += 1; ${low.code}++; ${high.code}--; }`,
      );
      return n;
    },
    () => {
      const [size, out] = [
        d.other('num', 'size width step per', list.code),
        d.local('strs', 'chunks parts pages', '[]'),
      ];
      d.words.push('chunks');
      d.add(
        `for (let ${i} = 0; ${i} < ${list.code}.length; ${i} += Math.max(${size}, 1)) { ${out.code}.push(${list.code}.slice(${i}, ${i} + ${size}).join('-')); }`,
      );
      return element === 'obj' ? undefined : out;
    },
    () => {
      const other = d.param(list.type, 'others ys second more', list.type);
      const size = d.local(
        'num',
        'size n length',
        `Math.${d.pick(['min', 'min', 'max'])}(${list.code}.length, ${other.code}.length)`,
      );
      const out = d.local(list.type, OUTS, '[]');
      d.words.push('together');
      d.add(
        `for (let ${i} = 0; ${i} < ${size.code}; ${i}++) { ${d.pick([`${out.code}.push(${list.code}[${i}], ${other.code}[${i}]);`, `if (${list.code}[${i}] !== ${other.code}[${i}]) ${out.code}.push(${list.code}[${i}]);`])} }`,
      );
      return out;
    },
    () => {
      const limit = d.other('num', 'limit budget max room', list.code);
      const [total, n] = [d.local('num', SUMS, '0', 'let'), d.local('num', 'n taken i count', '0', 'let')];
      d.words.push('fitting');
      d.add(
        `while (${n.code} < ${list.code}.length && ${total.code} + ${at(n.code)} <= ${limit}) { ${total.code} += ${at(n.code)}; ${n.code}++; }`,
      );
      return d.pick([n, total]);
    },
    () => {
      const [last, out, x] = [
        d.local(element, 'last prev before', 'null', 'let'),
        d.local(list.type, OUTS, '[]'),
        d.fresh('x item one'),
      ];
      d.words.push('changes');
      d.add(
        `for (const ${x} of ${list.code}) { if (${x} !== ${last.code}) ${out.code}.push(${x}); ${last.code} = ${x}; }`,
      );
      return out;
    },
  );
};
