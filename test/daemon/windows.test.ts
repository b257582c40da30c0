import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DaemonConnection } from '../../src/client/index.ts';
import { Disposables, systemClock } from '../../src/common/index.ts';
import { editorHandlers } from '../../src/daemon/handlers/editor.ts';
import { reviewHandlers } from '../../src/daemon/handlers/review.ts';
import { chooseSocket, publishEndpoint, takeToken } from '../../src/daemon/home-files.ts';
import { RpcServer, type Handlers } from '../../src/daemon/rpc-server.ts';
import { UnsavedFiles } from '../../src/daemon/unsaved-files.ts';
import { homePaths } from '../../src/protocol/index.ts';
import { createReview, reviewProjector, type Review } from '../../src/review/index.ts';
import { openStore } from '../../src/store/index.ts';
import { applyEdits } from '../../src/text/index.ts';

const build = { version: '0.0.1', hash: 'abc', builtAt: 1 };
const base = 'one\ntwo\nthree\nfour\nfive\n';
const proposed = base.replace('two', 'TWO').replace('five', 'FIVE');

describe('windows that review the same workspace', () => {
  let owned: Disposables;
  let root: string;
  let home: string;
  let review: Review;
  let proposal: string;
  let commands = 0;
  let signal: AbortSignal;
  const commandId = () => `command-${(commands += 1)}`;

  beforeEach(async () => {
    // For each test: one clock for all of them would run out while other files are at work.
    signal = AbortSignal.timeout(60_000);
    owned = new Disposables();
    home = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-windows-')));
    owned.defer(() => rmSync(home, { recursive: true, force: true }));
    root = join(home, 'ws');
    mkdirSync(root);
    mkdirSync(homePaths(home).daemon, { recursive: true });
    writeFileSync(join(root, 'f.js'), base);
    const store = owned.add(
      openStore({ file: join(home, 'data.db'), projectors: [reviewProjector], upcasters: [] }),
    );
    review = owned.add(createReview({ store, clock: systemClock }));
    const windows = new UnsavedFiles(review.editor, (error) => assert.fail(String(error)));
    const rooms = { review, realRoot: (folder: string) => folder };
    const handlers = { ...reviewHandlers(rooms, windows), ...editorHandlers(rooms, windows) };
    const path = chooseSocket(home);
    owned.add(
      await RpcServer.listen({
        path,
        token: takeToken(home),
        build,
        handlers: handlers as Handlers,
        onDefect: (_, error) => assert.fail(String(error)),
        onClients: () => {},
      }),
    );
    owned.add(publishEndpoint(home, path, build));
    const bytes = (text: string) => new TextEncoder().encode(text);
    proposal = await review.propose({
      key: 'k',
      run: 'r',
      flow: 'mend',
      workspaceId: 'w',
      workspaceRoot: root,
      title: 'A proposal',
      files: [{ path: 'f.js', base: bytes(base), proposed: bytes(proposed), edits: [] }],
      findings: [],
      evidence: [],
    });
  });
  afterEach(() => owned.dispose());

  async function window(): Promise<DaemonConnection> {
    const connection = await DaemonConnection.open({ home, client: 'editor', version: '0' }, signal);
    assert.ok(connection);
    return owned.add(connection);
  }
  const disk = () => readFileSync(join(root, 'f.js'), 'utf8');
  const states = () =>
    review.proposal(proposal)?.files.flatMap(({ hunks }) => hunks.map(({ state }) => state));
  const report = (client: DaemonConnection, text: string | null) =>
    client.call('review.report', { workspace: root, path: 'f.js', text }, signal);
  const decide = (client: DaemonConnection, decision: 'accept' | 'reject', n: number, text?: string) =>
    client.call(
      'review.decide',
      {
        proposal,
        hunks: [`${proposal}.${n}`],
        decision,
        way: 'gutter',
        commandId: commandId(),
        ...(text === undefined ? {} : { unsaved: [{ path: 'f.js', text }] }),
      },
      signal,
    );

  it('see what the other decided, with the state that belongs to the text', async () => {
    const [first, second] = [await window(), await window()];
    const opened = await first.call('review.open', { proposal, commandId: commandId() }, signal);
    assert.equal(opened.files[0]?.state.text, proposed);
    const decided = await decide(second, 'reject', 1);
    assert.equal(decided.files?.[0]?.state.text, disk());
    const { file, owned: mine } = await report(first, null);
    assert.deepEqual(
      [mine, file?.state.open.map(({ id }) => id), disk()],
      [true, [`${proposal}.2`], proposed.replace('TWO', 'two')],
    );
  });

  it('do not take a file from the one that holds it unsaved', async () => {
    const [first, second] = [await window(), await window()];
    await first.call('review.open', { proposal, commandId: commandId() }, signal);
    const typed = proposed.replace('three', 'three, typed');
    assert.equal((await report(first, typed)).owned, true);
    assert.deepEqual(await report(second, proposed), { file: null, owned: false });
    assert.deepEqual(await report(second, null), { file: null, owned: false });
    const refused = await decide(second, 'reject', 1, proposed);
    assert.match(refused.refused[0]?.problem ?? '', /unsaved changes/);
    const asked = await decide(first, 'reject', 1, typed);
    const after = applyEdits(typed, asked.edits?.[0]?.edits ?? []);
    assert.equal(after, typed.replace('TWO', 'two'));
    assert.deepEqual([states(), disk()], [['open', 'open'], proposed]);
    await report(first, after);
    assert.deepEqual([states(), disk()], [['rejected', 'open'], proposed]);
  });

  it('leave a file free when they save it, and when they close', async () => {
    const [first, second] = [await window(), await window()];
    await first.call('review.open', { proposal, commandId: commandId() }, signal);
    const typed = proposed.replace('three', 'three, typed');
    await report(first, typed);
    writeFileSync(join(root, 'f.js'), typed);
    await report(first, null);
    assert.equal((await report(second, typed.replace('one', 'one, too'))).owned, true);
    const closed = second.closed;
    second.dispose();
    await closed;
    const third = await window();
    // The daemon hears of the closing by itself; a decision of another window waits for nothing else.
    for (let result = await decide(third, 'accept', 1); result.decided.length === 0;) {
      assert.match(result.refused[0]?.problem ?? '', /unsaved changes/);
      result = await decide(third, 'accept', 1);
    }
    assert.deepEqual([states(), disk()], [['accepted', 'open'], typed]);
  });

  it('make the edits of a file that they hold unsaved', async () => {
    const first = await window();
    const opened = await first.call(
      'review.open',
      { proposal, commandId: commandId(), unsaved: [{ path: 'f.js', text: base }] },
      signal,
    );
    assert.deepEqual(states(), ['waiting', 'waiting']);
    const text = applyEdits(base, opened.edits[0]?.edits ?? []);
    assert.equal(text, proposed);
    const { file } = await report(first, text);
    assert.deepEqual([states(), file?.state], [['open', 'open'], opened.files[0]?.state]);
    assert.equal(disk(), base);
  });

  it('let a file go that no window holds any more', async () => {
    await review.editor.open(
      { proposal, commandId: commandId(), unsaved: [{ path: 'f.js', text: base }] },
      signal,
    );
    const client = await window();
    assert.deepEqual((await decide(client, 'accept', 1)).decided, [`${proposal}.1`]);
    assert.equal(disk(), base.replace('two', 'TWO'));
  });
});
