import assert from 'node:assert/strict';

import { changesBetween } from '../index.ts';
import {
  acceptHunk,
  bringIn,
  followEdits,
  followOutside,
  hunksAt,
  leaveIn,
  originalOf,
  rejectHunk,
  reviewedText,
  takeOut,
  undoDecision,
  type Decided,
  type ReviewedText,
} from './index.ts';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\n';

/** A text with a proposal brought in: hunks `p.1`, `p.2` … in order. */
function open(before: string, after: string, state = reviewedText(before), owner = 'p') {
  const hunks = changesBetween(before, after).map(({ start, end, added }, i) => ({
    id: `${owner}.${i + 1}`,
    start,
    end,
    added,
  }));
  return bringIn(state, { owner, base: before, hunks });
}
function ok(decided: Decided): Decided & { ok: true } {
  assert.ok(decided.ok, JSON.stringify(decided));
  return decided;
}
/** Types `text` over `over`, which occurs once; an empty `over` is put at the end of `after`. */
function type(state: ReviewedText, over: string, text: string, after = '') {
  const start = over === '' ? state.text.indexOf(after) + after.length : state.text.indexOf(over);
  assert.ok(start >= 0);
  return followEdits(state, [{ start, end: start + over.length, text }]);
}
const ids = (state: ReviewedText) => state.open.map(({ id }) => id);
const ranges = (state: ReviewedText) => state.open.map(({ start, end }) => state.text.slice(start, end));

