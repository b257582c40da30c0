import type { Draft, Piece, Type, Value } from './draft.ts';

/** A number made of a number. */
export function numberOf(d: Draft, x: string): Piece {
  const other = (names: string): string =>
    d.chance(0.5) ? d.other('num', names, x) : d.pick(['2', '10', '100', 'K1']);
  return d.one<Piece>(
    () => ({ code: x, word: '' }),
    () => ({ code: `${x} * ${other('factor rate scale times')}`, word: 'Scaled' }),
    () => ({ code: `${x} + ${other('extra bonus offset by')}`, word: 'Raised' }),
    () => ({ code: `${x} - ${other('discount loss offset by')}`, word: 'Reduced' }),
    () => ({ code: `${x} * ${x}`, word: 'Squared' }),
    () => ({ code: `${x} / ${d.pick(['2', '10', '100'])}`, word: 'Share' }),
    () => ({ code: `Math.abs(${x})`, word: 'Absolute' }),
    () => ({ code: `Math.floor(${x} / ${other('size step width per')})`, word: 'Whole' }),
    () => ({ code: `Math.round(${x} * 100) / 100`, word: 'Rounded' }),
    () => ({
      code: `Math.max(${x}, ${d.chance(0.5) ? '0' : d.other('num', 'min low least floor', x)})`,
      word: 'Floored',
    }),
    () => ({ code: `Math.min(${x}, ${d.other('num', 'max limit cap high', x)})`, word: 'Capped' }),
    () => ({
      code: `${x} % ${d.chance(0.5) ? d.pick(['2', '10', '7', '12', '60']) : d.other('num', 'size base step width', x)}`,
      word: 'Rest',
    }),
    () => ({ code: `(${x} + 1) * ${x} / 2`, word: 'Triangle' }),
    () => ({ code: `${x} > 0 ? ${x} : 0`, word: 'NonNegative' }),
    () => ({ code: `${x} < 0 ? -${x} : ${x}`, word: 'Size' }),
  );
}

/** A text made of a text. */
export function textOf(d: Draft, x: string): Piece {
  const width = (): string =>
    d.chance(0.5) ? d.other('num', 'width size n length', x) : d.pick(['4', '6', '8', '10']);
  return d.one<Piece>(
    () => ({ code: x, word: '' }),
    () => ({ code: `${x}.toUpperCase()`, word: 'Upper' }),
    () => ({ code: `${x}.toLowerCase()`, word: 'Lower' }),
    () => ({ code: `${x}.trim()`, word: 'Trimmed' }),
    () => ({ code: `${x}.slice(1)`, word: 'Tail' }),
    () => ({
      code: `${x}.slice(0, ${d.chance(0.5) ? d.other('num', 'n limit size count', x) : d.pick(['1', '2', '3'])})`,
      word: 'Start',
    }),
    () => ({ code: `${x}.slice(0, -1)`, word: 'WithoutLast' }),
    () => ({ code: `${x}.padStart(${width()}, '${d.pick(['0', ' ', '.'])}')`, word: 'PadLeft' }),
    () => ({ code: `${x}.padEnd(${width()}, '${d.pick(['-', ' ', '.'])}')`, word: 'PadRight' }),
    () => ({ code: `${x}.charAt(0).toUpperCase() + ${x}.slice(1)`, word: 'Capital' }),
    () => ({ code: `${x}[0].toUpperCase() + ${x}.slice(1).toLowerCase()`, word: 'Title' }),
    () => ({
      code: `${x}.replaceAll('${d.pick([' ', '-', '_'])}', '${d.pick(['', '-', '_'])}')`,
      word: 'Clean',
    }),
    () => ({ code: `${d.pick([`'#'`, `'- '`, `'@'`])} + ${x}`, word: 'Marked' }),
    () => ({ code: `${x}.repeat(2)`, word: 'Doubled' }),
    () => ({ code: `[...${x}].reverse().join('')`, word: 'Reversed' }),
    () => ({ code: `${x}.split('').sort().join('')`, word: 'Ordered' }),
    () => ({ code: `\`\${${x}}${d.pick(['!', ';', '.', '()'])}\``, word: 'Closed' }),
  );
}

