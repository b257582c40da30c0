/** Evaluation set (b): the slips of the demo project, as the product shows them, with calls of our own. */
import { readFileSync } from 'node:fs';

import { cutUnit } from '../../../../src/nodes/units/index.ts';
import { demoTruth } from '../../../../test/fixtures/demo-project.ts';
import { answerFor } from '../generator/units.ts';
import type { Item } from './item.ts';

type Calls = {
  readonly visible: readonly string[];
  readonly hidden: readonly string[];
  readonly around?: string;
};

const CALLS: Readonly<Record<string, Calls>> = {
  indexOfLargest: {
    visible: ['[3, 9, 4]', '[5, 5, 5]', '[]'],
    hidden: ['[-3, -1, -2]', '[1, 2, 3]', '[7, 2, 7]'],
  },
  neighbours: { visible: ['[1, 2, 3]', `['alone']`], hidden: ['[]', `['a', 'b', 'c', 'd']`] },
  interleave: { visible: ['[1, 2], [3, 4]', '[1], [2, 3, 4]'], hidden: ['[], [5]', '[1, 2, 3], [9]'] },
  countLetter: {
    visible: [`'banana', 'a'`, `'Anna', 'A'`, `'sky', 'e'`],
    hidden: [`'', 'x'`, `'Noon', 'n'`],
  },
  truncate: { visible: [`'abcdef', 4`, `'abc', 5`, `'abcd', 4`], hidden: [`'', 3`, `'hello world', 6`] },
  totalMinutes: {
    visible: [`['1:30', '0:45']`, '[]'],
    hidden: [`['2:00']`, `['0:05', '10:59', '1:01']`],
    around: `function parseClock(clock) { const [hours, minutes] = clock.split(':').map(Number); return { hours, minutes }; }
UNIT
const call = totalMinutes;`,
  },
  formatDuration: { visible: ['40', '60', '125'], hidden: ['0', '75', '119', '180'] },
  hourAfter: { visible: ['8, 3', '9, 6', '20, 6', '0, -1'], hidden: ['11, 1', '23, 1', '13, 0', '2, 48'] },
  clamp: {
    visible: ['5, 1, 9', '12, 1, 9', '-3, 1, 9', '1, 9, 2'],
    hidden: ['9, 9, 9', '0, -5, -1', '3, 2, 4'],
  },
  percent: { visible: ['1, 4', '0, 0', '5, 5'], hidden: ['1, 3', '2, 3', '7, 2'] },
  invert: {
    visible: [`new Map([['a', 1], ['b', 2]])`, 'new Map()'],
    hidden: [`new Map([['a', 1], ['b', 1]])`, `new Map([[1, 'x']])`],
  },
  'RecentItems.add': {
    visible: [`3, 'a', 'b', 'c'`, `2, 'a', 'b', 'c'`, `3, 'a', 'b', 'a'`],
    hidden: [`1, 'x', 'y'`, `4, 1, 2, 3, 1, 4, 5`],
    around: `class RecentItems { constructor(limit) { this.limit = limit; this.items = []; }
UNIT
}
const call = (limit, ...items) => { const recent = new RecentItems(limit); for (const item of items) recent.add(item); return recent.items; };`,
  },
  retry: {
    visible: [
      `async (n) => { if (n < 3) throw new Error('no'); return n; }, 3`,
      `async () => 'yes', 1`,
      `async () => { throw new RangeError('bad'); }, 2`,
    ],
    hidden: [
      `async (n) => { if (n < 2) throw new Error('no'); return n * 2; }, 5`,
      'async (n) => n, 2',
      `() => { throw new Error('at once'); }, 1`,
    ],
  },
};

/** One item for each slip, and one for each function as it should be. */
export function demoItems(): Item[] {
  return demoTruth().slips.flatMap(({ path, function: name, kind, line, wrong, right }) => {
    const calls = CALLS[name];
    if (calls === undefined) throw new Error(`no calls for ${name}`);
    const file = readFileSync(
      new URL(`../../../../test/fixtures/demo-project/${path}`, import.meta.url),
      'utf8',
    );
    const mended = file
      .split('\n')
      .with(line - 1, right)
      .join('\n');
    if (file.split('\n')[line - 1] !== wrong) throw new Error(`${path}:${line} is not as described`);
    const [broken, whole] = [file, mended].map((text) => cutUnit(text, path, name, 'function'));
    if (broken === undefined || whole === undefined) throw new Error(name);
    const [unit, correct] = [broken.shown.join('\n'), whole.shown.join('\n')];
    const answer = answerFor(unit, correct);
    if (answer === undefined) throw new Error(name);
    const base = { set: 'demo' as const, right: correct, name: name.split('.').at(-1) ?? '', ...calls };
    return [
      { ...base, id: `demo-${name}`, slip: kind, prompt: broken.numbered, answer, unit },
      { ...base, id: `demo-${name}-ok`, slip: null, prompt: whole.numbered, answer: 'ok', unit: correct },
    ];
  });
}
