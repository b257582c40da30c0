import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock, UserError } from '../common/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { applyEdits, originalOf } from '../text/index.ts';
import { createReview, reviewProjector, type ProposalInput, type Review } from './index.ts';

const signal = new AbortController().signal;
const base = 'one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\nseven';
const proposed = base.replace('two', 'TWO\r\n2').replace('six', 'SIX');

describe('review in an editor', () => {
  let folder: string;
  let root: string;
  let store: Store;
  let review: Review;
  let commands = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-editor-'));
    root = join(folder, 'ws');
    mkdirSync(root);
    writeFileSync(join(root, 'f.js'), base);
    open();
  });
  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  function open() {
    store = openStore({ file: join(folder, 'data.db'), projectors: [reviewProjector], upcasters: [] });
    review = createReview({ store, clock: systemClock });
  }
  async function close() {
    await review.dispose();
    await store.dispose();
  }

  const commandId = () => `command ${(commands += 1)}`;
  const bytes = (content: string) => new TextEncoder().encode(content);
  const disk = () => readFileSync(join(root, 'f.js'), 'utf8');
  const save = (content: string) => writeFileSync(join(root, 'f.js'), content);
  const propose = (after = proposed, more: Partial<ProposalInput> = {}) =>
    review.propose({
      key: commandId(),
      run: commandId(),
      flow: 'mend',
      workspaceId: 'w',
      workspaceRoot: root,
      title: 'A proposal',
      files: [{ path: 'f.js', base: bytes(base), proposed: bytes(after), edits: [] }],
      findings: [],
      evidence: [],
      ...more,
    });
  const states = (id: string) =>
    review.proposal(id)?.files.flatMap(({ hunks }) => hunks.map(({ state }) => state));
  const decide = (proposal: string, decision: 'accept' | 'reject', n: number, more: object = {}) =>
    review.decide(
      { proposal, hunks: [`${proposal}.${n}`], decision, way: 'gutter', commandId: commandId(), ...more },
      signal,
    );
  const bringIn = (proposal: string, text?: string) =>
    review.editor.open(
      {
        proposal,
        commandId: commandId(),
        ...(text === undefined ? {} : { unsaved: [{ path: 'f.js', text }] }),
      },
      signal,
    );
  const stop = (proposal: string) => review.editor.stop({ proposal, commandId: commandId() }, signal);
  const undo = () => review.editor.undo({ workspaceRoot: root, commandId: commandId() }, signal);
  const report = (text: string, unsaved: boolean) =>
    review.editor.report({ workspaceRoot: root, path: 'f.js', ...(unsaved ? { text } : {}) });

  it('brings in, accepts one, rejects one, and gives back exactly what was there', async () => {
    const id = await propose();
    const change = await bringIn(id);
    assert.deepEqual([change.refused, change.edits], [[], []]);
    assert.equal(disk(), proposed);
    assert.deepEqual(states(id), ['open', 'open']);
    assert.equal(review.proposal(id)?.state, 'in-review');
    assert.equal(originalOf(change.files[0]?.state ?? { text: '', open: [] }), base);
    await decide(id, 'accept', 1);
    await decide(id, 'reject', 2);
    assert.equal(disk(), proposed.replace('SIX', 'six'));
    assert.deepEqual(states(id), ['accepted', 'rejected']);
  });

  it('takes every undecided hunk out again when the review stops', async () => {
    const id = await propose();
    await bringIn(id);
    await bringIn(id);
    await decide(id, 'accept', 1);
    save(disk().replace('four', 'four, typed'));
    assert.deepEqual((await stop(id)).refused, []);
    assert.equal(disk(), base.replace('two', 'TWO\r\n2').replace('four', 'four, typed'));
    assert.deepEqual(states(id), ['accepted', 'waiting']);
    await bringIn(id);
    assert.deepEqual(states(id), ['accepted', 'open']);
  });

  it('opens the newer of two proposals again where both had the same change and its text comes back', async () => {
    const older = await propose();
    await bringIn(older);
    await decide(older, 'reject', 1);
    await decide(older, 'reject', 2);
    const newer = await propose();
    await bringIn(newer);
    assert.deepEqual(
      [states(older), states(newer)],
      [
        ['rejected', 'rejected'],
        ['open', 'open'],
      ],
    );
    save(base);
    await report('', false);
    assert.deepEqual(
      [states(older), states(newer)],
      [
        ['rejected', 'rejected'],
        ['withdrawn', 'withdrawn'],
      ],
    );
    save(proposed);
    await report('', false);
    assert.deepEqual(
      [states(older), states(newer)],
      [
        ['rejected', 'rejected'],
        ['open', 'open'],
      ],
    );
  });

  it('leaves open hunks out of base trees', async () => {
    const id = await propose();
    await bringIn(id);
    save(disk().replace('four', 'FOUR'));
    const [overlay] = await review.overlay(root);
    assert.equal(new TextDecoder().decode(overlay?.content), base.replace('four', 'FOUR'));
    await decide(id, 'accept', 1);
    await decide(id, 'accept', 2);
    assert.deepEqual(await review.overlay(root), []);
  });

  it('keeps its state over a restart', async () => {
    const id = await propose();
    await bringIn(id);
    await decide(id, 'accept', 1);
    await close();
    open();
    await review.recover(signal);
    const [file] = await review.editor.files(root);
    assert.deepEqual(
      file?.state.open.map((hunk) => hunk.id),
      [`${id}.2`],
    );
    assert.deepEqual(states(id), ['accepted', 'open']);
  });

  it('never writes a file that a window holds unsaved; the window edits it', async () => {
    const id = await propose();
    const typed = base.replace('four', 'four, unsaved');
    const change = await bringIn(id, typed);
    assert.deepEqual(states(id), ['waiting', 'waiting'], 'nothing is so before the window has done it');
    const text = applyEdits(typed, change.edits[0]?.edits ?? []);
    assert.equal(text, proposed.replace('four', 'four, unsaved'));
    await report(text, true);
    assert.deepEqual(states(id), ['open', 'open']);
    assert.equal(disk(), base);
    const fromOutside = await decide(id, 'accept', 1);
    assert.match(fromOutside.refused[0]?.problem ?? '', /unsaved changes/);
    const rejected = await decide(id, 'reject', 2, { unsaved: [{ path: 'f.js', text }] });
    assert.deepEqual(states(id), ['open', 'open']);
    const after = applyEdits(text, rejected.edits?.[0]?.edits ?? []);
    await report(after, true);
    assert.deepEqual(states(id), ['open', 'rejected']);
    const accepted = await decide(id, 'accept', 1, { unsaved: [{ path: 'f.js', text: after }] });
    assert.deepEqual(accepted.decided, [`${id}.1`]);
    assert.equal(disk(), base);
    assert.equal(after, base.replace('two', 'TWO\r\n2').replace('four', 'four, unsaved'));
  });

  it('drops what a window was asked to do and did not', async () => {
    const id = await propose();
    await bringIn(id, base);
    await report(base.replace('one', 'typed instead'), true);
    assert.deepEqual(states(id), ['waiting', 'waiting']);
    const text = base.replace('one', 'typed instead');
    await bringIn(id, text);
    await report(text, true);
    await report(applyEdits(text, []), true);
    assert.deepEqual(states(id), ['waiting', 'waiting'], 'the edits were not made');
    await bringIn(id, text);
    await review.editor.released(root);
    assert.deepEqual(states(id), ['waiting', 'waiting']);
    await bringIn(id);
    assert.deepEqual(states(id), ['open', 'open']);
  });

  it('accepts what the person made of a hunk as edited, and asks before a reject would lose it', async () => {
    const id = await propose();
    await bringIn(id);
    const typed = disk().replace('TWO', 'TWO // mine').replace('SIX', 'SIX // mine');
    save(typed);
    const asked = await decide(id, 'reject', 1);
    assert.match(asked.refused[0]?.problem ?? '', /typed inside/);
    assert.equal(disk(), typed);
    await decide(id, 'accept', 1);
    await decide(id, 'reject', 2, { instead: 'six of mine\r\n' });
    assert.deepEqual(states(id), ['accepted-edited', 'rejected']);
    assert.equal(disk(), base.replace('two', 'TWO // mine\r\n2').replace('six', 'six of mine'));
  });

  it('withdraws what a checkout took out, and opens it again when it comes back', async () => {
    const id = await propose();
    await bringIn(id);
    save(base);
    await report(base, false);
    assert.deepEqual(states(id), ['withdrawn', 'withdrawn']);
    save(proposed);
    await report(proposed, false);
    assert.deepEqual(states(id), ['open', 'open']);
  });

  it('withdraws what left with its file, and opens it again when the file comes back', async () => {
    const id = await propose();
    await bringIn(id);
    rmSync(join(root, 'f.js'));
    await report('', false);
    assert.deepEqual(states(id), ['withdrawn', 'withdrawn']);
    assert.deepEqual(await review.editor.files(root), []);
    save(proposed);
    await report('', false);
    assert.deepEqual(states(id), ['open', 'open']);
  });

  it('remembers what may come back over a restart', async () => {
    const id = await propose();
    await bringIn(id);
    save(base);
    await report('', false);
    await close();
    open();
    assert.deepEqual(
      (await review.editor.files(root)).map(({ path, state }) => [path, state.open.length]),
      [['f.js', 0]],
    );
    save(proposed);
    await report('', false);
    assert.deepEqual(states(id), ['open', 'open']);
  });

  it('gives a window that comes back its unsaved text again', async () => {
    const id = await propose();
    const change = await bringIn(id, base);
    const typed = applyEdits(base, change.edits[0]?.edits ?? []).replace('TWO', 'TWO, typed');
    await report(applyEdits(base, change.edits[0]?.edits ?? []), true);
    await report(typed, true);
    await review.editor.released(root);
    const [onDisk] = await review.editor.files(root);
    assert.deepEqual(onDisk?.state.open, [], 'the disk has none of it');
    const file = await report(typed, true);
    assert.equal(originalOf(file?.state ?? { text: '', open: [] }), base);
    assert.deepEqual(states(id), ['open', 'open']);
  });

  it('does not keep every text that was typed', async () => {
    const id = await propose();
    await bringIn(id);
    const size = () =>
      Number(store.db.prepare('SELECT count(*) AS n FROM contents WHERE data IS NOT NULL').get()?.['n']);
    await report(`${proposed}\r\ntyped`, true);
    const before = size();
    for (let n = 0; n < 20; n += 1) await report(`${proposed}\r\ntyped ${n}`, true);
    assert.equal(size(), before);
    await report(`${proposed}\r\ntyped 3`, true);
    assert.equal(
      originalOf((await review.editor.files(root))[0]?.state ?? { text: '', open: [] }),
      `${base}\r\ntyped 3`,
    );
  });

  it('shows both texts where a reject would lose what was typed', async () => {
    const id = await propose();
    await bringIn(id);
    save(disk().replace('TWO', 'TWO // mine'));
    const asked = await decide(id, 'reject', 1);
    assert.deepEqual(asked.refused[0]?.typed, { now: 'TWO // mine\r\n2\r\n', before: 'two\r\n' });
  });

  it('brings in or decides again what was withdrawn, when a person asks for it', async () => {
    const id = await propose();
    await bringIn(id);
    save(base);
    await report(base, false);
    await bringIn(id);
    assert.deepEqual(states(id), ['open', 'open']);
    save(base);
    await report(base, false);
    assert.deepEqual((await decide(id, 'accept', 1)).decided, [`${id}.1`]);
    assert.equal(disk(), base.replace('two', 'TWO\r\n2'));
  });

  it('takes decisions back in order, the newest first', async () => {
    const id = await propose();
    await bringIn(id);
    await decide(id, 'accept', 1);
    await decide(id, 'reject', 2);
    const command = { workspaceRoot: root, commandId: 'undo once' };
    assert.equal((await review.editor.undo(command, signal)).hunk, `${id}.2`);
    assert.equal((await review.editor.undo(command, signal)).hunk, `${id}.2`);
    assert.equal(disk(), proposed);
    assert.equal((await undo()).hunk, `${id}.1`);
    assert.deepEqual(states(id), ['open', 'open']);
    await assert.rejects(undo(), (error) => error instanceof UserError && error.code === 'nothing-to-undo');
  });

  it('takes a rejection back that never touched the file, and refuses one whose place was edited', async () => {
    const id = await propose();
    await decide(id, 'reject', 1);
    await undo();
    assert.deepEqual(states(id), ['waiting', 'waiting']);
    await bringIn(id);
    await decide(id, 'reject', 2);
    save(disk().replace('six', 'edited'));
    await assert.rejects(undo(), (error) => error instanceof UserError && error.code === 'cannot-undo');
    assert.deepEqual(states(id), ['open', 'rejected']);
  });

  it('records a commit with open hunks as undecided', async () => {
    const id = await propose();
    await bringIn(id);
    await review.editor.committed({ workspaceRoot: root, hunks: [`${id}.1`] });
    assert.deepEqual(states(id), ['committed-undecided', 'open']);
    await stop(id);
    assert.equal(disk(), base.replace('two', 'TWO\r\n2'));
  });

  it('holds hunks of several proposals in one file', async () => {
    const first = await propose(base.replace('two', 'TWO'));
    const second = await propose(base.replace('six', 'SIX'), { flow: 'other' });
    const third = await propose(base.replace('two', '2'), { flow: 'third' });
    await bringIn(first);
    await bringIn(second);
    const met = await bringIn(third);
    assert.match(met.refused[0]?.problem ?? '', /Another open hunk/);
    assert.deepEqual([first, second, third].map(states), [['open'], ['open'], ['conflicted']]);
    await stop(first);
    assert.equal(disk(), base.replace('six', 'SIX'));
    assert.deepEqual([first, second].map(states), [['waiting'], ['open']]);
  });

  it('applies a suggestion where the line is as it was, and not where it changed', async () => {
    const finding = {
      path: 'f.js',
      line: 3,
      severity: 'error' as const,
      message: 'no',
      suggestion: 'FOUR\n4',
      agent: 'a',
    };
    const id = await propose(proposed, { files: [], findings: [finding, { ...finding, line: 0 }] });
    const command = (n: number, decision: 'apply' | 'dismiss') =>
      review.editor.decideFinding({ finding: `${id}.f${n}`, decision, commandId: commandId() }, signal);
    save(base.replace('one', 'zero\r\nONE'));
    await command(1, 'apply');
    assert.equal(disk(), base.replace('one', 'zero\r\nONE').replace('four', 'FOUR\r\n4'));
    await command(1, 'apply');
    await assert.rejects(
      command(2, 'apply'),
      (error) => error instanceof UserError && error.code === 'outdated',
    );
    await command(2, 'dismiss');
    assert.deepEqual(
      review.proposal(id)?.findings.map(({ state }) => state),
      ['applied', 'dismissed'],
    );
  });

  it('records what was seen', async () => {
    const id = await propose();
    await review.editor.exposed({ id: `${id}.1`, what: 'shown', rank: 0 });
    await review.editor.exposed({ id, what: 'opened' });
    assert.deepEqual(
      store
        .readStream(`review/${id}`)
        .flatMap(({ type, body }) => (type === 'exposed' ? [(body as { what: string }).what] : [])),
      ['shown', 'opened'],
    );
  });

  it('rebuilds the same rows from all of this', async () => {
    const id = await propose();
    await bringIn(id);
    await decide(id, 'accept', 1);
    await decide(id, 'reject', 2);
    await undo();
    const before = [review.inbox(), await review.editor.files(root)];
    store.rebuild();
    assert.deepEqual([review.inbox(), await review.editor.files(root)], before);
  });
});
