/**
 * Writes the fixed evaluation sets as JSON lines into this folder: `unseen.jsonl` (written functions), `demo.jsonl` (the demo
 * project), and with `--seen` `seen.jsonl` (the generator's written shapes with names of their own; it was frozen before
 * training and the generator has grown since), each with slips and without.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../generator/random.ts';
import { makeSample, type Sample } from '../generator/sample.ts';
import { allShapes } from '../generator/shapes/index.ts';
import { answerFor, numbered } from '../generator/units.ts';
import { demoItems } from './demo.ts';
import type { Item } from './item.ts';
import { unseenShapes, type WrittenShape } from './unseen.ts';

/** Items of the written functions: one for each slip, and one without a slip. */
export function unseenItems(): Item[] {
  return unseenShapes.flatMap((shape) => [
    ...shape.slips.map(([slip, right, wrong], i) =>
      written(shape, `${shape.name}-${i + 1}`, slip, replaceOnce(shape, right, wrong)),
    ),
    written(shape, `${shape.name}-ok`, null, shape.source),
  ]);
}

function replaceOnce(shape: WrittenShape, right: string, wrong: string): string {
  const pieces = shape.source.split(right);
  if (pieces.length !== 2) throw new Error(`${shape.name}: "${right}" occurs ${pieces.length - 1} times`);
  return pieces.join(wrong);
}

function written(shape: WrittenShape, id: string, slip: string | null, unit: string): Item {
  const answer = answerFor(unit, shape.source);
  if (answer === undefined) throw new Error(`${id}: a slip keeps the number of lines`);
  const around = shape.around === undefined ? {} : { around: shape.around };
  return {
    id,
    set: 'unseen',
    slip,
    prompt: numbered(unit),
    answer,
    unit,
    right: shape.source,
    name: shape.name.split('.').at(-1) ?? '',
    ...around,
    visible: shape.visible,
    hidden: shape.hidden,
  };
}

/** Items of shapes the training saw, with names, literals and style drawn from a seed that training never uses. */
export function seenItems(count: number): Item[] {
  const random = createRandom(990_001);
  const items: Item[] = [];
  while (items.length < count) {
    const sample = makeSample(random.pick(allShapes), random, { okShare: 0.2 });
    if (sample === undefined || sample.unit.split('\n').length > 16 || sample.calls.length < 4) continue;
    items.push(generatedItem(sample, `seen-${items.length + 1}`));
  }
  return items;
}

/** A sample of the generator as an item: three of its calls are visible, the rest held out. */
export function generatedItem(sample: Sample, id: string): Item {
  const around =
    sample.head === 'method' ? { around: `const holder = {\nUNIT\n};\nconst call = ${callOf(sample)};` } : {};
  return {
    id,
    set: 'seen',
    slip: sample.kind === 'none' ? null : sample.kind,
    prompt: numbered(sample.unit),
    answer: sample.answer,
    unit: sample.unit,
    right: sample.right,
    name: sample.name,
    ...around,
    visible: sample.calls.slice(0, 3),
    hidden: sample.calls.slice(3),
  };
}

function callOf({ name, onObject }: Sample): string {
  return onObject
    ? `(self, ...args) => holder.${name}.call(self, ...args)`
    : `(...args) => holder.${name}(...args)`;
}

/** The text of a file of items. */
export const asLines = (items: readonly Item[]): string =>
  items.map((item) => `${JSON.stringify(item)}\n`).join('');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL('.', import.meta.url);
  writeFileSync(new URL('unseen.jsonl', folder), asLines(unseenItems()));
  writeFileSync(new URL('demo.jsonl', folder), asLines(demoItems()));
  if (process.argv.includes('--seen')) writeFileSync(new URL('seen.jsonl', folder), asLines(seenItems(150)));
}
