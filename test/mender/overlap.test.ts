import assert from 'node:assert/strict';

import { unseenItems } from '../../agents/mender/training/evaluation/freeze.ts';
import { composedShape } from '../../agents/mender/training/generator/grammar/index.ts';
import { functionsOf, keptOutShapes } from '../../agents/mender/training/generator/kept-out.ts';
import { normalisedShape } from '../../agents/mender/training/generator/normalise.ts';
import { createRandom } from '../../agents/mender/training/generator/random.ts';
import { makeSample, type Shape, sourceOf } from '../../agents/mender/training/generator/sample.ts';
import { allShapes, nextSample } from '../../agents/mender/training/generator/shapes/index.ts';

const keptOut = keptOutShapes();

describe('what the specialist was trained on', () => {
  it('has none of the evaluation functions and none of the demo project among the written shapes', () => {
    const common = allShapes
      .map((shape) => [shape.id, keptOut.get(normalisedShape(sourceOf(shape)))] as const)
      .filter(([, found]) => found !== undefined);
    assert.deepEqual(common, []);
  });

  it('has none of them among what the grammar composes, because they are refused', () => {
    const random = createRandom(20_261);
    for (let made = 0; made < 1500;) {
      const sample = nextSample(allShapes, random, { okShare: 0.1, composed: 0.8 }, keptOut);
      if (sample === undefined) continue;
      made += 1;
      const found = keptOut.get(normalisedShape(sample.right));
      assert.equal(found, undefined, `${sample.shape} made ${found}`);
    }
  });

  it('refuses a shape that is one of them under other names', () => {
    // The demo project's `invert` and an evaluation function, as a written shape would have them.
    const shapes: Shape[] = [
      {
        id: 'copy-1',
        names: ['flip'],
        signature: 'table:map : Map<number, string>',
        body: 'const out = new Map(); for (const [a, b] of table) out.set(b, a); return out;',
      },
      {
        id: 'copy-2',
        names: ['leap'],
        signature: 'n:big : boolean',
        body: 'if (n % 8 === 0) return true; if (n % 3 === 0) { return false; } return n % 5 === 0;',
      },
    ];
    const random = createRandom(1);
    for (const shape of shapes) {
      assert.notEqual(keptOut.get(normalisedShape(sourceOf(shape))), undefined, shape.id);
      const alone = Array.from({ length: 40 }, () => makeSample(shape, random, { okShare: 0 }));
      assert.ok(
        alone.some((sample) => sample !== undefined),
        `${shape.id} makes samples`,
      );
      const refused = Array.from({ length: 40 }, () =>
        nextSample([shape], random, { okShare: 0, composed: 0 }, keptOut),
      );
      assert.ok(
        refused.every((sample) => sample === undefined),
        `${shape.id} is refused`,
      );
    }
  });

  it('knows every function of both sets', () => {
    for (const { right, name } of unseenItems()) assert.ok(keptOut.has(normalisedShape(right)), name);
    assert.ok([...keptOut.values()].filter((origin) => origin.startsWith('demo')).length >= 20);
    assert.equal(functionsOf('class A { one() { return 1; } }\nfunction two() { return 2; }').length, 2);
  });
});

describe('shapes of functions', () => {
  const same = (a: string, b: string) => assert.equal(normalisedShape(a), normalisedShape(b));
  const different = (a: string, b: string) => assert.notEqual(normalisedShape(a), normalisedShape(b));

  it('are the same under other names, literals, types, heads and braces', () => {
    same(
      'function f(a) { let n = 0; for (const x of a) { if (x > 3) n++; } return n; }',
      'export const g = (rows: number[]): number => { let k = 5; for (const r of rows) if (9 < r) k += 1; return k; };',
    );
    same('const f = (a) => a * 2;', 'function g(b) { return b * 7; }');
  });

  it('differ by operators, order and statements', () => {
    different('function f(a) { return a + 1; }', 'function f(a) { return a - 1; }');
    different('function f(a) { return a < 1; }', 'function f(a) { return a <= 1; }');
    different('function f(a) { a.x(); return a; }', 'function f(a) { return a; }');
    different('async function f(a) { return a; }', 'function f(a) { return a; }');
  });

  it('are many: 150 written ones and more, and new ones from the grammar', () => {
    const written = new Set(allShapes.map((shape) => normalisedShape(sourceOf(shape))));
    assert.ok(new Set(allShapes.map(({ id }) => id)).size >= 150);
    assert.ok(written.size >= 400, `${written.size} ways of writing`);
    const random = createRandom(4);
    const composed = Array.from({ length: 2000 }, () => normalisedShape(sourceOf(composedShape(random))));
    assert.ok(new Set(composed).size >= 1200, `${new Set(composed).size} composed`);
    assert.ok(composed.filter((shape) => written.has(shape)).length < 600);
  });
});
