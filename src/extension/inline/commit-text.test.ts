import assert from 'node:assert/strict';

import { bringIn, followEdits, reviewedText, withEnds } from '../../text/index.ts';
import { hunksInCommit } from './commit-text.ts';

const base = 'one\nreturn first(list);\nthree\nfour\n';
const proposed = base.replace('first(list)', 'first(list, 0)');
const { state } = bringIn(reviewedText(base), {
  owner: 'p',
  base,
  hunks: [{ id: 'p.1', start: 4, end: 24, added: 'return first(list, 0);\n' }],
});

describe('the hunks that a commit holds', () => {
  it('are those whose text is in it, whatever else is', () => {
    assert.deepEqual(hunksInCommit(state, proposed), ['p.1']);
    assert.deepEqual(hunksInCommit(state, `zero\n${proposed.replace('four', 'five')}`), ['p.1']);
    assert.deepEqual(hunksInCommit(state, withEnds(proposed, '\r\n')), ['p.1']);
    assert.deepEqual(hunksInCommit(state, base), []);
    assert.deepEqual(hunksInCommit(state, 'something else\n'), []);
  });

  it('with what the person typed inside, or as they were proposed', () => {
    const at = proposed.indexOf(', 0');
    const typed = followEdits(state, [{ start: at, end: at + 3, text: ', 1' }]).state;
    assert.deepEqual(hunksInCommit(typed, typed.text), ['p.1']);
    assert.deepEqual(hunksInCommit(typed, proposed), ['p.1']);
  });

  it('are none where the file was otherwise before it was proposed for', () => {
    assert.deepEqual(hunksInCommit(state, base.replace('first(list)', 'last(list)')), []);
    assert.deepEqual(hunksInCommit(state, base.replace('first(list);', 'first(list, 0, 1);')), []);
  });
});
