import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { drawAnswers } from '../../agents/mender/training/evaluation/draw.ts';
import type { Item } from '../../agents/mender/training/evaluation/item.ts';
import { agentSampling, askServed, withServed } from '../../agents/mender/training/evaluation/served.ts';
import { type Chances, drawTogether, END } from '../../agents/mender/training/evaluation/tree.ts';
import { createRandom } from '../../agents/mender/training/generator/random.ts';

/** The largest distance of two shares of `each` draws that chance explains: 3.3 standard errors. */
const apart = (share: number, each: number) => 3.3 * Math.sqrt((2 * share * (1 - share)) / each);

describe('answers drawn together', () => {
  /** A language of two words: `1` is likelier first, then the two take turns or the answer ends. */
  const chancesAfter = (path: readonly number[]): Chances =>
    path.length === 0
      ? [
          [1, 0.7],
          [2, 0.3],
        ]
      : [
          [END, 0.5],
          [path.at(-1) === 1 ? 2 : 1, 0.4],
          [path.at(-1) ?? 1, 0.1],
        ];
  const draw = async (count: number, longest: number) => {
    const read: string[] = [];
    let path: number[] = [];
    const place = {
      next: (depth: number, token: number | undefined) => {
        path = token === undefined ? [] : [...path.slice(0, depth), token];
        read.push(path.join(' '));
        return Promise.resolve(chancesAfter(path));
      },
    };
    const randoms = Array.from({ length: count }, (_, i) => {
      const random = createRandom(i + 1);
      return () => random.next();
    });
    const { greedy, samples } = await drawTogether(place, randoms, longest);
    return { read, greedy, samples: samples.map((sample) => sample.join(' ')) };
  };

  it('are as likely as each would be alone', async () => {
    const { samples } = await draw(4000, 10);
    const expected = { '1': 0.35, '2': 0.15, '1 2': 0.14, '1 1': 0.035, '1 2 1': 0.056, '2 2 2': 0.0015 };
    for (const [answer, chance] of Object.entries(expected)) {
      const share = samples.filter((sample) => sample === answer).length / samples.length;
      const error = Math.sqrt((chance * (1 - chance)) / samples.length);
      assert.ok(Math.abs(share - chance) <= 3.3 * error, `${answer}: ${share} instead of ${chance}`);
    }
  });

  it('have each beginning read once, and the greedy one is the likeliest word each time', async () => {
    const { read, greedy, samples } = await draw(200, 6);
    assert.equal(new Set(read).size, read.length);
    assert.deepEqual(greedy, [1]);
    assert.ok(samples.every((sample) => sample.split(' ').length <= 6));
    const words = samples.join(' ').split(' ').length;
    assert.ok(read.length < words / 4, `${read.length} reads for ${words} words`);
  });
});

describe('answers of the evaluation', function () {
  this.timeout(300_000);
  const model = fileURLToPath(new URL('../../agents/mender/model.gguf', import.meta.url));
  const unseen = new URL('../../agents/mender/training/evaluation/unseen.jsonl', import.meta.url);
  const items = readFileSync(unseen, 'utf8')
    .trim()
    .split('\n')
    .slice(0, 200)
    .filter((_, i) => i % 20 === 0)
    .map((line) => JSON.parse(line) as Item);

  it('are what the embedded server gives: the same greedily, and as often the same line otherwise', async () => {
    const [first] = items;
    assert.ok(first);
    const COUNT = 150;
    const [greedy, served] = await withServed(model, async (service) => [
      await askServed(service, items, 0, agentSampling()),
      await askServed(service, [first], COUNT, agentSampling()),
    ]);
    const drawn = await drawAnswers(model, items, 1, agentSampling());
    assert.deepEqual(
      drawn.map((one) => one.greedy),
      greedy.map((one) => one.greedy),
    );
    const [many] = await drawAnswers(model, [first], COUNT, agentSampling());
    const lines = (samples: readonly string[] | undefined) =>
      (samples ?? []).map((answer) => answer.split('|')[0] ?? '');
    const [theirs, ours] = [lines(served[0]?.samples), lines(many?.samples)];
    for (const line of new Set([...theirs, ...ours])) {
      const [a = 0, b = 0] = [theirs, ours].map((all) => all.filter((each) => each === line).length / COUNT);
      assert.ok(Math.abs(a - b) <= apart((a + b) / 2, COUNT), `line ${line}: ${a} served, ${b} drawn`);
    }
  });
});
