import assert from 'node:assert/strict';

import { Desk } from '../../support/editor/host/desk.ts';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const proposed = base.replace('two', 'TWO').replace('six', 'SIX');

describe('hunks where one open project lies in another', () => {
  let outer: Desk;
  let inner: Desk;

  before(async () => {
    outer = await Desk.open(0);
    inner = await Desk.open(1, outer.person);
    assert.ok(inner.root.startsWith(`${outer.root}/`));
  });
  after(async () => {
    await outer.dispose();
  });

  it('of the inner project follow what is typed, and are decided in the window while that is unsaved', async () => {
    inner.write('a.txt', base);
    const proposal = await inner.propose({ 'a.txt': [base, proposed] });
    await inner.reviewInPlace(proposal);
    assert.deepEqual(inner.open('a.txt'), [`${proposal.id}.1`, `${proposal.id}.2`]);
    await inner.type('a.txt', 'four', 'four, typed');
    assert.deepEqual(inner.open('a.txt'), [`${proposal.id}.1`, `${proposal.id}.2`]);
    const typed = (text: string) => text.replace('four', 'four, typed');
    assert.deepEqual(await inner.gutter('a.txt', 'reject', 0), [`${proposal.id}.1`]);
    assert.equal(inner.disk('a.txt'), proposed, 'what is unsaved is not written beneath the editor');
    assert.equal(await inner.shown('a.txt'), typed(base.replace('six', 'SIX')));
    assert.deepEqual(await inner.gutter('a.txt', 'accept', 0), [`${proposal.id}.2`]);
    await inner.save('a.txt');
    assert.equal(inner.disk('a.txt'), typed(base.replace('six', 'SIX')));
    assert.deepEqual(await inner.states(proposal.id), ['rejected', 'accepted']);
  });

  it('of the outer project in a file of the inner one likewise', async () => {
    inner.write('b.txt', base);
    const proposal = await outer.propose({ 'inner/b.txt': [base, proposed] });
    await outer.reviewInPlace(proposal);
    await outer.type('inner/b.txt', 'four', 'four, typed');
    const typed = (text: string) => text.replace('four', 'four, typed');
    assert.deepEqual(await outer.gutter('inner/b.txt', 'reject', 0), [`${proposal.id}.1`]);
    assert.equal(outer.disk('inner/b.txt'), proposed);
    assert.deepEqual(await outer.gutter('inner/b.txt', 'accept', 0), [`${proposal.id}.2`]);
    await outer.save('inner/b.txt');
    assert.equal(outer.disk('inner/b.txt'), typed(base.replace('six', 'SIX')));
    assert.deepEqual(await outer.states(proposal.id), ['rejected', 'accepted']);
  });
});
