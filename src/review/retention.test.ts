import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '../common/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { createReview, Retention, retentionProjector, reviewProjector, type Review } from './index.ts';

const signal = new AbortController().signal;
const hourMs = 3_600_000;
const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const proposed = 'one\nTWO\nthree\nfour\nfive\nSIX\nseven\n';

describe('retention of accepted hunks', () => {
  let folder: string;
  let root: string;
  let store: Store;
  let review: Review;
  let laterMs = 0;
  const retention = () => new Retention(store, { ...systemClock, now: () => Date.now() + laterMs });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: root });
  const put = (text: string) => writeFileSync(join(root, 'f.js'), text);
  const text = () => readFileSync(join(root, 'f.js'), 'utf8');
  const found = () =>
    store.db
      .prepare('SELECT hunk, at_commit, after_day, after_week FROM review_retention ORDER BY seq')
      .all()
      .map((row) => Object.values(row).map((value, i) => (i === 0 ? String(value).split('.')[1] : value)));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-retention-'));
    root = join(folder, 'ws');
    laterMs = 0;
    mkdirSync(root);
    put(base);
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    store = openStore({
      file: join(folder, 'data.db'),
      projectors: [reviewProjector, retentionProjector],
      upcasters: [],
    });
    review = createReview({ store, clock: systemClock });
    const bytes = (content: string) => new TextEncoder().encode(content);
    const proposal = await review.propose({
      key: 'k',
      run: 'r1',
      flow: 'mend',
      workspaceId: 'w',
      workspaceRoot: root,
      title: 'A proposal',
      files: [{ path: 'f.js', base: bytes(base), proposed: bytes(proposed), edits: [] }],
      findings: [],
      evidence: [],
    });
    const input = { proposal, hunks: 'all', decision: 'accept', way: 'command-line' } as const;
    await review.decide({ ...input, commandId: 'accept-all' }, signal);
  });
  afterEach(async () => {
    await review.dispose();
    await store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('looks after a day and after a week, once each', async () => {
    assert.equal(await retention().look(signal), 0);
    laterMs = 25 * hourMs;
    put(text().replace('SIX', 'Six, rather'));
    assert.equal(await retention().look(signal), 2);
    assert.equal(await retention().look(signal), 0);
    laterMs = 8 * 24 * hourMs;
    put(text().replace('TWO', 'two'));
    assert.equal(await retention().look(signal), 2);
    assert.deepEqual(found(), [
      ['1', null, 'kept', 'reverted'],
      ['2', null, 'gone', 'gone'],
    ]);
  });

  it('looks at the first commit that has the file, not at one of other files, nor at later edits', async () => {
    writeFileSync(join(root, 'other.js'), 'x\n');
    git('add', 'other.js');
    git('commit', '-q', '-m', 'another file');
    assert.equal(await retention().look(signal), 0);
    put(text().replace('SIX', 'six'));
    git('commit', '-q', '-a', '-m', 'with one of the two');
    put(base);
    assert.equal(await retention().look(signal), 2);
    assert.deepEqual(found(), [
      ['1', 'kept', null, null],
      ['2', 'reverted', null, null],
    ]);
  });

  it('forgets a decision that was taken back, and says nothing about a folder that is away', async () => {
    await review.editor.undo({ workspaceRoot: root, commandId: 'take-back' }, signal);
    assert.equal(found().length, 1);
    rmSync(root, { recursive: true });
    laterMs = 25 * hourMs;
    assert.equal(await retention().look(signal), 0);
  });

  it('has the same rows after a rebuild', async () => {
    laterMs = 25 * hourMs;
    await retention().look(signal);
    const before = found();
    store.rebuild();
    assert.deepEqual(found(), before);
  });
});
