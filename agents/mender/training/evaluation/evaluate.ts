/**
 * Measures a model file with the runtime of the embedded server, as it is served: `node evaluate.ts --model ../../model.gguf`.
 * Writes `{unseen,demo,seen}.scored.jsonl` and, saying of which model file they are, `evaluated.json` into the folder of
 * results; `card.ts` makes the card of them.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { drawAnswers } from './draw.ts';
import type { Item } from './item.ts';
import { readJsonLines } from './read.ts';
import { scoreItem } from './score.ts';
import { agentSampling } from './served.ts';

// A promise that a judged function forgets about may fail with nobody listening.
process.on('unhandledRejection', () => {});

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    samples: { type: 'string', default: '50' },
    sets: { type: 'string', default: 'unseen,demo,seen' },
    limit: { type: 'string' },
    results: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) },
  },
});
if (values.model === undefined) throw new Error('--model is needed');
const samples = Number(values.samples);
mkdirSync(values.results, { recursive: true });
for (const set of values.sets.split(',')) {
  const all = readJsonLines<Item>(new URL(`${set}.jsonl`, import.meta.url));
  // A part of a set has functions with a slip and without: they stand together, the right one last or second.
  const items = values.limit === undefined ? all : all.slice(0, Number(values.limit));
  const startMs = performance.now();
  const answers = await drawAnswers(values.model, items, samples, agentSampling(), (done) => {
    if (done % 20 === 0 || done === items.length)
      process.stdout.write(`${set}: ${done} of ${items.length} asked\n`);
  });
  const scored = items.map((item, i) => {
    const found = answers[i];
    if (found === undefined) throw new Error(`no answer for ${item.id}`);
    return `${JSON.stringify(scoreItem(item, found))}\n`;
  });
  writeFileSync(join(values.results, `${set}.scored.jsonl`), scored.join(''));
  process.stdout.write(`${set}: judged, ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
}
const model = createHash('sha256').update(readFileSync(values.model)).digest('hex');
writeFileSync(join(values.results, 'evaluated.json'), `${JSON.stringify({ model, samples })}\n`);
