/**
 * Writes samples as JSON lines: `node main.ts --count 50000 --seed 1 --out train.jsonl [--ok 0.1]
 * [--kinds assignment] [--calls] [--themes array,text] [--composed 0.7] [--own 0.2]`. The same seed gives the same file.
 */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createRandom } from './random.ts';
import { keptOutShapes } from './kept-out.ts';
import { ownFunctions } from './own.ts';
import type { Sample } from './sample.ts';
import { allShapes, nextSample } from './shapes/index.ts';
import { numbered } from './units.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: '/dev/stdout' },
    ok: { type: 'string', default: '0.1' },
    kinds: { type: 'string' },
    themes: { type: 'string' },
    composed: { type: 'string', default: '0.7' },
    own: { type: 'string', default: '0' },
    calls: { type: 'boolean', default: false },
    'max-lines': { type: 'string', default: '16' },
  },
});

const random = createRandom(Number(values.seed));
const themes = values.themes?.split(',');
const shapes = allShapes.filter(
  ({ id }) => themes === undefined || themes.some((theme) => id.startsWith(theme)),
);
const ownShare = Number(values.own);
const options = {
  okShare: Number(values.ok),
  composed: Number(values.composed),
  ...(ownShare > 0 ? { own: { share: ownShare, functions: ownFunctions() } } : {}),
  ...(values.kinds === undefined ? {} : { kinds: values.kinds.split(',') }),
};
const out = createWriteStream(values.out);
const keptOut = keptOutShapes();
const maxLines = Number(values['max-lines']);
for (let made = 0; made < Number(values.count);) {
  const sample = nextSample(shapes, random, options, keptOut);
  if (sample === undefined || sample.unit.split('\n').length > maxLines || sample.unit.length > 700) continue;
  made += 1;
  if (!out.write(`${JSON.stringify(record(sample))}\n`)) await once(out, 'drain');
}
out.end();

/** The record that training reads; with `--calls` also what an evaluation needs to run the sample. */
function record(sample: Sample): object {
  const base = {
    prompt: numbered(sample.unit),
    answer: sample.answer,
    slip: sample.kind === 'none' ? null : sample.kind,
    shape: sample.shape,
    origin: sample.shape.split('-')[0],
  };
  return values.calls
    ? {
        ...base,
        name: sample.name,
        unit: sample.unit,
        right: sample.right,
        calls: sample.calls,
        head: sample.head,
        onObject: sample.onObject,
      }
    : base;
}
