/**
 * Functions that the generator never makes: written by hand, apart from it, before any training.
 * Each has the right text, slips as (class, right piece, wrong piece), calls that a visible test makes
 * and calls that only the held-out test makes. `calls` are argument lists in JavaScript source.
 */
export type WrittenShape = {
  readonly name: string;
  readonly source: string;
  /** [class of slip, the piece as it should be (occurs once), the piece as it is written by mistake] */
  readonly slips: readonly (readonly [string, string, string])[];
  readonly visible: readonly string[];
  readonly hidden: readonly string[];
  /** For methods: surrounding source with UNIT in place of the function, then `call(...args)` to be defined. */
  readonly around?: string;
};

export const unseenShapes: readonly WrittenShape[] = [
  {
    name: 'parseQuery',
    source: `function parseQuery(text) {
  const fields = {};
  for (const pair of text.split('&')) {
    const cut = pair.indexOf('=');
    if (cut === -1) {
      fields[pair] = '';
      continue;
    }
    fields[pair.slice(0, cut)] = pair.slice(cut + 1);
  }
  return fields;
}`,
    slips: [
      ['index', 'cut + 1', 'cut'],
      ['comparison', 'cut === -1', 'cut !== -1'],
    ],
    visible: [`'a=1&b=2'`, `'x'`, `'name=Ann&on'`],
    hidden: [`'k=v=w'`, `''`, `'=1&z=9'`],
  },
  {
    name: 'formatClock',
    source: `function formatClock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const parts = [hours, minutes, rest].map((part) => String(part).padStart(2, '0'));
  return parts.join(':');
}`,
    slips: [
      ['arithmetic', '(seconds % 3600)', '(seconds / 3600)'],
      ['method', 'padStart', 'padEnd'],
      ['constant', '% 60', '% 100'],
    ],
    visible: ['0', '65', '3725'],
    hidden: ['59', '86399', '3600', '7384'],
  },
  {
    name: 'wrapWords',
    source: `function wrapWords(text, width) {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? line + ' ' + word : word;
    }
  }
  if (line) lines.push(line);
  return lines;
}`,
    slips: [
      ['variable', 'line = word;', 'line = text;'],
      ['bound', '> width', '>= width'],
      ['logic', 'line && line.length', 'line || line.length'],
    ],
    visible: [`'one two three four', 9`, `'aa bb', 5`, `'', 4`],
    hidden: [`'aaa bbb ccc', 7`, `'x y z', 1`, `'longword a', 3`],
  },
  {
    name: 'binarySearch',
    source: `function binarySearch(sorted, target) {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    if (sorted[middle] === target) return middle;
    if (sorted[middle] < target) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}`,
    slips: [
      ['bound', 'low <= high', 'low < high'],
      ['comparison', 'sorted[middle] < target', 'sorted[middle] > target'],
      ['arithmetic', '(low + high)', '(low - high)'],
      ['initial', 'let low = 0;', 'let low = 1;'],
    ],
    visible: ['[1, 3, 5, 7, 9], 7', '[1, 3, 5, 7, 9], 1', '[2], 2', '[], 4'],
    hidden: ['[1, 3, 5, 7, 9], 9', '[1, 2], 3', '[4, 6, 8, 10], 6', '[4, 6], 4'],
  },
  {
    name: 'rotateLeft',
    source: `function rotateLeft(items, steps) {
  if (items.length === 0) return [];
  const shift = steps % items.length;
  return items.slice(shift).concat(items.slice(0, shift));
}`,
    slips: [
      ['variable', 'slice(0, shift)', 'slice(0, steps)'],
      ['index', 'slice(0, shift)', 'slice(1, shift)'],
      ['arithmetic', 'steps % items.length', 'steps * items.length'],
    ],
    visible: ['[1, 2, 3, 4], 1', '[1, 2, 3], 4', '[], 2'],
    hidden: ['[5, 6], 2', '[1, 2, 3, 4, 5], 13', '[9], 0'],
  },
  {
    name: 'romanValue',
    source: `function romanValue(text: string): number {
  const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
  let total = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text[i]];
    const next = values[text[i + 1]] ?? 0;
    total += value < next ? -value : value;
  }
  return total;
}`,
    slips: [
      ['index', 'text[i + 1]', 'text[i - 1]'],
      ['comparison', 'value < next', 'value > next'],
      ['branches', '-value : value', 'value : -value'],
    ],
    visible: [`'III'`, `'IX'`, `'MCMXC'`],
    hidden: [`'XL'`, `'CDXLIV'`, `''`, `'VI'`],
  },
  {
    name: 'mergeSorted',
    source: `function mergeSorted(left, right) {
  const merged = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] <= right[j]) merged.push(left[i++]);
    else merged.push(right[j++]);
  }
  return merged.concat(left.slice(i), right.slice(j));
}`,
    slips: [
      ['variable', 'right.slice(j)', 'right.slice(i)'],
      ['logic', '&& j', '|| j'],
      ['method', 'merged.push(left', 'merged.unshift(left'],
      ['comparison', 'left[i] <= right[j]', 'left[i] >= right[j]'],
    ],
    visible: ['[1, 4], [2, 3, 9]', '[], [1]', '[7, 8], [1, 2, 3, 9]', '[5], []'],
    hidden: ['[1, 2], [3]', '[4, 6], []', '[2, 2], [2]'],
  },
  {
    name: 'transpose',
    source: `function transpose(matrix) {
  if (matrix.length === 0) return [];
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}`,
    slips: [
      ['index', 'matrix[0]', 'matrix[1]'],
      ['comparison', 'matrix.length === 0', 'matrix.length !== 0'],
    ],
    visible: ['[[1, 2], [3, 4]]', '[[1, 2, 3]]', '[]'],
    hidden: ['[[1], [2], [3]]', '[[1, 2, 3], [4, 5, 6]]'],
  },
  {
    name: 'spaced',
    source: `const spaced = (times: number[], gap: number): number[] => {
  const kept: number[] = [];
  let last = -Infinity;
  for (const time of times) {
    if (time - last < gap) continue;
    kept.push(time);
    last = time;
  }
  return kept;
};`,
    slips: [
      ['initial', '-Infinity', 'Infinity'],
      ['swapped', 'time - last', 'last - time'],
      ['variable', 'kept.push(time)', 'kept.push(gap)'],
    ],
    visible: ['[0, 5, 12, 20], 10', '[], 3', '[1, 2, 3], 1'],
    hidden: ['[3, 4, 9, 10], 5', '[100], 50', '[0, 10, 20], 10'],
  },
  {
    name: 'editDistance',
    source: `function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + cost);
    }
    row = next;
  }
  return row[b.length];
}`,
    slips: [
      ['method', 'Math.min(row', 'Math.max(row'],
      ['branches', '? 0 : 1', '? 1 : 0'],
      ['bound', 'i <= a.length', 'i < a.length'],
      ['variable', 'row[b.length]', 'row[a.length]'],
    ],
    visible: [`'kitten', 'sitting'`, `'', 'abc'`, `'ab', 'ab'`],
    hidden: [`'flaw', 'lawn'`, `'a', ''`, `'abcd', 'acd'`],
  },
  {
    name: 'luhnValid',
    source: `function luhnValid(digits) {
  let sum = 0;
  let double = false;
  for (let i = digits.length - 1; i >= 0; i--) {
    let digit = Number(digits[i]);
    if (double) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    double = !double;
  }
  return sum % 10 === 0;
}`,
    slips: [
      ['bound', 'i >= 0', 'i > 0'],
      ['initial', 'let double = false', 'let double = true'],
      ['index', 'digits.length - 1', 'digits.length'],
      ['constant', 'sum % 10', 'sum % 9'],
    ],
    visible: [`'4539578763621486'`, `'79927398713'`, `'79927398710'`],
    hidden: [`'0'`, `'18'`, `'1234567812345670'`, `'91'`],
  },
  {
    name: 'encodeRuns',
    source: `function encodeRuns(text) {
  let out = '';
  let count = 1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === text[i + 1]) {
      count++;
    } else {
      out += text[i] + count;
      count = 1;
    }
  }
  return out;
}`,
    slips: [
      ['comparison', 'text[i] === text[i + 1]', 'text[i] !== text[i + 1]'],
      ['initial', 'let count = 1', 'let count = 0'],
      ['arithmetic', 'count++', 'count--'],
    ],
    visible: [`'aaab'`, `'xyz'`, `''`],
    hidden: [`'ccddd'`, `'q'`, `'aabbaa'`],
  },
  {
    name: 'pickFields',
    source: `function pickFields(record, keys) {
  const picked = {};
  for (const key of keys) {
    if (key in record) {
      picked[key] = record[key];
    }
  }
  return picked;
}`,
    slips: [
      ['variable', 'picked[key] = record[key]', 'picked[key] = keys[key]'],
      ['variable', 'return picked', 'return record'],
      ['inverted', 'if (key in record)', 'if (!(key in record))'],
    ],
    visible: [`{ a: 1, b: 2, c: 3 }, ['a', 'c']`, `{}, ['x']`],
    hidden: [`{ a: undefined }, ['a']`, `{ p: 1 }, []`],
  },
  {
    name: 'sameValue',
    source: `function sameValue(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => sameValue(a[key], b[key]));
}`,
    slips: [
      ['boolean', 'if (a === b) return true', 'if (a === b) return false'],
      ['method', 'keys.every', 'keys.some'],
      ['comparison', 'keys.length !== ', 'keys.length === '],
      ['variable', 'sameValue(a[key], b[key])', 'sameValue(a[key], a[key])'],
    ],
    visible: ['{ x: 1, y: 2 }, { x: 1, y: 3 }', '1, 1', '{ a: [1] }, { a: [1] }', '{ a: 1 }, { a: 1, b: 2 }'],
    hidden: ['null, {}', '[1, 2], [1, 2]', '{ a: { b: 1 } }, { a: { b: 2 } }'],
  },
  {
    name: 'flattenDeep',
    source: `function flattenDeep(items: unknown[]): unknown[] {
  const flat: unknown[] = [];
  for (const item of items) {
    if (Array.isArray(item)) flat.push(...flattenDeep(item));
    else flat.push(item);
  }
  return flat;
}`,
    slips: [
      ['method', 'else flat.push(item)', 'else flat.unshift(item)'],
      ['variable', 'else flat.push(item)', 'else flat.push(items)'],
      ['inverted', 'if (Array.isArray(item))', 'if (!Array.isArray(item))'],
    ],
    visible: ['[1, [2, [3, 4]], 5]', '[[], [1]]', '[7, 8]'],
    hidden: ['[]', '[[[["x"]]]]', '[1, 2, [3]]'],
  },
  {
    name: 'retry',
    source: `async function retry(task, times) {
  let failure;
  for (let attempt = 1; attempt <= times; attempt++) {
    try {
      return await task(attempt);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}`,
    slips: [
      ['bound', 'attempt <= times', 'attempt < times'],
      ['await', 'return await task', 'return task'],
      ['return', 'return await task', 'await task'],
    ],
    visible: [
      `async (n) => { if (n < 3) throw new Error('no'); return n; }, 3`,
      `async () => 'yes', 1`,
      `async () => { throw new Error('bad'); }, 2`,
    ],
    hidden: [`async (n) => { if (n < 2) throw new Error('no'); return n * 2; }, 5`, `async (n) => n, 2`],
  },
  {
    name: 'inBatches',
    source: `async function inBatches(items, size, work) {
  const results = [];
  for (let start = 0; start < items.length; start += size) {
    const batch = items.slice(start, start + size);
    results.push(...(await Promise.all(batch.map(work))));
  }
  return results;
}`,
    slips: [
      ['arithmetic', 'start + size', 'start - size'],
      ['assignment', 'start += size', 'start = size'],
      ['initial', 'let start = 0', 'let start = 1'],
      ['variable', 'batch.map(work)', 'items.map(work)'],
    ],
    visible: ['[1, 2, 3, 4, 5], 2, async (x) => x * 2', '[1], 3, async (x) => x', '[], 2, async (x) => x'],
    hidden: ['[4, 5, 6], 1, async (x) => x + 1', '[1, 2, 3, 4], 2, async (x) => -x'],
  },
  {
    name: 'isLeapYear',
    source: `function isLeapYear(year) {
  if (year % 400 === 0) return true;
  if (year % 100 === 0) return false;
  return year % 4 === 0;
}`,
    slips: [
      ['boolean', 'if (year % 100 === 0) return false', 'if (year % 100 === 0) return true'],
      ['comparison', 'return year % 4 === 0', 'return year % 4 !== 0'],
      ['arithmetic', 'year % 400', 'year / 400'],
    ],
    visible: ['2024', '1900', '2000', '2023'],
    hidden: ['1600', '2100', '2019', '1996'],
  },
  {
    name: 'medianOf',
    source: `const medianOf = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
};`,
    slips: [
      ['method', 'Math.floor', 'Math.ceil'],
      ['index', 'sorted[middle - 1]', 'sorted[middle + 1]'],
      ['variable', 'return sorted[middle];', 'return values[middle];'],
      ['arithmetic', 'sorted[middle]) / 2', 'sorted[middle]) * 2'],
    ],
    visible: ['[3, 1, 2]', '[4, 1, 3, 2]', '[10, 9, 1]'],
    hidden: ['[5]', '[1, 100]', '[9, 8, 7, 6, 1]', '[2, 4, 9, 1, 3, 0]'],
  },
  {
    name: 'caesar',
    source: `function caesar(text, shift) {
  let out = '';
  for (const letter of text) {
    const code = letter.charCodeAt(0);
    if (code < 97 || code > 122) {
      out += letter;
    } else {
      out += String.fromCharCode(((code - 97 + shift) % 26) + 97);
    }
  }
  return out;
}`,
    slips: [
      ['constant', '% 26', '% 25'],
      ['variable', 'out += letter', 'out += code'],
      ['logic', 'code < 97 || code', 'code < 97 && code'],
      ['arithmetic', 'code - 97 + shift', 'code - 97 - shift'],
    ],
    visible: [`'abc xyz', 3`, `'Hi!', 1`, `'', 5`],
    hidden: [`'hello', 13`, `'z', 1`, `'a-b', 0`],
  },
  {
    name: 'isBalanced',
    source: `function isBalanced(text) {
  const closing = { ')': '(', ']': '[', '}': '{' };
  const open = [];
  for (const mark of text) {
    if ('([{'.includes(mark)) open.push(mark);
    else if (closing[mark] && open.pop() !== closing[mark]) return false;
  }
  return open.length === 0;
}`,
    slips: [
      ['method', 'open.pop()', 'open.shift()'],
      ['comparison', 'open.length === 0', 'open.length !== 0'],
      ['boolean', 'return false', 'return true'],
    ],
    visible: [`'(a[b]{c})'`, `'(]'`, `'(('`, `''`],
    hidden: [`'([)]'`, `'}'`, `'{[()]}()'`],
  },
  {
    name: 'overlapOf',
    source: `function overlapOf(first, second) {
  const start = Math.max(first.start, second.start);
  const end = Math.min(first.end, second.end);
  return end > start ? { start, end } : null;
}`,
    slips: [
      ['method', 'Math.max(first.start', 'Math.min(first.start'],
      ['property', 'second.end', 'second.start'],
      ['comparison', 'end > start', 'end < start'],
    ],
    visible: ['{ start: 1, end: 5 }, { start: 3, end: 9 }', '{ start: 0, end: 2 }, { start: 4, end: 6 }'],
    hidden: ['{ start: 1, end: 10 }, { start: 2, end: 3 }', '{ start: 5, end: 8 }, { start: 1, end: 6 }'],
  },
  {
    name: 'winner',
    source: `function winner(votes: string[]): string | null {
  const tally = new Map<string, number>();
  let best: string | null = null;
  for (const vote of votes) {
    const count = (tally.get(vote) ?? 0) + 1;
    tally.set(vote, count);
    if (best === null || count > (tally.get(best) ?? 0)) best = vote;
  }
  return best;
}`,
    slips: [
      ['swapped', 'tally.set(vote, count)', 'tally.set(count, vote)'],
      ['logic', 'best === null || count', 'best === null && count'],
      ['arithmetic', '?? 0) + 1', '?? 0) - 1'],
    ],
    visible: [`['a', 'b', 'b']`, `[]`, `['a', 'a', 'b']`, `['x', 'y', 'x', 'y', 'y']`],
    hidden: [`['q']`, `['a', 'a', 'b', 'b', 'b', 'c']`],
  },
  {
    name: 'Cache.get',
    source: `get(key) {
  if (!this.entries.has(key)) return undefined;
  const value = this.entries.get(key);
  this.entries.delete(key);
  this.entries.set(key, value);
  return value;
}`,
    around: `class Cache { constructor(pairs) { this.entries = new Map(pairs); }
UNIT
}
const call = (pairs, key) => { const cache = new Cache(pairs); const got = cache.get(key); return [got, [...cache.entries]]; };`,
    slips: [
      ['swapped', 'set(key, value)', 'set(value, key)'],
      ['return', 'return value', 'value'],
      ['variable', 'delete(key)', 'delete(value)'],
    ],
    visible: [`[['a', 1], ['b', 2]], 'a'`, `[], 'z'`],
    hidden: [`[['a', 1], ['b', 2], ['c', 3]], 'b'`, `[['a', 1]], 'q'`],
  },
  {
    name: 'Counter.add',
    source: `add(name, amount = 1) {
  const before = this.counts[name] ?? 0;
  this.counts[name] = before + amount;
  this.total += amount;
  return this;
}`,
    around: `class Counter { constructor() { this.counts = {}; this.total = 0; }
UNIT
}
const call = (...steps) => { const counter = new Counter(); const last = steps.reduce((known, step) => known.add(...step), counter); return [last.counts, last.total]; };`,
    slips: [
      ['arithmetic', 'before + amount', 'before - amount'],
      ['variable', 'this.total += amount', 'this.total += before'],
      ['return', 'return this', 'this'],
      ['initial', '?? 0', '?? 1'],
    ],
    visible: [`['a']`, `['a', 2], ['b', 3], ['a', 4]`],
    hidden: [`['x', 5], ['x']`, `['p', 0], ['q', 7]`],
  },
  {
    name: 'Queue.take',
    source: `take(count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count && this.items.length > 0) {
    taken.push(this.items.shift() as T);
  }
  return taken;
}`,
    around: `class Queue<T> { items: T[]; constructor(items: T[]) { this.items = items; }
UNIT
}
const call = (items, count) => { const queue = new Queue(items); return [queue.take(count), queue.items]; };`,
    slips: [
      ['method', 'this.items.shift()', 'this.items.pop()'],
      ['bound', 'taken.length < count', 'taken.length <= count'],
      ['logic', '&& this', '|| this'],
    ],
    visible: ['[1, 2, 3], 2', '[1], 3', '[4, 5, 6], 0'],
    hidden: ['[], 1', '[7, 8, 9, 10], 3', '[1, 2], 2'],
  },
  {
    name: 'pageOf',
    source: `function pageOf(items, page, size) {
  const pages = Math.ceil(items.length / size);
  const current = Math.min(Math.max(page, 1), pages);
  const start = (current - 1) * size;
  return { current, pages, items: items.slice(start, start + size) };
}`,
    slips: [
      ['method', 'Math.ceil', 'Math.floor'],
      ['arithmetic', '(current - 1)', '(current + 1)'],
      ['constant', 'Math.max(page, 1)', 'Math.max(page, 2)'],
      ['variable', '- 1) * size', '- 1) * page'],
    ],
    visible: ['[1, 2, 3, 4, 5], 1, 2', '[1, 2, 3, 4, 5], 3, 2', '[1, 2, 3], 9, 3'],
    hidden: ['[1, 2, 3, 4], 0, 3', '[1, 2, 3, 4, 5, 6, 7], 2, 3'],
  },
  {
    name: 'shorten',
    source: `function shorten(text, limit) {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 1) / 2);
  return text.slice(0, half) + '…' + text.slice(text.length - half);
}`,
    slips: [
      ['comparison', 'text.length <= limit', 'text.length >= limit'],
      ['variable', 'return text;', 'return limit;'],
      ['arithmetic', 'text.length - half', 'text.length + half'],
    ],
    visible: [`'abcdefghij', 5`, `'abc', 5`],
    hidden: [`'abcde', 5`, `'abcdefghijkl', 8`, `'ab', 1`],
  },
  {
    name: 'toKebab',
    source: `const toKebab = (name) => {
  let out = '';
  for (const letter of name) {
    const lower = letter.toLowerCase();
    if (letter !== lower && out !== '') out += '-';
    out += lower;
  }
  return out;
};`,
    slips: [
      ['method', 'toLowerCase', 'toUpperCase'],
      ['logic', '&& out', '|| out'],
      ['variable', 'out += lower', 'out += letter'],
      ['comparison', 'letter !== lower', 'letter === lower'],
    ],
    visible: [`'fooBarBaz'`, `'Plain'`, `'x'`],
    hidden: [`''`, `'aB'`, `'someXmlText'`],
  },
  {
    name: 'histogram',
    source: `function histogram(values, width) {
  const bins = {};
  for (const value of values) {
    const bin = Math.floor(value / width) * width;
    bins[bin] = (bins[bin] || 0) + 1;
  }
  return bins;
}`,
    slips: [
      ['logic', 'bins[bin] || 0', 'bins[bin] && 0'],
      ['variable', 'Math.floor(value / width)', 'Math.floor(value / value)'],
      ['method', 'Math.floor', 'Math.ceil'],
      ['arithmetic', '|| 0) + 1', '|| 0) - 1'],
    ],
    visible: ['[1, 2, 11, 12, 13], 10', '[], 5', '[5, 7], 5'],
    hidden: ['[0, 99, 50], 50', '[3, 3, 3], 1'],
  },
  {
    name: 'lcm',
    source: `function lcm(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) {
    [x, y] = [y, x % y];
  }
  return (a / x) * b;
}`,
    slips: [
      ['comparison', 'y !== 0', 'y === 0'],
      ['arithmetic', 'x % y', 'x - y'],
      ['variable', '(a / x)', '(a / y)'],
      ['swapped', '[y, x % y]', '[x % y, y]'],
    ],
    visible: ['4, 6', '3, 5', '7, 7'],
    hidden: ['12, 18', '1, 9', '21, 6'],
  },
  {
    name: 'primeFactors',
    source: `function primeFactors(number) {
  const factors = [];
  let rest = number;
  for (let divisor = 2; divisor * divisor <= rest; divisor++) {
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}`,
    slips: [
      ['bound', 'divisor * divisor <= rest', 'divisor * divisor < rest'],
      ['initial', 'let divisor = 2', 'let divisor = 3'],
      ['variable', 'if (rest > 1) factors.push(rest)', 'if (rest > 1) factors.push(number)'],
      ['comparison', 'rest > 1', 'rest < 1'],
    ],
    visible: ['12', '9', '7', '30'],
    hidden: ['1', '49', '97', '64', '90'],
  },
  {
    name: 'zipLongest',
    source: `function zipLongest(first, second, filler) {
  const length = Math.max(first.length, second.length);
  const pairs = [];
  for (let i = 0; i < length; i++) {
    pairs.push([first[i] ?? filler, second[i] ?? filler]);
  }
  return pairs;
}`,
    slips: [
      ['method', 'Math.max', 'Math.min'],
      ['bound', 'i < length', 'i <= length'],
      ['variable', 'second[i]', 'first[i]'],
      ['property', 'first.length, second.length', 'first.length, first.length'],
    ],
    visible: ['[1, 2, 3], [4], 0', '[], [5, 6], 9', `[1], [2], null`],
    hidden: [`['a', 'b'], ['c', 'd', 'e'], '-'`, '[], [], 0'],
  },
  {
    name: 'compareVersions',
    source: `function compareVersions(a, b) {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}`,
    slips: [
      ['variable', 'const right = b.split', 'const right = a.split'],
      ['arithmetic', '0) - (right', '0) + (right'],
      ['comparison', 'difference !== 0', 'difference === 0'],
      ['method', 'Math.max', 'Math.min'],
    ],
    visible: [`'1.2.0', '1.10.0'`, `'2.0', '2.0.0'`, `'3', '2.9.9'`, `'1.0', '1.0.1'`],
    hidden: [`'1.0.1', '1'`, `'0.9', '0.8.7'`],
  },
  {
    name: 'hasCycle',
    source: `function hasCycle(head) {
  let slow = head;
  let fast = head;
  while (fast && fast.next) {
    slow = slow.next;
    fast = fast.next.next;
    if (slow === fast) return true;
  }
  return false;
}`,
    slips: [
      ['comparison', 'slow === fast', 'slow !== fast'],
      ['boolean', 'return true', 'return false'],
      ['logic', 'fast && fast.next', 'fast || fast.next'],
      ['variable', 'slow = slow.next', 'slow = fast.next'],
    ],
    visible: [
      `{ next: { next: null } }`,
      `(() => { const a = { next: null }; a.next = { next: { next: a } }; return a; })()`,
      'null',
    ],
    hidden: [
      `(() => { const a = {}; a.next = a; return a; })()`,
      `{ next: { next: { next: { next: null } } } }`,
    ],
  },
  {
    name: 'treeDepth',
    source: `function treeDepth(node) {
  if (!node) return 0;
  const left = treeDepth(node.left);
  const right = treeDepth(node.right);
  return Math.max(left, right) + 1;
}`,
    slips: [
      ['property', 'treeDepth(node.right)', 'treeDepth(node.left)'],
      ['inverted', 'if (!node)', 'if (node)'],
      ['method', 'Math.max', 'Math.min'],
      ['initial', 'return 0', 'return 1'],
    ],
    visible: ['null', '{ left: { left: {} } }', '{ right: { right: {} }, left: {} }'],
    hidden: ['{}', '{ left: {}, right: { left: { right: {} } } }'],
  },
  {
    name: 'insertInto',
    source: `function insertInto(tree, value) {
  if (tree === null) return { value, left: null, right: null };
  if (value < tree.value) {
    tree.left = insertInto(tree.left, value);
  } else {
    tree.right = insertInto(tree.right, value);
  }
  return tree;
}`,
    slips: [
      ['property', 'insertInto(tree.right, value)', 'insertInto(tree.left, value)'],
      ['swapped', 'insertInto(tree.left, value)', 'insertInto(value, tree.left)'],
      ['return', 'return tree;', 'tree;'],
      ['comparison', 'value < tree.value', 'value > tree.value'],
    ],
    visible: [
      'null, 3',
      '{ value: 5, left: null, right: null }, 3',
      '{ value: 5, left: null, right: { value: 8, left: null, right: null } }, 9',
    ],
    hidden: [
      '{ value: 2, left: null, right: null }, 2',
      '{ value: 5, left: { value: 1, left: null, right: null }, right: null }, 4',
    ],
  },
  {
    name: 'normalizePath',
    source: `function normalizePath(path) {
  const kept = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return '/' + kept.join('/');
}`,
    slips: [
      ['method', 'kept.pop()', 'kept.shift()'],
      ['logic', "part === '' || part", "part === '' && part"],
      ['variable', 'kept.push(part)', 'kept.push(path)'],
      ['constant', "kept.join('/')", "kept.join('')"],
    ],
    visible: [`'/a/./b//c'`, `'/a/b/../c'`, `'/'`],
    hidden: [`'x/y/z/../..'`, `'/..'`, `'/a/b/c/d'`],
  },
  {
    name: 'changedKeys',
    source: `function changedKeys(before, after) {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [];
  for (const key of keys) {
    if (before[key] !== after[key]) changed.push(key);
  }
  return changed.sort();
}`,
    slips: [
      ['comparison', 'before[key] !== after[key]', 'before[key] === after[key]'],
      ['variable', '!== after[key]', '!== before[key]'],
      ['variable', 'changed.push(key)', 'changed.push(keys)'],
      ['variable', '...Object.keys(after)', '...Object.keys(before)'],
    ],
    visible: ['{ a: 1, b: 2 }, { a: 1, b: 3, c: 4 }', '{}, {}', '{ x: 1 }, {}'],
    hidden: ['{ p: 1, q: 1 }, { p: 1, q: 1 }', '{}, { z: 0, y: 0 }'],
  },
  {
    name: 'movingAverage',
    source: `function movingAverage(values, size) {
  const averages = [];
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    if (i >= size) sum -= values[i - size];
    if (i >= size - 1) averages.push(sum / size);
  }
  return averages;
}`,
    slips: [
      ['arithmetic', 'sum -= values', 'sum += values'],
      ['bound', 'if (i >= size) sum', 'if (i > size) sum'],
      ['arithmetic', 'sum / size', 'sum * size'],
      ['assignment', 'sum += values[i];', 'sum = values[i];'],
    ],
    visible: ['[1, 2, 3, 4, 5], 2', '[4, 4, 4], 3', '[1], 2'],
    hidden: ['[2, 4, 6, 8], 1', '[1, 2, 3, 4, 5, 6], 4', '[], 2'],
  },
  {
    name: 'columnName',
    source: `function columnName(index) {
  let name = '';
  let rest = index;
  while (rest > 0) {
    const digit = (rest - 1) % 26;
    name = String.fromCharCode(65 + digit) + name;
    rest = Math.floor((rest - digit) / 26);
  }
  return name;
}`,
    slips: [
      ['constant', '(rest - 1) % 26', '(rest - 1) % 10'],
      ['variable', 'rest = Math.floor((rest - digit)', 'rest = Math.floor((index - digit)'],
      ['arithmetic', '65 + digit', '65 - digit'],
      ['index', '(rest - 1)', '(rest + 1)'],
    ],
    visible: ['1', '26', '27', '703'],
    hidden: ['52', '53', '0', '702'],
  },
  {
    name: 'memoize',
    source: `function memoize(work) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) {
      known.set(key, work(key));
    }
    return known.get(key);
  };
}`,
    around: `UNIT
const call = (...keys) => { let calls = 0; const f = memoize((x) => { calls += 1; return x * 2; }); return [keys.map((key) => f(key)), calls]; };`,
    slips: [
      ['inverted', 'if (!known.has(key))', 'if (known.has(key))'],
      ['return', 'return known.get(key)', 'known.get(key)'],
      ['swapped', 'known.set(key, work(key))', 'known.set(work(key), key)'],
    ],
    visible: ['1, 2, 1', '5'],
    hidden: ['3, 3, 3, 4', '0, 0'],
  },
  {
    name: 'loadAll',
    source: `async function loadAll(ids, load) {
  const found = {};
  for (const id of ids) {
    const record = await load(id);
    if (record !== null) {
      found[id] = record;
    }
  }
  return found;
}`,
    slips: [
      ['await', 'await load(id)', 'load(id)'],
      ['comparison', 'record !== null', 'record === null'],
      ['variable', 'found[id] = record', 'found[id] = id'],
      ['variable', 'load(id)', 'load(ids)'],
    ],
    visible: [`[1, 2], async (id) => (id === 2 ? null : { id })`, `[], async (id) => id`],
    hidden: [`['a', 'b'], async (id) => id + '!'`, `[0], async () => null`],
  },
  {
    name: 'weightedMean',
    source: `function weightedMean(entries: { value: number; weight: number }[]): number {
  let sum = 0;
  let weights = 0;
  for (const entry of entries) {
    sum += entry.value * entry.weight;
    weights += entry.weight;
  }
  return weights === 0 ? 0 : sum / weights;
}`,
    slips: [
      ['property', 'weights += entry.weight', 'weights += entry.value'],
      ['arithmetic', 'entry.value * entry.weight', 'entry.value + entry.weight'],
      ['comparison', 'weights === 0', 'weights !== 0'],
      ['swapped', 'sum / weights', 'weights / sum'],
    ],
    visible: ['[{ value: 2, weight: 1 }, { value: 5, weight: 3 }]', '[]', '[{ value: 7, weight: 2 }]'],
    hidden: ['[{ value: 10, weight: 4 }, { value: 0, weight: 6 }]', '[{ value: 3, weight: 0 }]'],
  },
  {
    name: 'splitLine',
    source: `function splitLine(line) {
  const cells = [];
  let cell = '';
  let quoted = false;
  for (const mark of line) {
    if (mark === '"') quoted = !quoted;
    else if (mark === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += mark;
  }
  cells.push(cell);
  return cells;
}`,
    slips: [
      ['inverted', "mark === ',' && !quoted", "mark === ',' && quoted"],
      ['logic', "mark === ',' && !quoted", "mark === ',' || !quoted"],
      ['initial', 'let quoted = false', 'let quoted = true'],
      ['variable', 'return cells', 'return cell'],
    ],
    visible: [`'a,b,c'`, `'"x,y",z'`, `''`],
    hidden: [`'one'`, `'1,"2,3",4'`, `',,'`],
  },
  {
    name: 'consecutiveGroups',
    source: `function consecutiveGroups(numbers) {
  const groups = [];
  for (const number of numbers) {
    const current = groups[groups.length - 1];
    if (current && number === current[current.length - 1] + 1) {
      current.push(number);
    } else {
      groups.push([number]);
    }
  }
  return groups;
}`,
    slips: [
      ['index', 'groups[groups.length - 1]', 'groups[groups.length]'],
      ['arithmetic', '- 1] + 1)', '- 1] - 1)'],
      ['variable', 'groups.push([number])', 'groups.push([numbers])'],
      ['logic', 'current && number', 'current || number'],
    ],
    visible: ['[1, 2, 3, 7, 8]', '[5]', '[]'],
    hidden: ['[1, 3, 5]', '[10, 11, 20, 21, 22]'],
  },
  {
    name: 'maskCard',
    source: `const maskCard = (number: string, shown = 4): string => {
  const hidden = Math.max(number.length - shown, 0);
  return '*'.repeat(hidden) + number.slice(hidden);
};`,
    slips: [
      ['swapped', 'number.length - shown', 'shown - number.length'],
      ['variable', 'number.slice(hidden)', 'number.slice(shown)'],
      ['method', 'Math.max', 'Math.min'],
    ],
    visible: [`'1234567812345678'`, `'123'`, `'12345', 2`],
    hidden: [`''`, `'abcdefghij', 3`, `'99', 2`],
  },
];
