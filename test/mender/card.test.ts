import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { AGENT, makeCard } from '../../agents/mender/training/evaluation/card.ts';
import { readModelFacts } from '../../agents/mender/training/evaluation/model-facts.ts';
import { table } from '../../agents/mender/training/evaluation/table.ts';

const MEGABYTE = 2 ** 20;
const MODEL = join(AGENT, 'model.gguf');
const read = (...path: string[]) => readFileSync(join(AGENT, ...path), 'utf8');

describe('the model card', function () {
  this.timeout(60_000);

  it('says what was measured: it is made of the results and nothing else', async () => {
    const { card, curve } = await makeCard(AGENT);
    assert.equal(read('MODEL_CARD.md'), card, 'npm run train -- --stages card writes it anew');
    assert.equal(read('training', 'results', 'curve.svg'), curve);
  });

  it('has results of the model file that is shipped', () => {
    const digest = createHash('sha256').update(readFileSync(MODEL)).digest('hex');
    for (const name of readdirSync(join(AGENT, 'training', 'results'))) {
      if (!/^(?:evaluated|parity|adapter)\.json$/.test(name)) continue;
      const { model } = JSON.parse(read('training', 'results', name)) as { readonly model: string };
      assert.equal(model, digest, `${name} is of another model file: npm run train -- --from evaluate`);
    }
  });

  it('has every figure with fifty samples', () => {
    for (const set of ['unseen', 'demo', 'seen'])
      for (const line of read('training', 'results', `${set}.scored.jsonl`).trim().split('\n'))
        assert.equal((JSON.parse(line) as { readonly samples: string }).samples.length, 50, set);
  });
});

describe('the model file', () => {
  it('is a llama of 2 to 10 million parameters, F16 up to 5.5 million and Q8_0 above, at most 12 MB', async () => {
    const { architecture, parameters, bytes, weights } = await readModelFacts(MODEL);
    assert.equal(architecture, 'llama');
    assert.ok(parameters >= 2e6 && parameters <= 10e6, `${parameters} parameters`);
    assert.equal(weights, parameters <= 5.5e6 ? 'F16' : 'Q8_0');
    assert.ok(bytes <= 12 * MEGABYTE, `${bytes} bytes`);
  });

  it('and all that lies beside it have at most 16 MB', () => {
    // `.work` is what a training leaves; git and the package ignore it.
    const sizes = readdirSync(AGENT, { recursive: true, encoding: 'utf8' })
      .filter((path) => !/\.work|__pycache__|\.pytest_cache/.test(path))
      .map((path) => statSync(join(AGENT, path)))
      .map((found) => (found.isFile() ? found.size : 0));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 16 * MEGABYTE);
  });
});

describe('tables of the card', () => {
  it('are as wide as their widest cell, numbers to the right', () => {
    const expected = ['| a    |   b |', '| ---- | --: |', '| long |   1 |', '|      | 222 |'];
    assert.deepEqual(
      table(
        ['a', 'b'],
        [
          ['long', 1],
          ['', 222],
        ],
      ).split('\n'),
      expected,
    );
  });
});
