import assert from 'node:assert/strict';

import { bringIn, reviewedText, type ReviewedText } from '../../text/index.ts';
import { hunksOfChange } from './line-changes.ts';
import { WindowFile } from './window-file.ts';

const base = 'one\ntwo\nthree\nfour\n';
const proposed = 'one\nTWO\nthree\nfour\n';
const opened: ReviewedText = bringIn(reviewedText(base), {
  owner: 'p',
  base,
  hunks: [{ id: 'p.1', start: 4, end: 8, added: 'TWO\n' }],
}).state;
const typed = (text: string) => ({ text, isDirty: true });
const saved = (text: string) => ({ text, isDirty: false });

describe('a file under review in a window', () => {
  function file(shown = saved(proposed)): WindowFile {
    const one = new WindowFile('/ws', 'f.txt');
    one.answered(opened, shown);
    return one;
  }

  it('takes the state at once that belongs to the text it shows', () => {
    assert.deepEqual([file().open.length, file().original, file().isWaiting], [1, base, false]);
  });

  it('waits for the reload of what the runner wrote, and takes the state in the same turn', () => {
    const one = file(saved(base));
    assert.deepEqual([one.open.length, one.isWaiting], [0, true]);
    one.changed(saved(proposed));
    assert.deepEqual([one.open.length, one.isWaiting, one.hasNews], [1, false, false]);
  });

  it('follows what was typed while the answer was on its way', () => {
    const one = file();
    one.changed(typed(`0\n${proposed}`), [{ start: 0, end: 0, text: '0\n' }]);
    one.answered(opened, typed(`0\n${proposed}`));
    assert.equal(one.original, `0\n${base}`);
  });

  it('keeps what was typed instead of waiting for a reload that will not come', () => {
    const one = file(saved(base));
    one.changed(typed(`${base}mine\n`), [{ start: base.length, end: base.length, text: 'mine\n' }]);
    assert.deepEqual([one.isWaiting, one.original], [false, `${base}mine\n`]);
    assert.deepEqual(
      one.takeReports(typed(`${base}mine\n`)).map(({ text }) => text),
      [`${base}mine\n`],
    );
  });

  it('follows a text that was written over what was expected', () => {
    const one = file(saved(base));
    one.changed(saved(`zero\n${proposed}`));
    assert.deepEqual([one.open.length, one.original], [1, `zero\n${base}`]);
  });

  it('tells what was typed with its edits, and once more when it was saved in one go', () => {
    const one = file();
    const edit = { start: 0, end: 0, text: '0' };
    one.changed(typed(`0${proposed}`), [edit]);
    one.touched();
    assert.deepEqual(one.takeReports(saved(`0${proposed}`)), [
      { text: `0${proposed}`, edits: [edit] },
      { text: null },
    ]);
    assert.equal(one.hasNews, false);
    one.touched();
    assert.deepEqual(one.takeReports(saved(`0${proposed}`)), [{ text: null }]);
  });

  it('tells the whole text when a report was lost', () => {
    const one = file();
    one.changed(typed(`0${proposed}`), [{ start: 0, end: 0, text: '0' }]);
    one.takeReports(typed(`0${proposed}`));
    one.reportLost();
    one.changed(typed(`10${proposed}`), [{ start: 0, end: 0, text: '1' }]);
    assert.deepEqual(one.takeReports(typed(`10${proposed}`)), [{ text: `10${proposed}` }]);
  });

  it('shows no hunks while another window holds it unsaved, or while it is gone', () => {
    const one = file();
    one.reported(undefined, false, saved(proposed));
    assert.deepEqual([one.open.length, one.isElsewhere], [0, true]);
    one.reported(opened, true, saved(proposed));
    assert.deepEqual([one.open.length, one.isElsewhere], [1, false]);
    one.reported(undefined, true, undefined);
    assert.equal(one.open.length, 0);
  });

  it('shows text with the line ends of the editor, which knows only one for a file', () => {
    const mixed = 'one\nTWO\nthree\r\nfour\n';
    const one = new WindowFile('/ws', 'f.txt');
    one.answered({ ...opened, text: mixed }, saved(mixed.replaceAll('\r\n', '\n')));
    assert.deepEqual([one.open.length, one.original], [1, base]);
  });
});

describe('a change of the gutter', () => {
  const changeAt = (line: number, lines = 1) => ({
    originalStartLineNumber: line - 1,
    originalEndLineNumber: 0,
    modifiedStartLineNumber: line,
    modifiedEndLineNumber: line + lines - 1,
  });
  const text = 'a\n}\n}\nb\nc\nd\n';
  const state: ReviewedText = {
    text,
    closed: [],
    open: [
      { id: 'p.1', owner: 'p', start: 4, end: 6, removed: '', added: '}\n' },
      { id: 'p.2', owner: 'p', start: 10, end: 12, removed: '', added: 'd\n' },
    ],
  };
  it('stands for the hunk that it overlaps', () => {
    assert.deepEqual(hunksOfChange(state, [changeAt(3), changeAt(6)], 0), ['p.1']);
  });
  it('stands for the hunk of an equal line beside it, where the editor compared differently', () => {
    assert.deepEqual(hunksOfChange(state, [changeAt(2), changeAt(6)], 0), ['p.1']);
    assert.deepEqual(hunksOfChange(state, [changeAt(2), changeAt(6)], 1), ['p.2']);
    assert.deepEqual(hunksOfChange(state, [changeAt(2)], 0), ['p.1'], 'the nearest');
    assert.deepEqual(hunksOfChange(state, [], 0), []);
  });
});
