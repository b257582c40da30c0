import assert from 'node:assert/strict';

import { ParallelEstimate } from './parallel.ts';

describe('the estimate of how much a server does at once', () => {
  /** Waves of as many calls as the estimate allows, on a server that works on `real` at once. */
  const observe = (estimate: ParallelEstimate, real: number, waves: number) => {
    for (let wave = 0; wave < waves; wave++) {
      const calls = Array.from({ length: estimate.limit }, (_, at) => {
        const startMs = wave * 10_000 + Math.floor(at / real) * 100;
        return { firstTokenMs: startMs + 1, endedMs: startMs + 100 };
      });
      for (const call of calls)
        estimate.observe(
          call,
          calls.filter((each) => each !== call),
        );
    }
  };

  for (const real of [1, 2, 4]) {
    it(`finds ${real}, whatever it starts with`, () => {
      const estimate = new ParallelEstimate();
      observe(estimate, real, 30);
      assert.equal(estimate.proven, real);
      assert.ok(estimate.limit <= real + 1);
    });
  }

  it('tries again after a while, for a server can be changed', () => {
    const estimate = new ParallelEstimate();
    observe(estimate, 1, 30);
    observe(estimate, 3, 400);
    assert.equal(estimate.proven, 3);
  });
});
