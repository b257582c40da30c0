import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { systemClock, UserError } from '../common/index.ts';
import type { Evidence, HunkView, ProposalView } from '../protocol/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { createReview, reviewProjector, type ProposalInput, type Review } from './index.ts';
import { leaveOut } from '../../test/support/leave-out.ts';

const signal = new AbortController().signal;
const passed: Evidence = {
  check: 'tests',
  command: ['node', '--test'],
  exitCode: 0,
  testsFixed: ['adds'],
  testsBroken: [],
  tree: 'abc',
  durationMs: 12,
  passed: true,
  repeats: 2,
  sandboxed: true,
};
const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const proposed = 'one\nTWO\nthree\nfour\nfive\nSIX\nseven\n';

describe('review', () => {
  let folder: string;
  let root: string;
  let store: Store;
  let review: Review;
  let commands = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-review-'));
    root = join(folder, 'ws ü');
    mkdirSync(root);
    store = openStore({ file: join(folder, 'data.db'), projectors: [reviewProjector], upcasters: [] });
    review = createReview({ store, clock: systemClock });
  });
  afterEach(async () => {
    await review.dispose();
    await store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const text = (path: string) => readFileSync(join(root, path), 'utf8');
  const bytes = (content: string) => new TextEncoder().encode(content);
  const file = (
    path: string,
    before: string | null,
    after: string | null,
    more: Partial<ProposalInput['files'][number]> = {},
  ) => ({
    path,
    base: before === null ? null : bytes(before),
    proposed: after === null ? null : bytes(after),
    edits: [],
    ...more,
  });
  const propose = (files: ProposalInput['files'], more: Partial<ProposalInput> = {}) =>
    review.propose({
      key: `k${(commands += 1)}`,
      run: 'r1',
      flow: 'mend',
      workspaceId: 'w',
      workspaceRoot: root,
      title: 'A proposal',
      files,
      findings: [],
      evidence: [],
      ...more,
    });
  const decide = (
    proposal: string,
    decision: 'accept' | 'reject',
    hunks: readonly string[] | 'all' = 'all',
    more: object = {},
  ) =>
    review.decide(
      { proposal, hunks, decision, way: 'command-line', commandId: `command ${(commands += 1)}`, ...more },
      signal,
    );
  const view = (id: string): ProposalView => {
    const found = review.proposal(id);
    assert.ok(found);
    return found;
  };
  const hunksOf = (id: string): HunkView[] => view(id).files.flatMap(({ hunks }) => hunks);
  const states = (id: string) => hunksOf(id).map(({ state }) => state);
  const leftovers = () =>
    readdirSync(root, { recursive: true }).filter((name) => String(name).includes('.pantheon-'));

  it('accepts exactly one hunk and rejects the other without touching the file', async () => {
    put('ä b/f.js', base);
    const id = await propose([file('ä b/f.js', base, proposed)]);
    assert.deepEqual(
      hunksOf(id).map((hunk) => [hunk.id, hunk.baseStart, hunk.removed, hunk.added]),
      [
        [`${id}.1`, 1, ['two'], ['TWO']],
        [`${id}.2`, 5, ['six'], ['SIX']],
      ],
    );
    const accepted = await decide(id, 'accept', [`${id}.1`]);
    assert.deepEqual([accepted.decided, accepted.refused], [[`${id}.1`], []]);
    assert.equal(text('ä b/f.js'), base.replace('two', 'TWO'));
    const rejected = await decide(id, 'reject', [`${id}.2`], { reason: 'unneeded', words: 'it was fine' });
    assert.equal(rejected.proposal.state, 'decided');
    assert.equal(hunksOf(id)[1]?.reason, 'unneeded: it was fine');
    assert.equal(text('ä b/f.js'), base.replace('two', 'TWO'));
    assert.deepEqual(states(id), ['accepted', 'rejected']);
    assert.deepEqual(leftovers(), []);
  });

  it('keeps line ends, byte order mark, encoding, a missing last line end, and the mode', async function () {
    const wide = (content: string) => {
      const mark = new Uint8Array([0xff, 0xfe]);
      return Buffer.concat([mark, Buffer.from(content, 'utf16le')]);
    };
    const cases: [string, Uint8Array, Uint8Array][] = [
      ['crlf.js', bytes('a\r\nb\r\nc\r\n'), bytes('a\r\nB\r\nc\r\n')],
      ['bom.js', bytes('\ufeffa\nb\nc'), bytes('\ufeffa\nb\nC')],
      ['mixed.js', bytes('a\r\nb\nc\rd'), bytes('a\r\nB\nc\rd')],
      ['wide.js', wide('a\r\nß\r\n'), wide('a\r\nẞ\r\n')],
    ];
    for (const [path, before] of cases) put(path, before);
    if (process.platform !== 'win32') chmodSync(join(root, 'crlf.js'), 0o755);
    const id = await propose(
      cases.map(([path, before, after]) => ({ path, base: before, proposed: after, edits: [] })),
    );
    const result = await decide(id, 'accept');
    assert.equal(result.decided.length, cases.length);
    for (const [path, , after] of cases)
      assert.deepEqual(new Uint8Array(readFileSync(join(root, path))), new Uint8Array(after));
    if (process.platform !== 'win32') assert.equal(statSync(join(root, 'crlf.js')).mode & 0o777, 0o755);
  });

  it('is one proposal and one decision however often it is asked', async () => {
    put('f.js', base);
    const input = { key: 'same' };
    const id = await propose([file('f.js', base, proposed)], input);
    assert.equal(await propose([file('f.js', base, proposed)], input), id);
    assert.equal(review.findByKey('same'), id);
    const command = { commandId: 'the same command' };
    const first = await decide(id, 'accept', [`${id}.1`], command);
    writeFileSync(join(root, 'f.js'), base);
    const again = await decide(id, 'accept', [`${id}.1`], command);
    assert.deepEqual([again.decided, again.refused], [first.decided, first.refused]);
    assert.equal(text('f.js'), base, 'the repeat wrote nothing');
  });

  it('moves with a file that changed elsewhere and never guesses where it changed here', async () => {
    put('f.js', base);
    const id = await propose([file('f.js', base, proposed)]);
    const edited = base.replace('one', 'zero\none').replace('six', 'mine');
    put('f.js', edited);
    const result = await decide(id, 'accept');
    assert.deepEqual(result.decided, [`${id}.1`]);
    assert.match(result.refused[0]?.problem ?? '', /changed since it was proposed/);
    assert.equal(text('f.js'), edited.replace('two', 'TWO'));
    assert.deepEqual(states(id), ['accepted', 'conflicted']);
    put('f.js', text('f.js').replace('mine', 'six'));
    assert.deepEqual((await decide(id, 'accept')).decided, [`${id}.2`]);
  });

  it('takes a change that is there already', async () => {
    put('f.js', proposed);
    const id = await propose([file('f.js', base, proposed)]);
    assert.deepEqual((await decide(id, 'accept')).decided.length, 2);
    assert.equal(text('f.js'), proposed);
  });

  it('refuses a hunk whose need is not met; all brings needs first', async () => {
    put('a.js', base);
    put('b.js', base);
    const edits = (key: string, dependsOn: string[], line: number) => [
      { key, title: `function ${key}`, baseStart: line, baseEnd: line + 1, evidence: [passed], dependsOn },
    ];
    const files = [
      file('a.js', base, base.replace('two', 'TWO'), { edits: edits('mend[0]', ['mend[1]'], 1) }),
      file('b.js', base, base.replace('six', 'SIX'), { edits: edits('mend[1]', [], 5) }),
    ];
    const id = await propose(files);
    assert.deepEqual(hunksOf(id)[0]?.dependsOn, [`${id}.2`]);
    assert.deepEqual(hunksOf(id)[0]?.evidence, [passed]);
    const refused = await decide(id, 'accept', [`${id}.1`]);
    assert.deepEqual(refused.decided, []);
    assert.match(
      refused.refused[0]?.problem ?? '',
      /needs|only works together with .*\.2 \(function mend\[1\]\)/,
    );
    assert.equal(text('a.js'), base);
    assert.deepEqual((await decide(id, 'accept')).decided, [`${id}.2`, `${id}.1`]);
    const other = await propose(files);
    put('a.js', base);
    put('b.js', base.replace('six', 'mine'));
    const all = await decide(other, 'accept');
    assert.deepEqual(all.decided, []);
    assert.equal(all.refused.length, 2);
    assert.equal(text('a.js'), base);
  });

  it('decides added, deleted, renamed and unreadable files as a whole', async () => {
    put('gone.js', 'x\n');
    put('old.js', 'y\n');
    put('image.bin', new Uint8Array([0, 1, 255]));
    const id = await propose([
      file('new dir/new.js', null, 'n\n'),
      file('gone.js', 'x\n', null),
      file('now.js', 'y\n', 'Y\n', { from: 'old.js' }),
      {
        path: 'image.bin',
        base: new Uint8Array([0, 1, 255]),
        proposed: new Uint8Array([0, 2, 255]),
        edits: [],
      },
    ]);
    assert.deepEqual(
      view(id).files.map(({ kind }) => kind),
      ['add', 'delete', 'rename', 'edit'],
    );
    assert.equal(hunksOf(id).length, 4);
    const { refused } = await decide(id, 'accept');
    assert.deepEqual(refused, []);
    assert.equal(text('new dir/new.js'), 'n\n');
    assert.equal(existsSync(join(root, 'gone.js')), false);
    assert.equal(existsSync(join(root, 'old.js')), false);
    assert.equal(text('now.js'), 'Y\n');
    assert.deepEqual([...readFileSync(join(root, 'image.bin'))], [0, 2, 255]);
  });

  it('refuses a whole file that is not as it was', async () => {
    put('gone.js', 'changed\n');
    put('new.js', 'another\n');
    const id = await propose([file('new.js', null, 'n\n'), file('gone.js', 'x\n', null)]);
    const { refused } = await decide(id, 'accept');
    assert.deepEqual(
      refused.map(({ problem }) => problem.split('.')[0]),
      ['There is another new', 'gone'],
    );
    assert.deepEqual([text('new.js'), text('gone.js')], ['another\n', 'changed\n']);
    assert.deepEqual(states(id), ['conflicted', 'conflicted']);
  });

  it('answers what is wrong with the place: gone, a folder, read-only, out of the workspace, not text', async function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    writeFileSync(join(folder, 'secret'), base);
    symlinkSync(join(folder, 'secret'), join(root, 'link.js'));
    put('real.js', base);
    symlinkSync('real.js', join(root, 'inside.js'));
    mkdirSync(join(root, 'folder.js'));
    put('fixed.js', base);
    chmodSync(join(root, 'fixed.js'), 0o444);
    put('latin.js', Buffer.from(base.replace('one', '\xfc'), 'latin1'));
    put('file', 'not a folder');
    const cases: [string, RegExp][] = [
      ['missing.js', /does not exist any more/],
      ['folder.js', /is a folder now/],
      ['fixed.js', /read-only/],
      ['link.js', /leads out of the workspace/],
      ['latin.js', /cannot be read as text/],
      ['file/under.js', /does not exist|cannot be a file/],
    ];
    for (const [path, problem] of cases) {
      const id = await propose([file(path, base, base.replace('two', 'TWO'))]);
      const { decided, refused } = await decide(id, 'accept');
      assert.deepEqual(decided, []);
      assert.match(refused[0]?.problem ?? '', problem);
      assert.equal((await decide(id, 'reject')).decided.length, 1, `${path} can still be rejected`);
    }
    assert.equal(readFileSync(join(folder, 'secret'), 'utf8'), base);
    const id = await propose([file('inside.js', base, base.replace('two', 'TWO'))]);
    await decide(id, 'accept');
    assert.equal(text('real.js'), base.replace('two', 'TWO'));
    assert.ok(statSync(join(root, 'inside.js')).isFile());
    await assert.rejects(
      propose([file('../x.js', base, proposed)]),
      (error) => error instanceof UserError && error.code === 'bad-path',
    );
    assert.deepEqual(leftovers(), []);
  });

  it('does not write later what was told as failed when nothing could be recorded, and takes what was written', async () => {
    put('a.txt', base);
    const id = await propose([file('a.txt', base, proposed)]);
    const [first = '', second = ''] = hunksOf(id).map((hunk) => hunk.id);
    const append = store.appendAll.bind(store);
    const full = new UserError('disk-full', 'The disk is full.', 'Free some space.');
    const isEnd = (types: readonly string[]) => types.some((type) => /^write\.(done|failed)$/.test(type));
    const withoutSpace = async (work: () => Promise<unknown>) => {
      store.appendAll = (parts) => {
        if (isEnd(parts.flatMap(({ events }) => events.map(({ type }) => type)))) throw full;
        return append(parts);
      };
      await assert.rejects(work, { code: 'disk-full' });
      store.appendAll = append;
    };
    // Written, and its receipt found no space: it is true all the same.
    await withoutSpace(() => decide(id, 'accept', [first]));
    await decide(id, 'reject', [second]);
    assert.deepEqual(states(id), ['accepted', 'rejected']);
    assert.equal(text('a.txt'), base.replace('two', 'TWO'));

    // Not written, and that found no space either: the person may decide otherwise.
    put('b.txt', base);
    const other = await propose([file('b.txt', base, proposed)]);
    const [third = ''] = hunksOf(other).map((hunk) => hunk.id);
    await withoutSpace(() => decide(other, 'accept', [third]));
    put('b.txt', base);
    await decide(other, 'reject', [third]);
    await review.recover(signal);
    assert.deepEqual(states(other), ['rejected', 'waiting']);
    assert.equal(text('b.txt'), base);
  });

  it('starts although a workspace is gone in which a write was under way', async () => {
    put('a.txt', base);
    const id = await propose([file('a.txt', base, proposed)]);
    const append = store.appendAll.bind(store);
    store.appendAll = (parts) => {
      const result = append(parts);
      if (parts.some(({ events }) => events.some(({ type }) => type === 'write.intended')))
        throw new Error('killed');
      return result;
    };
    await assert.rejects(decide(id, 'accept'), /killed/);
    store.appendAll = append;
    rmSync(root, { recursive: true });
    await review.recover(signal);
    assert.ok(states(id).every((state) => state !== 'accepted'));
    mkdirSync(root);
    await review.recover(signal);
    assert.deepEqual(readdirSync(root), [], 'and writes nothing later');
  });

  it('says what is decided already and what is unknown', async () => {
    put('f.js', base);
    const id = await propose([file('f.js', base, proposed)]);
    await decide(id, 'accept', [`${id}.1`]);
    const again = await decide(id, 'reject', [`${id}.1`, `${id}.9`]);
    assert.deepEqual(again.decided, []);
    assert.deepEqual(
      again.refused.map(({ problem }) => problem),
      [`${id}.1 is accepted already.`, `There is no hunk ${id}.9 in ${id}.`],
    );
    await assert.rejects(
      decide('p0', 'accept'),
      (error) => error instanceof UserError && error.code === 'no-such-proposal',
    );
  });

  it('records with a decision what learning needs', async () => {
    put('f.js', base);
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'],
      { cwd: root },
    );
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
    const id = await propose([file('f.js', base, proposed)]);
    await decide(id, 'accept', [`${id}.2`], { way: 'gutter' });
    const event = store.readStream(`review/${id}`).find(({ type }) => type === 'hunk.decided');
    const body = event?.body as Record<string, string>;
    assert.deepEqual([body['to'], body['way'], body['rank'], body['head']], ['accepted', 'gutter', 1, head]);
    assert.equal(store.getText(body['resulting'] as never), base.replace('six', 'SIX'));
    assert.equal(store.getText(body['base'] as never), base);
    assert.doesNotMatch(
      JSON.stringify(store.readAll(0, 1000)),
      /seven|SIX/,
      'code is only in erasable content',
    );
  });

  it('rebuilds equal rows and shows an erased proposal without its words', async () => {
    put('f.js', base);
    const id = await propose([file('f.js', base, proposed)]);
    await decide(id, 'accept', [`${id}.1`]);
    const before = review.inbox();
    store.rebuild();
    assert.deepEqual(review.inbox(), before);
    store.eraseOwner(id);
    assert.deepEqual(view(id).files, []);
  });

  it('shows a newer proposal for the same places instead of the older', async () => {
    put('f.js', base);
    const old = await propose([file('f.js', base, base.replace('two', '2'))]);
    const other = await propose([file('f.js', base, base.replace('six', '6'))]);
    const fresh = await propose([file('f.js', base, base.replace('two', 'TWO'))], { run: 'r2' });
    assert.deepEqual(
      [old, other, fresh].map((id) => view(id).state),
      ['superseded', 'open', 'open'],
    );
    await assert.rejects(
      decide(old, 'accept'),
      (error) => error instanceof UserError && error.code === 'superseded',
    );
  });

  it('writes a patch of what is undecided that git applies', async () => {
    put('f.js', base);
    const id = await propose([file('f.js', base, proposed), file('new.js', null, 'n\n')]);
    await decide(id, 'reject', [`${id}.1`]);
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['apply', '-'], { cwd: root, input: review.patch(id) });
    assert.equal(text('f.js'), base.replace('six', 'SIX'));
    assert.equal(text('new.js'), 'n\n');
  });

  it('follows the place of a finding and says when it is outdated', async () => {
    put('f.js', base);
    const finding = { path: 'f.js', line: 3, severity: 'warning' as const, message: 'four?', agent: 'a' };
    const id = await propose([], { findings: [finding] });
    assert.deepEqual([view(id).findings[0]?.line, view(id).findings[0]?.state], [3, 'open']);
    put('f.js', `zero\n${base}`);
    assert.equal(view(id).findings[0]?.line, 4);
    put('f.js', base.replace('four', '4'));
    assert.equal(view(id).findings[0]?.state, 'outdated');
  });
});
