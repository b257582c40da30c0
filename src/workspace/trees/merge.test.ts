import assert from 'node:assert/strict';

import fc from 'fast-check';

import { mergeBytes } from './merge.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'x\r'), { maxLength: 10 });

describe('merging bytes', () => {
  it('joins changes that leave a line between them', () => {
    assert.deepEqual(mergeBytes(bytes('a\nb\nc'), bytes('A\nb\nc'), bytes('a\nb\nC\n')), bytes('A\nb\nC\n'));
  });
  it('refuses different changes of one line, and of neighbours', () => {
    assert.equal(mergeBytes(bytes('a\nb\n'), bytes('x\nb\n'), bytes('y\nb\n')), undefined);
    assert.equal(mergeBytes(bytes('a\nb\n'), bytes('x\nb\n'), bytes('a\ny\n')), undefined);
  });
  it('refuses what is not text', () => {
    assert.equal(mergeBytes(bytes('a\0b\nc\nd'), bytes('a\0b\nc\nD'), bytes('A\0b\nc\nd')), undefined);
  });
  it('gives back the only change, and is symmetric, for all texts', () => {
    fc.assert(
      fc.property(lines, lines, lines, (base, ours, theirs) => {
        const [b, o, t] = [base, ours, theirs].map((all) => bytes(all.join('\n')));
        assert.ok(b && o && t);
        assert.deepEqual(mergeBytes(b, o, b), o);
        assert.deepEqual(mergeBytes(b, b, t), t);
        assert.deepEqual(mergeBytes(b, o, t), mergeBytes(b, t, o));
      }),
      { numRuns: 2000 },
    );
  });
});