describe('open hunks', () => {
  const two = open(base, base.replace('two', 'TWO').replace('five', 'FIVE')).state;

  describe('the base is derived', () => {
    it('is the text with its open hunks reversed', () => {
      assert.equal(originalOf(two), base);
      assert.equal(two.text, base.replace('two', 'TWO').replace('five', 'FIVE'));
    });
    it('changes with typing outside of hunks', () => {
      const { state } = type(two, 'three', '3');
      assert.equal(originalOf(state), base.replace('three', '3'));
      assert.deepEqual(ranges(state), ['TWO\n', 'FIVE\n']);
    });
    it('does not change with typing strictly inside a hunk', () => {
      const { state } = type(two, '', 'x', 'TW');
      assert.equal(originalOf(state), base);
      assert.deepEqual(ranges(state), ['TWxO\n', 'FIVE\n']);
    });
  });

  describe('edits move ranges', () => {
    it('an insertion at an edge is outside', () => {
      const before = type(two, '', 'x', 'one\n').state;
      assert.equal(originalOf(before), 'one\nxtwo\nthree\nfour\nfive\nsix\n');
      const after = type(two, '', 'x', 'TWO\n').state;
      assert.equal(originalOf(after), 'one\ntwo\nxthree\nfour\nfive\nsix\n');
      assert.deepEqual(ranges(after), ['TWO\n', 'FIVE\n']);
    });
    it('an edit across an edge clips', () => {
      const { state } = followEdits(two, [{ start: 2, end: 6, text: '' }]);
      assert.equal(state.text, 'onO\nthree\nfour\nFIVE\nsix\n');
      assert.deepEqual(ranges(state), ['O\n', 'FIVE\n']);
    });
    it('a fully deleted range is withdrawn, and its hunk opens when the text comes back', () => {
      const gone = type(two, 'TWO\n', '');
      assert.deepEqual(gone.turns, [{ id: 'p.1', to: 'withdrawn' }]);
      assert.deepEqual(ids(gone.state), ['p.2']);
      const back = type(gone.state, '', 'TWO\n', 'one\n');
      assert.deepEqual(back.turns, [{ id: 'p.1', to: 'open' }]);
      assert.deepEqual(ranges(back.state), ['TWO\n', 'FIVE\n']);
      assert.equal(originalOf(back.state), base);
    });
    it('deleting letter by letter and undoing it does the same', () => {
      let state = two;
      for (let length = 4; length > 0; length -= 1)
        state = followEdits(state, [{ start: 3 + length, end: 4 + length, text: '' }]).state;
      assert.deepEqual(ids(state), ['p.2']);
      for (const [i, letter] of 'TWO\n'.split('').entries())
        state = followEdits(state, [{ start: 4 + i, end: 4 + i, text: letter }]).state;
      assert.deepEqual(ids(state), ['p.1', 'p.2']);
      assert.equal(originalOf(state), base);
    });
    it('text over the whole of a hunk belongs to it', () => {
      const { state } = type(two, 'TWO\n', 'mine\n');
      assert.deepEqual(ranges(state), ['mine\n', 'FIVE\n']);
      assert.equal(originalOf(state), base);
    });
    it('an edit that replaces more than it changes counts as what it changes', () => {
      const text = two.text.replace('three', '3');
      const { state } = followEdits(two, [{ start: 0, end: two.text.length, text }]);
      assert.deepEqual(ranges(state), ['TWO\n', 'FIVE\n']);
      assert.equal(originalOf(state), base.replace('three', '3'));
    });
    it('follows a hunk that only removes, as a point', () => {
      const removed = open(base, base.replace('two\n', '')).state;
      const { state } = type(removed, '', 'x\n', 'one\n');
      assert.equal(originalOf(state), 'one\ntwo\nx\nthree\nfour\nfive\nsix\n');
      const back = type(removed, '', 'two\n', 'one\n');
      assert.deepEqual(back.turns, [{ id: 'p.1', to: 'withdrawn' }]);
      assert.equal(originalOf(back.state), base);
    });
  });

  describe('decisions', () => {
    it('accept takes the hunk out of the set; the text is there already', () => {
      const done = ok(acceptHunk(two, 'p.1'));
      assert.deepEqual([done.to, done.edits, done.state.text], ['accepted', [], two.text]);
      assert.equal(originalOf(done.state), base.replace('two', 'TWO'));
    });
    it('accept after typing inside is accepted-edited', () => {
      assert.equal(ok(acceptHunk(type(two, '', 'x', 'TW').state, 'p.1')).to, 'accepted-edited');
    });
    it('reject puts back what was there', () => {
      const done = ok(rejectHunk(two, 'p.1'));
      assert.equal(done.state.text, base.replace('five', 'FIVE'));
      assert.deepEqual(ranges(done.state), ['FIVE\n']);
    });
    it('reject after typing inside asks on conflict and takes the answer', () => {
      const typed = type(two, '', 'x', 'TW').state;
      assert.deepEqual(rejectHunk(typed, 'p.1'), { ok: false, problem: 'conflict' });
      assert.equal(
        ok(rejectHunk(typed, 'p.1', 'two x\n')).state.text,
        base.replace('two', 'two x').replace('five', 'FIVE'),
      );
    });
    it('reject after a line inside was taken out asks too', () => {
      const added = open('a\nz\n', 'a\nb\nc\nd\ne\nz\n').state;
      const typed = type(added, 'c\n', '').state;
      assert.deepEqual(rejectHunk(typed, 'p.1'), { ok: false, problem: 'conflict' });
      assert.equal(ok(rejectHunk(typed, 'p.1', '')).state.text, 'a\nz\n');
    });
    it('can be taken back, and a reject also by undoing it in the editor', () => {
      const accepted = ok(acceptHunk(two, 'p.1')).state;
      assert.deepEqual(ids(ok(undoDecision(accepted, 'p.1')).state), ['p.1', 'p.2']);
      const rejected = ok(rejectHunk(two, 'p.1')).state;
      assert.equal(ok(undoDecision(rejected, 'p.1')).state.text, two.text);
      const undone = type(rejected, 'two', 'TWO');
      assert.deepEqual(undone.turns, [{ id: 'p.1', to: 'open' }]);
      assert.equal(originalOf(undone.state), base);
    });
    it('cannot be taken back where the place was edited', () => {
      const rejected = type(ok(rejectHunk(two, 'p.1')).state, 'two', 'tw0').state;
      assert.deepEqual(undoDecision(rejected, 'p.1'), { ok: false, problem: 'conflict' });
      const accepted = followOutside(ok(acceptHunk(two, 'p.1')).state, base).state;
      assert.deepEqual(undoDecision(accepted, 'p.1'), { ok: false, problem: 'gone' });
    });
    it('of a hunk that is not open change nothing', () => {
      assert.deepEqual(acceptHunk(two, 'p.9'), { ok: false, problem: 'not-open' });
      assert.deepEqual(rejectHunk(two, 'p.9'), { ok: false, problem: 'not-open' });
    });
    it('of two hunks that meet at a point keep their order', () => {
      const state = open('a\nb\nc\nd\n', 'b\nd\n').state;
      const met = type(state, 'b\n', '').state;
      assert.equal(originalOf(met), 'a\nc\nd\n');
      assert.equal(takeOut(met).state.text, 'a\nc\nd\n');
      assert.equal(ok(rejectHunk(ok(rejectHunk(met, 'p.2')).state, 'p.1')).state.text, 'a\nc\nd\n');
    });
  });

  describe('a line change of the editor', () => {
    const change = (modifiedStartLineNumber: number, modifiedEndLineNumber: number) => ({
      originalStartLineNumber: 1,
      originalEndLineNumber: 1,
      modifiedStartLineNumber,
      modifiedEndLineNumber,
    });
    it('decides every open hunk that it overlaps', () => {
      assert.deepEqual(hunksAt(two, change(2, 2)), ['p.1']);
      assert.deepEqual(hunksAt(two, change(3, 4)), []);
      assert.deepEqual(hunksAt(two, change(2, 5)), ['p.1', 'p.2']);
    });
    it('finds a hunk that only removes', () => {
      const removed = open(base, base.replace('two\n', '')).state;
      assert.deepEqual(hunksAt(removed, change(1, 0)), ['p.1']);
      assert.deepEqual(hunksAt(removed, change(3, 0)), []);
    });
    it('counts lines of any end, and a last line without one', () => {
      const state = open('a\r\nb\r\nc', 'a\r\nb\r\nC').state;
      assert.deepEqual(hunksAt(state, change(3, 3)), ['p.1']);
      assert.deepEqual(hunksAt(state, change(2, 2)), []);
    });
  });

  describe('text that changed outside', () => {
    it('a discard or checkout withdraws, and the way back opens again', () => {
      const gone = followOutside(two, base);
      assert.deepEqual(
        gone.turns.map(({ to }) => to),
        ['withdrawn', 'withdrawn'],
      );
      const back = followOutside(gone.state, two.text);
      assert.deepEqual(ids(back.state), ['p.1', 'p.2']);
      assert.equal(originalOf(back.state), base);
    });
    it('another version of the lines withdraws too', () => {
      const { state, turns } = followOutside(two, two.text.replace('TWO', 'else = entirely(different)'));
      assert.deepEqual([ids(state), turns], [['p.2'], [{ id: 'p.1', to: 'withdrawn' }]]);
    });
    it('a formatter breaks nothing', () => {
      const state = open('f(){\na\nb\n}\n', 'f(){\nx=g(1,2)\nb\n}\n').state;
      const formatted = followOutside(state, 'f() {\n  x = g(1, 2);\n  b;\n}\n').state;
      assert.deepEqual(ids(formatted), ['p.1']);
      assert.equal(ok(acceptHunk(formatted, 'p.1')).to, 'accepted-edited');
    });
    it('what only lays a hunk out anew is no edit of it', () => {
      const { state } = open('f(){\na\nb\n}\n', 'f(){\nx=g(1,2)\nb\n}\n');
      const laidOut = followOutside(state, 'f() {\n  x = g(1,\n    2)\n  b\n}\n').state;
      assert.equal(ok(acceptHunk(laidOut, 'p.1')).to, 'accepted');
    });
    it('other line ends keep every hunk as it is', () => {
      const { state } = followOutside(two, two.text.replaceAll('\n', '\r\n'));
      assert.equal(originalOf(state), base.replaceAll('\n', '\r\n'));
      assert.equal(ok(acceptHunk(state, 'p.1')).to, 'accepted');
    });
    it('a text that grew above moves the hunks', () => {
      const { state } = followOutside(two, `zero\n${two.text}`);
      assert.deepEqual(ranges(state), ['TWO\n', 'FIVE\n']);
    });
  });

  describe('bringing in', () => {
    it('moves with a file that changed elsewhere', () => {
      const now = reviewedText(`zero\n${base}`);
      assert.equal(
        open(base, base.replace('two', 'TWO'), now).state.text,
        `zero\n${base.replace('two', 'TWO')}`,
      );
    });
    it('refuses what changed, is next to a change, or meets an open hunk', () => {
      const problem = (state: ReviewedText) =>
        open(base, base.replace('two', 'TWO'), state, 'q').refused.map((one) => one.problem);
      assert.deepEqual(problem(reviewedText(base.replace('two', '2'))), ['changed']);
      assert.deepEqual(problem(reviewedText(base.replace('three', '3'))), ['changed']);
      assert.deepEqual(problem(two), ['meets-open-hunk']);
      assert.deepEqual(problem(reviewedText(base.replace('two', 'TWO'))), ['already-there']);
    });
    it('goes beside the hunks of another proposal', () => {
      const both = open(
        base,
        base.replace('six', 'SIX\n7').replace('four', '4'),
        open(base, base.replace('two', 'T\nWO')).state,
        'q',
      );
      assert.deepEqual(ids(both.state), ['p.1', 'q.1', 'q.2']);
      assert.equal(originalOf(both.state), base);
      assert.equal(takeOut(both.state, 'q').state.text, base.replace('two', 'T\nWO'));
    });
    it('takes the line ends that the file has now', () => {
      const now = reviewedText(base.replaceAll('\n', '\r\n'));
      const { state } = open(base, base.replace('two', 'TWO\nand'), now);
      assert.equal(state.text, base.replace('two', 'TWO\nand').replaceAll('\n', '\r\n'));
    });
    it('twice is once', () => {
      const again = open(base, two.text, two);
      assert.deepEqual([again.opened, again.state.text], [[], two.text]);
    });
    it('adds at the end of a file without a last line end', () => {
      assert.equal(open('a\nb', 'a\nb\nc').state.text, 'a\nb\nc');
      assert.equal(open('', 'new\n').state.text, 'new\n');
    });
  });

  it('stopping takes every undecided hunk out and leaves what a person typed into', () => {
    const typed = type(two, '', 'x', 'TW').state;
    const done = takeOut(typed);
    assert.deepEqual([done.taken, done.stuck], [['p.2'], ['p.1']]);
    assert.equal(done.state.text, base.replace('two', 'TWxO'));
  });

  it('a commit leaves the text in and nobody decided it', () => {
    const state = leaveIn(two, ['p.1']);
    assert.deepEqual([ids(state), state.text], [['p.2'], two.text]);
  });

  describe('found by random sequences', () => {
    it('a hunk of line ends alone has nothing left once the file has those ends', () => {
      const state = open('a\nb\r\n', 'a\r\nb\r\n').state;
      const { turns } = followOutside(state, 'a\nb\n');
      assert.deepEqual(turns, [{ id: 'p.1', to: 'withdrawn' }]);
    });
    it('new line ends are followed line by line, also among equal lines', () => {
      const state = open('a\r\na\r\nlast', '\r\na\r\na\r\nlast').state;
      const mixed = open(originalOf(state), 'a\r\na\r\na\nlast', state, 'q').state;
      const { state: now } = followOutside(mixed, mixed.text.replaceAll(/\r?\n/g, '\n'));
      assert.deepEqual(ids(now), ['p.1', 'q.1']);
    });
    it('a discard withdraws two hunks that met at one point', () => {
      const state = open('a\nb\nc\n', 'b\n').state;
      const met = type(state, 'b\n', '').state;
      const { state: now } = followOutside(met, originalOf(met));
      assert.deepEqual([ids(now), now.text], [[], 'a\nc\n']);
    });
    it('an accepted hunk whose text left again cannot be opened again', () => {
      const accepted = ok(acceptHunk(open('last', 'a\nlast').state, 'p.1')).state;
      const { state } = followOutside(accepted, 'last');
      assert.deepEqual(undoDecision(state, 'p.1'), { ok: false, problem: 'gone' });
    });
  });
});
