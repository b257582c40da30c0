import type { Draft, Piece, Value } from './draft.ts';

const LIMITS = 'limit max min threshold bound cap floor';
const WANTED = 'target wanted needle key prefix mark';

/** A condition on a number. */
export function numberTest(d: Draft, x: string): Piece {
  const other = (): string =>
    d.chance(0.55) ? d.other('num', LIMITS, x) : d.pick(['0', '0', '1', '2', 'K1', 'K1']);
  return d.one<Piece>(
    () => ({ code: `${x} > ${other()}`, word: 'Above' }),
    () => ({ code: `${x} < ${other()}`, word: 'Below' }),
    () => ({ code: `${x} >= ${other()}`, word: 'AtLeast' }),
    () => ({ code: `${x} <= ${other()}`, word: 'AtMost' }),
    () => ({ code: `${x} > 0`, word: 'Positive' }),
    () => ({ code: `${x} < 0`, word: 'Negative' }),
    () => ({ code: `${x} % 2 === 0`, word: 'Even' }),
    () => ({ code: `${x} % 2 !== 0`, word: 'Odd' }),
    () => ({ code: `${x} === ${d.other('num', WANTED, x)}`, word: 'Equal' }),
    () => ({ code: `${x} !== ${d.other('num', WANTED, x)}`, word: 'Other' }),
    () => ({ code: `${x} % ${d.other('num', 'step divisor by every', x)} === 0`, word: 'DivisibleBy' }),
    () => ({
      code: `${x} >= ${d.other('num', 'low min from least', x)} && ${x} <= ${d.other('num', 'high max to most', x)}`,
      word: 'Between',
    }),
    () => ({
      code: `${x} < ${d.other('num', 'low min from least', x)} || ${x} > ${d.other('num', 'high max to most', x)}`,
      word: 'Outside',
    }),
    () => ({ code: `Number.isInteger(${x})`, word: 'Whole' }),
    () => ({ code: `!Number.isInteger(${x})`, word: 'Broken' }),
  );
}

/** A condition on a text. */
export function textTest(d: Draft, x: string): Piece {
  const mark = (): string =>
    d.chance(0.5) ? d.other('str', WANTED, x) : `'${d.pick(['a', 'b', 'e', '-', '#', 'x', 'o'])}'`;
  const size = (): string => (d.chance(0.4) ? d.other('num', LIMITS, x) : d.pick(['0', '1', '2', '3', 'K1']));
  return d.one<Piece>(
    () => ({ code: `${x}.startsWith(${mark()})`, word: 'Starting' }),
    () => ({ code: `${x}.endsWith(${mark()})`, word: 'Ending' }),
    () => ({ code: `${x}.includes(${mark()})`, word: 'With' }),
    () => ({ code: `!${x}.includes(${mark()})`, word: 'Without' }),
    () => ({ code: `!${x}.startsWith(${mark()})`, word: 'NotStarting' }),
    () => ({ code: `${x} === ${mark()}`, word: 'Same' }),
    () => ({ code: `${x} !== ${mark()}`, word: 'Other' }),
    () => ({ code: `${x}.length > ${size()}`, word: 'Long' }),
    () => ({ code: `${x}.length < ${size()}`, word: 'Short' }),
    () => ({ code: `${x}.length >= ${size()}`, word: 'LongEnough' }),
    () => ({ code: `${x}.length === ${size()}`, word: 'OfLength' }),
    () => ({ code: `${x} === ${x}.toLowerCase()`, word: 'Lower' }),
    () => ({ code: `${x}.toUpperCase() === ${x}`, word: 'Upper' }),
    () => ({ code: `${x} !== ''`, word: 'NonEmpty' }),
    () => ({ code: `${x}.trim() === ''`, word: 'Blank' }),
    () => ({ code: `${x}.indexOf(${mark()}) === -1`, word: 'Lacking' }),
  );
}

/** A condition on a record. */
export function recordTest(d: Draft, x: string): Piece {
  return d.one<Piece>(
    () => ({ code: `${x}.B1`, word: '{B1}' }),
    () => ({ code: `!${x}.B1`, word: 'Not{B1}' }),
    () => worded(numberTest(d, `${x}.N1`), '{N1}'),
    () => worded(numberTest(d, `${x}.N2`), '{N2}'),
    () => worded(textTest(d, `${x}.S1`), '{S1}'),
    () => ({ code: `${x}.S1 === ${d.other('str', WANTED, x)}`, word: 'By{S1}' }),
    () => ({ code: `${x}.L1.length > 0`, word: 'With{L1}' }),
    () => ({ code: `${x}.L1.includes(${d.other('num', WANTED, x)})`, word: 'Having{L1}' }),
    () => ({ code: `${x}.N1 > ${x}.N2`, word: '{N1}Over{N2}' }),
    () => ({ code: `${x}.B1 && ${numberTest(d, `${x}.N1`).code}`, word: '{B1}And{N1}' }),
    () => ({ code: `!${x}.B1 || ${numberTest(d, `${x}.N1`).code}`, word: 'Not{B1}Or{N1}' }),
  );
}

const worded = ({ code, word }: Piece, before: string): Piece => ({ code, word: before + word });

/** A condition on an element of a list, or on a value. */
export function testOf(d: Draft, x: Value): Piece {
  const simple =
    x.type === 'num' ? numberTest(d, x.code) : x.type === 'str' ? textTest(d, x.code) : recordTest(d, x.code);
  if (!d.chance(0.12) || /&&|\|\|/.test(simple.code)) return simple;
  const more =
    x.type === 'num' ? numberTest(d, x.code) : x.type === 'str' ? textTest(d, x.code) : recordTest(d, x.code);
  if (/&&|\|\|/.test(more.code) || more.code === simple.code) return simple;
  return d.chance(0.6)
    ? { code: `${simple.code} && ${more.code}`, word: simple.word + more.word }
    : { code: `${simple.code} || ${more.code}`, word: `${simple.word}Or${more.word}` };
}

/** A condition the other way round, as a person would write it. */
export function negated(test: string): string {
  if (/&&|\|\|/.test(test)) return `!(${test})`;
  if (test.startsWith('!')) return test.slice(1);
  const turned = / (===|!==|<=|>=|<|>) /.exec(test);
  const opposite: Record<string, string> = {
    '===': '!==',
    '!==': '===',
    '<': '>=',
    '>': '<=',
    '<=': '>',
    '>=': '<',
  };
  return turned?.[1] === undefined ? `!${test}` : test.replace(` ${turned[1]} `, ` ${opposite[turned[1]]} `);
}
