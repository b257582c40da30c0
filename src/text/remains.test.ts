import assert from 'node:assert/strict';

import fc from 'fast-check';

import { remainsOf } from './index.ts';

const base = ['a', 'b', 'c', 'd', 'e', ''].join('\n');
const resulting = ['a', 'b', 'see += 1;', 'd', 'e', ''].join('\n');
const change = { base, baseStart: 2, baseLines: 1, resulting };

describe('what is left of an accepted change', () => {
  const cases: readonly [string, string, string][] = [
    ['kept', 'an untouched text', resulting],
    ['kept', 'lines added before and after', `new\n${resulting}more\n`],
    ['kept', 'other line ends', resulting.replaceAll('\n', '\r\n')],
    ['changed', 'a word changed in it', resulting.replace('see += 1', 'see += 2')],
    ['changed', 'a line added to it', resulting.replace('see += 1;', 'see += 1;\nsee -= 2;')],
    ['reverted', 'the old line back in its place', base],
    ['gone', 'its line deleted', resulting.replace('see += 1;\n', '')],
    ['gone', 'other lines in its place', resulting.replace('see += 1;', 'function quite(other) {}')],
    ['gone', 'an empty file', ''],
  ];
  for (const [expected, title, now] of cases) {
    it(`is ${expected} with ${title}`, () => assert.equal(remainsOf(change, now), expected));
  }

  it('follows an insertion and a deletion', () => {
    const inserted = { base: 'a\nb\n', baseStart: 1, baseLines: 0, resulting: 'a\nx = 1\nb\n' };
    assert.equal(remainsOf(inserted, 'a\nx = 1\nb\nc\n'), 'kept');
    assert.equal(remainsOf(inserted, 'a\nb\nc\n'), 'reverted');
    const deleted = { base: 'a\nx = 1\nb\n', baseStart: 1, baseLines: 1, resulting: 'a\nb\n' };
    assert.equal(remainsOf(deleted, 'a\nb\nc\n'), 'kept');
    assert.equal(remainsOf(deleted, 'a\nx = 1\nb\nc\n'), 'reverted');
  });

  it('is kept whatever is added around it, and counts what the person typed inside as its own', () => {
    const word = fc.stringMatching(/^[g-z]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (before, after) => {
        const now = [...before, ...resulting.split('\n').slice(0, -1), ...after].join('\n');
        assert.equal(remainsOf(change, now), 'kept');
      }),
    );
    const edited = { ...change, resulting: resulting.replace('see += 1;', 'see += 1;\nalso();') };
    assert.equal(remainsOf(edited, edited.resulting), 'kept');
  });
});
