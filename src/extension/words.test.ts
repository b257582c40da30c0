import assert from 'node:assert/strict';

import { shorten } from './words.ts';

describe('a text in a message', () => {
  it('stays as it is where it fits, on one line', () => {
    assert.equal(shorten('It failed:\n  not found'), 'It failed: not found');
  });

  it('is cut at a word, or anywhere where there is none', () => {
    assert.equal(shorten('one two three', 9), 'one two …');
    assert.equal(shorten('abcdefghij', 4), 'abcd …');
  });
});
