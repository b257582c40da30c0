import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { asLines, generatedItem, unseenItems } from '../../agents/mender/training/evaluation/freeze.ts';
import type { Item } from '../../agents/mender/training/evaluation/item.ts';
import { createJudge } from '../../agents/mender/training/evaluation/score.ts';
import { callable, outcomesOf } from '../../agents/mender/training/generator/execute.ts';
import { ownFunctions, ownSample } from '../../agents/mender/training/generator/own.ts';
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

  it('have methods that read and change their object, and calls on an object that show the slip', () => {
    const methods = samples.filter(({ onObject }) => onObject);
    assert.ok(methods.length > samples.length / 10, `${methods.length} of ${samples.length}`);
    assert.ok(methods.some(({ right }) => /\bthis\.\w+ [-+]?= /.test(right)));
    assert.ok(new Set(methods.map(({ kind }) => kind)).size >= 12);
    const slipped = methods.filter(({ kind, calls }) => kind !== 'none' && calls.length > 3).slice(0, 40);
    for (const [i, sample] of slipped.entries()) {
      const item = generatedItem(sample, `method-${i + 1}`);
      const judge = createJudge(item);
      assert.equal(judge(sample.answer), 'R', sample.right);
      const [as, is] = [item.right, item.unit].map((unit) =>
        outcomesOf(callable(unit, item.around, item.name), item.visible),
      );
      assert.notDeepEqual(is, as, sample.unit);
    }
  });

  it('are of the product’s own functions only where asked for, and then mend the slip by their answer too', () => {
    assert.ok(samples.every(({ shape }) => shape !== 'own'));
    const random = createRandom(11);
    const functions = ownFunctions();
    assert.ok(functions.length > 1000, `${functions.length} functions`);
    const own = Array.from({ length: 300 }, () =>
      ownSample(random.pick(functions), random, { okShare: 0.1 }),
    ).filter((sample) => sample !== undefined);
    assert.ok(own.length > 100, `${own.length} samples`);
    assert.ok(new Set(own.map(({ kind }) => kind)).size >= 12);
    for (const { unit, answer, right } of own) assert.equal(applyAnswer(unit, answer), right);
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
