import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DaemonConnection } from '../../src/client/index.ts';
import { UserError } from '../../src/common/index.ts';
import type { SpecsView, ThreadView } from '../../src/protocol/index.ts';
import { personsGit } from '../../src/workspace/testing/fixture.ts';
import { Product } from '../support/product.ts';
import {
  startScriptedOllama,
  type ScriptedAnswer,
  type ScriptedOllama,
  type ScriptedRequest,
} from '../support/scripted-ollama/index.ts';

const base = `export function first(list) {
  return list[0];
}

export function last(list) {
  return list[list.length];
}
`;
const mended = base.replace('list[list.length]', 'list[list.length - 1]');
const mend = '2|   return list[list.length - 1];';

/** The whole product with a scripted model server: threads as an editor asks for them. */
describe('review threads', function () {
  this.timeout(120_000);
  let server: ScriptedOllama;
  let product: Product;
  let root: string;
  let signal: AbortSignal;
  let answer: (request: ScriptedRequest) => string | ScriptedAnswer;
  let connection: DaemonConnection | undefined;

  async function begin(models: readonly string[]): Promise<void> {
    server = await startScriptedOllama({
      models: models.map((name) => ({ name })),
      answer: (request) => answer(request),
    });
    product = new Product({ env: { OLLAMA_HOST: server.url } });
    root = join(product.folder, 'project');
    mkdirSync(join(root, 'src'), { recursive: true });
    writeFileSync(join(root, 'src/lists.js'), base);
    writeFileSync(join(root, 'package.json'), '{ "name": "p", "type": "module" }\n');
    signal = AbortSignal.timeout(100_000);
    assert.equal((await product.run(['trust', '--yes'], { cwd: root })).code, 0);
  }
  afterEach(async () => {
    connection?.dispose();
    connection = undefined;
    await product.dispose();
    await server.dispose();
  });

  async function daemon(): Promise<DaemonConnection> {
    if (connection !== undefined) return connection;
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    const home = product.environment()['PANTHEON_HOME'] ?? '';
    connection = await DaemonConnection.open({ home, client: 'test', version: '0' }, signal);
    assert.ok(connection);
    return connection;
  }

  /** As a power cut would: nothing is told, and a new one starts with what was recorded. */
  async function kill(): Promise<void> {
    const running = await daemon();
    process.kill(running.hello.pid, 'SIGKILL');
    await running.closed;
    running.dispose();
    connection = undefined;
  }

  const command = () => ({ commandId: randomUUID() });
  const env = { PATH: process.env['PATH'] ?? '' };
  const list = async (unsaved?: { path: string; text: string }[]): Promise<readonly ThreadView[]> =>
    (
      await (
        await daemon()
      ).call('threads.list', { workspace: root, ...(unsaved ? { unsaved } : {}) }, signal)
    ).threads;
  const begun = async (line: number, words: string) =>
    await (
      await daemon()
    ).call(
      'threads.create',
      { workspace: root, path: 'src/lists.js', line, endLine: line, words, ...command() },
      signal,
    );
  const ask = async (thread: string, words?: string, id = command()) =>
    await (
      await daemon()
    ).call('threads.ask', { thread, env, ...id, ...(words === undefined ? {} : { words }) }, signal);
  const decide = async (thread: string, decision: 'apply' | 'dismiss' | 'resolve' | 'reopen') =>
    await (await daemon()).call('threads.decide', { thread, decision, ...command() }, signal);
  const said = (thread: ThreadView | undefined) =>
    thread?.comments.map(({ agent, text }) => `${agent ?? 'You'}: ${text}`);
  const save = (text: string) => writeFileSync(join(root, 'src/lists.js'), text);

  /** Waits on what the runner tells, not on time. */
  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    const client = await daemon();
    for (;;) {
      const changed = new Promise<void>((resolve) => client.on('changed', () => resolve()));
      await client.call('subscribe', {}, signal);
      const found = await look();
      if (found !== undefined) return found;
      await Promise.race([changed, client.closed]);
      signal.throwIfAborted();
    }
  }
  const answered = (thread: string) =>
    until(async () => (await list()).find(({ id, waiting }) => id === thread && waiting === undefined));

  it('keep what a person wrote, follow their lines, and say when those changed', async () => {
    await begin([]);
    const made = await begun(5, 'Is this the last one?');
    assert.deepEqual([made.state, made.placed, said(made)], ['open', true, ['You: Is this the last one?']]);
    await (
      await daemon()
    ).call('threads.reply', { thread: made.id, words: 'I think not.', ...command() }, signal);
    await kill();
    save(`// new\n${base}`);
    const [moved] = await list();
    assert.deepEqual([moved?.id, moved?.line, moved?.state], [made.id, 6, 'open']);
    assert.deepEqual(said(moved), ['You: Is this the last one?', 'You: I think not.']);
    const [unsaved] = await list([{ path: 'src/lists.js', text: `\n\n${base}` }]);
    assert.equal(unsaved?.line, 7);
    save(mended);
    const [outdated] = await list();
    assert.deepEqual([outdated?.state, outdated?.placed, outdated?.line], ['outdated', false, 5]);
    const { text } = await (await daemon()).call('threads.base', { thread: made.id }, signal);
    assert.equal(text, base);
    assert.equal((await decide(made.id, 'resolve')).thread.state, 'resolved');
    save(base);
    assert.equal((await decide(made.id, 'reopen')).thread.state, 'open');
  });

  it('do each command once, also over a restart', async () => {
    await begin([]);
    const params = {
      workspace: root,
      path: 'src/lists.js',
      line: 1,
      endLine: 2,
      words: 'Why?',
      ...command(),
    };
    const first = await (await daemon()).call('threads.create', params, signal);
    const reply = { thread: first.id, words: 'Because.', ...command() };
    await (await daemon()).call('threads.reply', reply, signal);
    await kill();
    const second = await (await daemon()).call('threads.create', params, signal);
    await (await daemon()).call('threads.reply', reply, signal);
    assert.equal(second.id, first.id);
    assert.deepEqual(said((await list())[0]), ['You: Why?', 'You: Because.']);
    assert.equal((await list()).length, 1);
  });

  it('refuse lines that are not there, files outside, and decisions that a conversation has not', async () => {
    await begin([]);
    const client = await daemon();
    const create = (path: string, line: number) =>
      client.call(
        'threads.create',
        { workspace: root, path, line, endLine: line, words: 'x', ...command() },
        signal,
      );
    const refused = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;
    await assert.rejects(create('src/lists.js', 99), refused('no-such-lines'));
    await assert.rejects(create('../secret', 0), refused('bad-path'));
    await assert.rejects(create('src/none.js', 0), refused('not-text'));
    await assert.rejects(decide('t0000000000', 'resolve'), refused('no-such-thread'));
    const { id } = await begun(1, 'x');
    await assert.rejects(decide(id, 'apply'), refused('no-suggestion'));
  });

  it('ask a reviewer: its answer comes into the thread, its suggestion as a hunk', async () => {
    await begin(['qwen2.5-coder:7b', 'mender']);
    const prompts: string[] = [];
    answer = ({ prompt }) => {
      prompts.push(prompt);
      return JSON.stringify({
        findings: [
          {
            line: 6,
            severity: 'error',
            message: 'One too far: the last index is length - 1.',
            suggestion: '  return list[list.length - 1];',
          },
        ],
      });
    };
    const { id } = await begun(5, 'Is this the last one?');
    const asked = await ask(id, 'Please mend it if not.');
    assert.equal(asked.waiting?.agent, 'reviewer');
    const thread = await answered(id);
    assert.deepEqual(said(thread)?.slice(0, 2), [
      'You: Is this the last one?',
      'You: Please mend it if not.',
    ]);
    assert.match(
      said(thread)?.[2] ?? '',
      /^reviewer: One too far: the last index is length - 1\.\n\nA change waits for you in the inbox: p/,
    );
    assert.match(prompts[0] ?? '', /lines: 6-6\nthread: You: Is this the last one\?\n\nYou: Please mend it/);
    const { proposals } = await (await daemon()).call('inbox.list', { workspace: root }, signal);
    assert.deepEqual(
      proposals.map((each) => each.id),
      thread.proposals,
    );
    assert.deepEqual(proposals[0]?.findings, []);
    assert.deepEqual(proposals[0]?.files[0]?.hunks[0]?.added, ['  return list[list.length - 1];']);
    assert.equal(proposals[0]?.title, 'src/lists.js line 6');
    const client = await daemon();
    const proposal = thread.proposals[0] ?? '';
    await client.call('review.open', { proposal, ...command() }, signal);
    const [under] = await list();
    assert.deepEqual([under?.state, under?.placed, under?.line], ['open', true, 5]);
    await client.call(
      'review.decide',
      { proposal, hunks: 'all', decision: 'accept', way: 'gutter', ...command() },
      signal,
    );
    const resolved = await until(async () => (await list()).find(({ state }) => state === 'resolved'));
    assert.equal(resolved.id, id);
    await decide(id, 'reopen');
    await kill();
    assert.equal((await list())[0]?.state, 'outdated', 'what a person reopened is not resolved once more');
  });

  it('turn to the small model where no larger one is, which samples again and proposes what most agree on', async () => {
    await begin(['mender']);
    const seeds = new Set<unknown>();
    answer = ({ options }) => {
      seeds.add(options['seed']);
      return mend;
    };
    const { id } = await begun(5, 'Is this the last one?');
    await ask(id);
    const thread = await answered(id);
    assert.match(
      said(thread)?.at(-1) ?? '',
      /^mender: \d of \d samples make the same change\.\n\nA change waits/,
    );
    assert.ok(seeds.size > 3);
    assert.equal(thread.proposals.length, 1);
    await ask(id);
    await answered(id);
    assert.ok(seeds.size > 8, 'another run draws other samples');
  });

  it('say so where nobody can answer', async () => {
    await begin(['mender']);
    writeFileSync(join(root, 'notes.txt'), 'one\ntwo\n');
    const client = await daemon();
    const { id } = await client.call(
      'threads.create',
      { workspace: root, path: 'notes.txt', line: 0, endLine: 0, words: 'Right?', ...command() },
      signal,
    );
    await assert.rejects(ask(id, 'Please look.'), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, 'nobody-to-ask');
      assert.match(error.remedy, /ollama pull qwen2\.5-coder:7b/);
      return true;
    });
    assert.equal((await list())[0]?.waiting, undefined);
  });

  it('have the answer once, though the runner is killed while the agent works', async () => {
    await begin(['mender']);
    let hangs = true;
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    answer = () => {
      isAsked();
      return hangs ? { text: mend, fault: { kind: 'hang-mid-stream' } } : mend;
    };
    const { id } = await begun(5, 'Is this the last one?');
    const once = command();
    await ask(id, 'Look, please.', once);
    await asked;
    await kill();
    hangs = false;
    await ask(id, 'Look, please.', once);
    const thread = await answered(id);
    assert.equal(said(thread)?.length, 3);
    await kill();
    assert.deepEqual(said((await list())[0]), said(thread));
    const { proposals } = await (await daemon()).call('inbox.list', { workspace: root }, signal);
    assert.equal(proposals.length, 1);
    const { runs } = await (await daemon()).call('runs.list', { workspace: root }, signal);
    assert.equal(runs.length, 1);
  });

  it('say when the run was cancelled', async () => {
    await begin(['mender']);
    answer = () => ({ text: mend, fault: { kind: 'hang-mid-stream' } });
    const { id } = await begun(5, 'Is this the last one?');
    const first = await ask(id);
    await (await daemon()).call('runs.cancel', { run: first.waiting?.run ?? '', ...command() }, signal);
    assert.equal(said(await answered(id))?.at(-1), 'mender: This was cancelled.');
  });

  /** A repository whose uncommitted file was reviewed: one remark with a suggestion waits. */
  async function reviewed(): Promise<void> {
    await begin(['mender']);
    answer = ({ prompt }) => (prompt.includes('last(') ? mend : 'ok');
    personsGit(root, 'init', '-q');
    personsGit(root, 'add', 'package.json');
    personsGit(root, 'commit', '-qm', 'start');
    assert.equal((await product.run(['run', 'review-my-changes', '--wait'], { cwd: root })).code, 0);
  }

  it('of findings apply the suggestion to the file, once, and stand where it is then', async () => {
    await reviewed();
    save(`// head\n${base}`);
    const [thread, second] = await list();
    assert.equal(second, undefined);
    assert.deepEqual(
      [thread?.line, thread?.finding?.suggestion, thread?.finding?.replaces, thread?.finding?.of],
      [6, '  return list[list.length - 1];', '  return list[list.length];', 1],
    );
    assert.match(
      said(thread)?.[0] ?? '',
      /^mender: 9 of 9 samples make the same change here\.\n\n```suggestion\n {2}return list\[list\.length - 1\];\n```$/,
    );
    const id = thread?.id ?? '';
    const { thread: applied, edits } = await decide(id, 'apply');
    assert.deepEqual(edits, []);
    assert.equal(readFileSync(join(root, 'src/lists.js'), 'utf8'), `// head\n${mended}`);
    assert.deepEqual([applied.state, applied.placed, applied.line], ['applied', true, 6]);
    const { agents } = (await product.json<SpecsView>(['agents'], { cwd: root })).document;
    const mender = agents.find(({ name }) => name === 'mender');
    assert.deepEqual([mender?.accepted, mender?.decided], [1, 1]);
    await kill();
    assert.equal((await list())[0]?.state, 'applied');
  });

  it('of findings in an unsaved file let the window make the edit, and leave the disk alone', async () => {
    await reviewed();
    const [thread] = await list();
    const buffer = `// typed\n${base}`;
    const client = await daemon();
    const { edits } = await client.call(
      'threads.decide',
      {
        thread: thread?.id ?? '',
        decision: 'apply',
        unsaved: [{ path: 'src/lists.js', text: buffer }],
        ...command(),
      },
      signal,
    );
    const [edit] = edits[0]?.edits ?? [];
    assert.ok(edit);
    const after = buffer.slice(0, edit.start) + edit.text + buffer.slice(edit.end);
    assert.equal(after, `// typed\n${mended}`);
    assert.equal(readFileSync(join(root, 'src/lists.js'), 'utf8'), base);
    await client.call('review.report', { workspace: root, path: 'src/lists.js', text: after }, signal);
    const [applied] = await list([{ path: 'src/lists.js', text: after }]);
    assert.deepEqual([applied?.state, applied?.placed, applied?.line], ['applied', true, 6]);
  });
});
