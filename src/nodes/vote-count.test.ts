import assert from 'node:assert/strict';

import fc from 'fast-check';

import { verdictOf, type Choice } from './vote-count.ts';

const ballots = fc
  .record({
    choices: fc.array(fc.constantFrom<Choice>('a', 'b', 'c', undefined), { minLength: 1, maxLength: 12 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ choices, share }) => ({ choices, agree: 1 + Math.floor(share * (choices.length - 1)) }));

describe('a vote', () => {
  it('says, once it says anything, what drawing all samples would have said', () => {
    fc.assert(
      fc.property(ballots, ({ choices, agree }) => {
        const n = choices.length;
        const last = verdictOf(choices, n, agree);
        assert.notEqual(last.kind, 'open');
        for (let drawn = 0; drawn < n; drawn += 1) {
          const early = verdictOf(choices.slice(0, drawn), n, agree);
          if (early.kind === 'open') continue;
          assert.equal(early.kind, last.kind);
          if (early.kind === 'agreed' && last.kind === 'agreed') assert.equal(early.choice, last.choice);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('goes on only while some rest of the samples would change the result', () => {
    fc.assert(
      fc.property(ballots, ({ choices, agree }) => {
        const drawn = choices.slice(0, -1);
        const before = verdictOf(drawn, choices.length, agree);
        if (before.kind !== 'open') return;
        const endings = ['a', 'b', 'c', 'new', undefined].map((next) => {
          const end = verdictOf([...drawn, next], choices.length, agree);
          return end.kind === 'agreed' ? end.choice : end.kind;
        });
        assert.ok(new Set(endings).size > 1, `${drawn.join()} of ${choices.length}, ${agree} must agree`);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the most common choice, the earliest of equals, and no choice that too few made', () => {
    assert.deepEqual(verdictOf(['a', 'b', 'b', 'a'], 4, 2), { kind: 'agreed', choice: 'a', votes: 2 });
    assert.deepEqual(verdictOf(['a', 'b', 'b'], 3, 2), { kind: 'agreed', choice: 'b', votes: 2 });
    assert.deepEqual(verdictOf(['a', 'b', 'c'], 3, 2), { kind: 'split', votes: 1 });
    assert.deepEqual(verdictOf([undefined, undefined], 2, 1), { kind: 'split', votes: 0 });
  });

  it('stops at the sixth of nine equal samples, and at the fourth that leaves no six', () => {
    assert.equal(verdictOf(['a', 'a', 'a', 'a', 'a'], 9, 6).kind, 'open');
    assert.deepEqual(verdictOf(['a', 'a', 'a', 'a', 'a', 'a'], 9, 6), {
      kind: 'agreed',
      choice: 'a',
      votes: 6,
    });
    assert.equal(verdictOf(['a', 'b', 'c', 'd'], 9, 6).kind, 'open');
    assert.equal(verdictOf(['a', 'b', 'c', 'd', 'e'], 9, 6).kind, 'split');
  });
});