/** Something made of a record, with the type it has. */
export function partOf(d: Draft, x: string): Piece & { readonly type: Type } {
  return d.one<Piece & { readonly type: Type }>(
    () => ({ code: `${x}.N1`, word: '{N1}', type: 'num' }),
    () => ({ code: `${x}.N2`, word: '{N2}', type: 'num' }),
    () => ({ code: `${x}.S1`, word: '{S1}', type: 'str' }),
    () => ({ code: `${x}.S2`, word: '{S2}', type: 'str' }),
    () => ({ code: `${x}.N1 * ${x}.N2`, word: '{N1}Times{N2}', type: 'num' }),
    () => ({ code: `${x}.N1 + ${x}.N2`, word: '{N1}And{N2}', type: 'num' }),
    () => ({ code: `${x}.N1 - ${x}.N2`, word: '{N1}Minus{N2}', type: 'num' }),
    () => ({ code: `${x}.N1 / ${x}.N2`, word: '{N1}Per{N2}', type: 'num' }),
    () => ({ code: `${x}.S1 + ' ' + ${x}.S2`, word: '{S1}And{S2}', type: 'str' }),
    () => ({ code: `\`\${${x}.S1}: \${${x}.N1}\``, word: '{S1}With{N1}', type: 'str' }),
    () => ({ code: `${x}.L1.length`, word: 'Number{L1}', type: 'num' }),
    () => ({ code: `${x}.B1 ? ${x}.N1 : 0`, word: '{N1}If{B1}', type: 'num' }),
    () => ({ code: `${x}.S2 || ${x}.S1`, word: '{S2}Or{S1}', type: 'str' }),
  );
}

/** Something made of an element, with the type it has. */
export function madeOf(d: Draft, x: Value): Piece & { readonly type: Type } {
  if (x.type === 'num') return { ...numberOf(d, x.code), type: 'num' };
  if (x.type === 'str')
    return d.chance(0.15)
      ? { code: `${x.code}.length`, word: 'Lengths', type: 'num' }
      : { ...textOf(d, x.code), type: 'str' };
  return partOf(d, x.code);
}

/** A number that an element stands for: itself, its length, a field. */
export function measureOf(d: Draft, x: Value): Piece {
  if (x.type === 'num') return d.chance(0.75) ? { code: x.code, word: '' } : numberOf(d, x.code);
  if (x.type === 'str') return { code: `${x.code}.length`, word: 'Length' };
  const part = partOf(d, x.code);
  return part.type === 'num' ? part : { code: `${x.code}.N1`, word: '{N1}' };
}

/** A text that can be a key. */
export function keyOf(d: Draft, x: Value): Piece {
  if (x.type === 'num')
    return d.pick([
      { code: `${x.code} % ${d.pick(['2', '3', '10'])}`, word: 'Rest' },
      { code: x.code, word: '' },
      { code: `Math.floor(${x.code} / 10)`, word: 'Tens' },
    ]);
  if (x.type === 'str')
    return d.pick([
      { code: x.code, word: '' },
      { code: `${x.code}.toLowerCase()`, word: 'Lower' },
      { code: `${x.code}[0]`, word: 'Letter' },
      { code: `${x.code}.length`, word: 'Length' },
    ]);
  return d.pick([
    { code: `${x.code}.S1`, word: '{S1}' },
    { code: `${x.code}.S2`, word: '{S2}' },
    { code: `${x.code}.S1.toLowerCase()`, word: '{S1}' },
  ]);
}

export const listType = (element: Type): Type =>
  element === 'num' ? 'nums' : element === 'str' ? 'strs' : 'objs';
export const elementType = (list: Type): Type => (list === 'nums' ? 'num' : list === 'strs' ? 'str' : 'obj');

/** Names of a list's elements. */
export const ELEMENTS: Readonly<Record<string, string>> = {
  num: 'x value n score price mark item',
  str: 'word name tag line part s',
  obj: 'item entry row record one',
};

/** An element of an arrow function. */
export const bound = (d: Draft, list: Value): Value => ({
  code: d.fresh(`${ELEMENTS[elementType(list.type)]} x y`),
  type: elementType(list.type),
});
