import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as vscode from 'vscode';

import type { ThreadView } from '../../../src/protocol/index.ts';
import type { ProposedFinding } from '../../../src/review/index.ts';
import { Desk } from '../../support/editor/host/desk.ts';
import { until } from '../../support/editor/host/until.ts';
import { startScriptedOllama, type ScriptedOllama } from '../../support/scripted-ollama/index.ts';

const base = `export function first(list) {
  return list[0];
}

export function last(list) {
  return list[list.length];
}
`;
const mended = base.replace('list[list.length]', 'list[list.length - 1]');
const suggestion = '  return list[list.length - 1];';

describe('review threads in the editor', function () {
  this.timeout(60_000);
  let desk: Desk;
  let server: ScriptedOllama;
  let file: string;
  let names = 0;
  let proposals = 0;

  before(async () => {
    server = await startScriptedOllama({
      models: ['qwen2.5-coder:7b'],
      answer: ({ prompt }) => {
        const line = Number(/^(\d+)\| .*list\[list\.length\];$/m.exec(prompt)?.[1] ?? 1);
        const found = { line, severity: 'error', message: 'One too far.', suggestion };
        return JSON.stringify({ findings: [found] });
      },
    });
    const home = process.env['PANTHEON_HOME'] ?? '';
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'settings.yaml'), `servers: ['${server.url}']\n`);
    desk = await Desk.open();
    const view = await desk.api.link.act('trust.describe', { workspace: desk.root });
    await desk.api.link.act('trust.grant', {
      workspace: desk.root,
      hash: view.hash,
      commandId: 'trust-the-demo',
    });
  });
  beforeEach(() => {
    file = `src/lists-${(names += 1)}.js`;
    desk.write(file, base);
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
  after(async () => {
    await desk.dispose();
    await server.dispose();
  });

  /** A finding as a run would leave it. */
  async function found(more: Partial<ProposedFinding> = {}): Promise<string> {
    const finding: ProposedFinding = {
      path: file,
      line: 5,
      severity: 'warning',
      message: '7 of 9 samples make the same change here.',
      suggestion,
      agent: 'mender',
      ...more,
    };
    const id = await desk.withData((review) =>
      review.propose({
        key: `findings ${(proposals += 1)}`,
        run: `rf${proposals}`,
        flow: `review ${proposals}`,
        workspaceId: 'w',
        workspaceRoot: desk.root,
        title: '1 remark',
        files: [],
        findings: [finding],
        evidence: [],
      }),
    );
    return `${id}.f1`;
  }

  /** The thread as it is known and shown, once it is as wanted. */
  async function shown(
    id: string,
    isWanted: (view: ThreadView, thread: vscode.CommentThread) => boolean = () => true,
  ): Promise<{ view: ThreadView; thread: vscode.CommentThread }> {
    const all = desk.api.threads;
    return await until(
      () => {
        const view = all.all.find((each) => each.id === id);
        const thread = all.shownAs(id);
        return view !== undefined && thread !== undefined && isWanted(view, thread)
          ? { view, thread }
          : undefined;
      },
      all.onDidChange,
      vscode.window.onDidChangeVisibleTextEditors,
    );
  }
  const run = async (command: string, ...args: unknown[]) =>
    await vscode.commands.executeCommand<ThreadView | undefined>(`pantheon.${command}`, ...args);
  const texts = (thread: vscode.CommentThread) =>
    thread.comments.map(
      ({ author, body }) => `${author.name}: ${typeof body === 'string' ? body : body.value}`,
    );
  const row = (id: string) => ({ kind: 'finding', finding: { id } });
  /** Lets the box of a new thread be written in: what a person does with Comment Here. */
  async function begin(line: number): Promise<vscode.CommentThread> {
    const editor = await desk.show(file);
    return desk.api.threads.begin(editor.document.uri, new vscode.Range(line, 0, line, 0));
  }

  it('show a finding at its lines, with who remarks, what it suggests, and what can be done', async () => {
    await desk.show(file);
    const { thread } = await shown(await found());
    assert.equal(thread.uri.fsPath, desk.uri(file).fsPath);
    assert.equal(thread.range?.start.line, 5);
    assert.equal(thread.label, 'mender · warning');
    assert.equal(thread.contextValue, 'finding undecided suggests');
    assert.equal(thread.state, vscode.CommentThreadState.Unresolved);
    assert.deepEqual(texts(thread), [
      'mender: 7 of 9 samples make the same change here.\n\n```diff\n-  return list[list.length];\n+  return list[list.length - 1];\n```',
    ]);
  });

  it('are rows of the inbox and count as waiting', async () => {
    const { inbox } = desk.api.trees;
    const id = await found();
    const rows = await until(() => {
      const all = inbox.rows.flatMap((each) => inbox.getChildren(each));
      return all.some((each) => each.kind === 'finding' && each.finding.id === id) ? all : undefined;
    }, inbox.onDidLoad);
    const mine = rows.find((each) => each.kind === 'finding' && each.finding.id === id);
    assert.ok(mine);
    const item = inbox.getTreeItem(mine);
    assert.equal(item.contextValue, 'suggestion');
    assert.equal(item.label, `${file.split('/').at(-1)}:6`);
    assert.equal(item.description, '7 of 9 samples make the same change here.');
    assert.match(inbox.view.badge?.tooltip ?? '', /remark/);
    await run('thread.dismiss', mine);
    await shownGone(id);
    const decided = await until(
      () =>
        inbox.rows
          .flatMap((each) => inbox.getChildren(each))
          .some((each) => each.kind === 'finding' && each.finding.id === id && each.finding.state === 'open')
          ? undefined
          : true,
      inbox.onDidLoad,
    );
    assert.ok(decided);
  });

  it('are decided as rows of the inbox too, with the keys that decide hunks', async () => {
    const rowOf = (id: string, more: object = { suggestion }) => ({
      kind: 'finding',
      finding: { id, state: 'open', ...more },
    });
    const [applied, dismissed] = [await found(), await found()];
    desk.person.forget();
    await run('rowAccept', rowOf(dismissed, {}));
    await desk.person.hears(/suggests no change that could be applied\. Discard it/);
    assert.equal(desk.disk(file), base);
    assert.equal((await run('rowReject', rowOf(dismissed)))?.state, 'dismissed');
    assert.equal((await run('rowAccept', rowOf(applied)))?.state, 'applied');
    assert.equal(desk.disk(file), mended);
    await run('rowReject', rowOf(applied, { state: 'applied' }));
    await desk.person.hears(/This remark is decided\. Reopen it first/);
  });

  async function shownGone(id: string): Promise<void> {
    const all = desk.api.threads;
    await until(() => (all.shownAs(id) === undefined ? true : undefined), all.onDidChange);
  }

  it('apply what they suggest to the file, and are resolved where it is then', async () => {
    await desk.show(file);
    const { thread } = await shown(await found());
    const view = await run('thread.apply', thread);
    assert.equal(view?.state, 'applied');
    assert.equal(desk.disk(file), mended);
    await desk.untilShown(file, mended);
    assert.equal(thread.state, vscode.CommentThreadState.Resolved);
    assert.equal(thread.label, 'mender · applied');
  });

  it('apply in an unsaved file by an edit of the window, which is never saved', async () => {
    await desk.show(file);
    const { thread, view } = await shown(await found());
    await desk.insert(file, 'export function first', '// typed\n');
    await run('thread.apply', thread);
    assert.equal(await desk.shown(file), `// typed\n${mended}`);
    assert.equal(desk.disk(file), base);
    const document = await vscode.workspace.openTextDocument(desk.uri(file));
    assert.ok(document.isDirty);
    const { view: applied } = await shown(view.id, ({ state }) => state === 'applied');
    assert.equal(applied.line, 6);
    await desk.save(file);
    await vscode.commands.executeCommand('undo');
    assert.equal(await desk.shown(file), `// typed\n${base}`);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('whose lines changed are shown in the text that they were made in, never at a guessed line', async () => {
    const id = await found();
    await desk.show(file);
    await shown(id);
    await desk.type(file, 'list[list.length]', 'list.at(-1)');
    await desk.save(file);
    await shownGone(id);
    await run('thread.show', row(id));
    const { view, thread } = await shown(id);
    assert.equal(view.state, 'outdated');
    assert.equal(thread.uri.scheme, 'pantheon-thread');
    assert.equal(thread.canReply, false);
    assert.equal(thread.label, 'mender · outdated: the lines changed');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), base);
    desk.person.said.length = 0;
    await run('thread.apply', thread);
    await desk.person.hears(/lines of this finding .* changed/);
    assert.equal(desk.disk(file), base.replace('list[list.length]', 'list.at(-1)'));
  });

  it('follow what is typed and not saved, and are there again when it is taken back', async () => {
    const id = await found();
    await desk.show(file);
    const { thread } = await shown(id);
    await desk.insert(file, 'export function first', '// typed\n');
    const { view: moved } = await shown(id, ({ line }) => line === 6);
    assert.equal(moved.state, 'open');
    assert.equal(thread.range?.start.line, 6);
    await desk.type(file, 'list[list.length]', 'list.at(-1)');
    const { thread: kept } = await shown(id, ({ state }) => state === 'outdated');
    assert.equal(kept, thread, 'a reply that was begun in it is not lost');
    assert.match(kept.label ?? '', /outdated/i);
    await desk.type(file, 'list.at(-1)', 'list[list.length]');
    assert.equal((await shown(id, ({ state }) => state === 'open')).thread, thread);
    assert.equal(desk.disk(file), base);
    await desk.type(file, 'list[list.length]', 'list.at(-1)');
    await shown(id, ({ state }) => state === 'outdated');
    await desk.save(file);
    await shownGone(id);
    desk.write(file, base);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('begin with the words of a person, in the box that they wrote in, and survive the runner', async () => {
    const thread = await begin(5);
    const made = await run('thread.comment', { thread, text: 'Is this the last one?' });
    assert.ok(made);
    assert.deepEqual(texts(thread), ['You: Is this the last one?']);
    await run('thread.reply', { thread, text: 'I think not.' });
    await desk.stopRunner();
    assert.equal(thread.comments.length, 2);
    await desk.startRunner();
    const after = await shown(made.id);
    assert.equal(after.thread, thread, 'the thread is kept, so that it does not jump');
    assert.deepEqual(texts(thread), ['You: Is this the last one?', 'You: I think not.']);
    await run('thread.resolve', thread);
    assert.equal(thread.state, vscode.CommentThreadState.Resolved);
    await run('thread.reopen', thread);
    assert.equal(thread.state, vscode.CommentThreadState.Unresolved);
  });

  it('are about a file as such where a person begins them so, whatever becomes of its lines', async () => {
    const thread = await begin(0);
    // The editor offers the box of a file comment without a range.
    thread.range = undefined;
    const made = await run('thread.comment', { thread, text: 'Should this be two files?' });
    assert.equal(made?.wholeFile, true);
    assert.equal(thread.range, undefined);
    await desk.type(file, 'list', 'items');
    await desk.save(file);
    const { thread: after, view } = await shown(made.id, ({ state }) => state === 'open');
    assert.equal(after, thread);
    assert.equal(view.placed, true);
    assert.equal(thread.range, undefined);
    await desk.stopRunner();
    await desk.startRunner();
    assert.deepEqual(texts((await shown(made.id)).thread), ['You: Should this be two files?']);
  });

  it('in which nothing was said are put away', async () => {
    const thread = await begin(1);
    await run('thread.reply', { thread, text: '  ' });
    await run('thread.cancel', thread);
    assert.equal(desk.api.threads.viewOf(thread), undefined);
  });

  it('get an answer from an agent, and its change as a hunk to review in place', async () => {
    const thread = await begin(5);
    const asked = await run('thread.commentAndAsk', { thread, text: 'Is this the last one?' });
    assert.ok(asked);
    const { view } = await shown(
      asked.id,
      ({ waiting, comments }) => waiting === undefined && comments.length > 1,
    );
    assert.match(
      texts(thread).at(-1) ?? '',
      /^reviewer: One too far\.\n\nA change waits for you in the inbox: p/,
    );
    assert.match(thread.contextValue ?? '', /changes/);
    assert.equal(view.proposals.length, 1);
    await run('thread.reviewChange', thread);
    assert.equal(desk.disk(file), mended);
    assert.equal(desk.open(file).length, 1);
    await desk.gutter(file, 'accept', 0);
    assert.deepEqual(await desk.states(view.proposals[0] ?? ''), ['accepted']);
    desk.person.said.length = 0;
    await run('thread.reviewChange', thread);
    await desk.person.hears(/are decided/);
  });

  it('lead from one to the next that waits, across files', async () => {
    const [first, other] = [await found(), `${file}-other.js`];
    desk.write(other, base);
    const second = await found({ path: other, line: 1, suggestion: '  return list.at(0);' });
    await run('thread.show', row(first));
    const { thread } = await shown(first);
    await run('thread.next', thread);
    const { view } = await shown(second);
    const editor = vscode.window.activeTextEditor;
    assert.deepEqual(
      [editor?.document.uri.fsPath, editor?.selection.active.line],
      [desk.uri(other).fsPath, view.line],
    );
  });

  it('say what to do where there is no file to comment on', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    desk.person.said.length = 0;
    await run('commentHere');
    await desk.person.hears(/no file of an open project/);
  });
});
