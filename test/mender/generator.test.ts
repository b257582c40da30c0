import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { asLines, unseenItems } from '../../agents/mender/training/evaluation/freeze.ts';
import type { Item } from '../../agents/mender/training/evaluation/item.ts';
import { createJudge } from '../../agents/mender/training/evaluation/score.ts';
import { callable, outcomesOf } from '../../agents/mender/training/generator/execute.ts';
import { createRandom } from '../../agents/mender/training/generator/random.ts';
import type { Sample } from '../../agents/mender/training/generator/sample.ts';
import { allShapes, nextSample } from '../../agents/mender/training/generator/shapes/index.ts';
import { applyAnswer } from '../../agents/mender/training/generator/units.ts';

const EVALUATION = new URL('../../agents/mender/training/evaluation/', import.meta.url);

describe('samples for training', function () {
  this.timeout(60_000);
  const samples: Sample[] = [];
  before(() => {
    const random = createRandom(77);
    while (samples.length < 1500) {
      const sample = nextSample(allShapes, random, { okShare: 0.1, composed: 0.75 });
      if (sample !== undefined) samples.push(sample);
    }
  });

  it('turn the slip into the right version by their answer, and are right without one', () => {
    for (const { unit, answer, right } of samples) assert.equal(applyAnswer(unit, answer), right);
  });

  it('have a test that passes on the right version and fails on the slip, in a plain runtime', () => {
    // Each run is a new context, so a part stands for all; what a name holds is the same in both ways of running.
    const slipped = samples.filter(({ kind, head }) => kind !== 'none' && head !== 'method').slice(0, 120);
    for (const { unit, right, name, calls } of slipped) {
      const [as, is] = [right, unit].map((source) =>
        outcomesOf(callable(source, undefined, name), calls.slice(0, 2)),
      );
      assert.notEqual(as, undefined, right);
      assert.notDeepEqual(is, as, unit);
    }
  });

  it('have at least 12 classes of slips, and never the one that is left out for the adapter', () => {
    const kinds = new Set(samples.map(({ kind }) => kind));
    assert.ok(kinds.size >= 13, [...kinds].join(' '));
    assert.ok(!kinds.has('assignment'));
  });

  it('come out the same from the same seed', () => {
    const draw = () => {
      const random = createRandom(5);
      return Array.from({ length: 60 }, () => nextSample(allShapes, random, { okShare: 0.1, composed: 0.5 }));
    };
    assert.deepEqual(draw(), draw());
  });
});

describe('the evaluation sets', function () {
  this.timeout(120_000);
  const read = (name: string) =>
    readFileSync(new URL(name, EVALUATION), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);

  const outcomes = ({ around, name, visible }: Item, unit: string) =>
    outcomesOf(callable(unit, around, name), visible);

  it('are the written functions, unchanged since they were frozen', () => {
    assert.equal(readFileSync(new URL('unseen.jsonl', EVALUATION), 'utf8'), asLines(unseenItems()));
    assert.ok(new Set(unseenItems().map(({ name }) => name)).size >= 40);
  });

  for (const set of ['unseen', 'demo', 'seen']) {
    it(`hold only slips that a visible test shows and that the answer mends: ${set}`, () => {
      for (const item of read(`${set}.jsonl`)) {
        const judge = createJudge(item);
        assert.equal(judge(item.answer), item.slip === null ? 'O' : 'R', item.id);
        const visible = item.visible.length > 0 && item.slip !== null;
        if (visible) assert.notDeepEqual(outcomes(item, item.unit), outcomes(item, item.right), item.id);
      }
    });
  }
});
