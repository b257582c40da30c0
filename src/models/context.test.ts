import assert from 'node:assert/strict';

import fc from 'fast-check';

import { bucketAbove, bucketFor, CONTEXT_BUCKETS, promptTextOf, TokenEstimates, wasCut } from './context.ts';

const words = (count: number) => 'some words of a prompt '.repeat(count);
const user = (content: string) => promptTextOf([{ role: 'user', content }]);

describe('the budget of a context', () => {
  it('gives one of few sizes, large enough if the model has it', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.integer({ min: 512, max: 200_000 }), (tokens, most) => {
        const size = bucketFor(tokens, most);
        assert.ok(size <= most);
        assert.ok(size === most || (CONTEXT_BUCKETS.includes(size) && size >= tokens));
        const above = bucketAbove(size, most);
        assert.ok(above === undefined ? size === most : above > size && above <= most);
      }),
    );
  });

  it('reserves what the densest prompt of a model needed, and more after one that did not fit', () => {
    const estimates = new TokenEstimates();
    assert.ok(estimates.toReserve('m', 1000) >= 500);
    estimates.learn('m', user(words(20)), 100);
    const learned = estimates.toReserve('m', 1000);
    assert.ok(learned >= (100 / words(20).length) * 1000);
    estimates.learnTooLong('m', user('x'.repeat(1000)), 2048);
    assert.ok(estimates.toReserve('m', 1000) > 2048);
    assert.equal(estimates.toReserve('other', 1000), new TokenEstimates().toReserve('other', 1000));
  });

  it('knows the marks of a cut prompt', () => {
    const estimates = new TokenEstimates();
    for (const count of [20, 21, 22, 23]) estimates.learn('m', user(words(count)), count * 5);
    const long = { text: user(words(800)), digest: 'm', numCtx: 2048 };
    for (const count of [2048, 1024, 1026, 300]) assert.ok(wasCut(long, count, estimates), `${count}`);
    assert.ok(wasCut(long, undefined, estimates));
    const short = { text: user('hello'), digest: 'm', numCtx: 2048 };
    for (const count of [undefined, 3, 40]) assert.equal(wasCut(short, count, estimates), false, `${count}`);
    const whole = { text: user(words(300)), digest: 'm', numCtx: 2048 };
    assert.equal(wasCut(whole, 1500, estimates), false);
  });

  it('never takes a prompt for cut whose tokens are what they were before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 350 }),
        fc.integer({ min: 2, max: 6 }),
        (count, charsPerToken) => {
          const estimates = new TokenEstimates();
          const tokens = (times: number) => Math.ceil(words(times).length / charsPerToken) + 8;
          for (const times of [10, 12, 14, 16]) estimates.learn('m', user(words(times)), tokens(times));
          const prompt = { text: user(words(count)), digest: 'm', numCtx: 8192 };
          assert.equal(wasCut(prompt, tokens(count), estimates), false);
        },
      ),
    );
  });
});
