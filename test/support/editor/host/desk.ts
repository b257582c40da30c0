import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import * as vscode from 'vscode';

import { DaemonConnection } from '../../../../src/client/index.ts';
import type { PantheonApi } from '../../../../src/extension/extension.ts';
import type { HunkView, ProposalView, ResultOf } from '../../../../src/protocol/index.ts';
import { changesBetween, type EditorLineChange } from '../../../../src/text/index.ts';
import { propose, withReviews } from '../proposals.ts';
import { pantheon, project } from './pantheon.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

/** An editor that is busy shows within this time what it was told. */
const patienceMs = 40_000;

/** A person at a window with the real extension, a real runner and files on disk. */
export class Desk {
  readonly api: PantheonApi;
  readonly person: Person;
  readonly root: string;
  #proposals = 0;

  private constructor(api: PantheonApi, root: string, person: Person) {
    this.api = api;
    this.root = root;
    this.person = person;
  }

  /** At the first folder that is open, or the one with this index; one person can sit at several. */
  static async open(folder = 0, person = new Person()): Promise<Desk> {
    const desk = new Desk(await pantheon(), realpathSync(project(folder)), person);
    await desk.startRunner();
    return desk;
  }

  get home(): string {
    return process.env['PANTHEON_HOME'] ?? '';
  }

  uri(path: string): vscode.Uri {
    return vscode.Uri.file(join(this.root, path));
  }

  disk(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  bytes(path: string): Uint8Array | null {
    const file = join(this.root, path);
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : null;
  }

  /** Writes as another program does. */
  write(path: string, content: Uint8Array | string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  /** Deletes a file as another program does. */
  remove(path: string): void {
    rmSync(join(this.root, path));
  }

  chmod(path: string, mode: number): void {
    chmodSync(join(this.root, path), mode);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8' });
  }

  /** Makes a proposal as a run would, while the runner is away, and waits until the inbox lists it. */
  async propose(files: Parameters<typeof propose>[2]): Promise<ProposalView> {
    this.#proposals += 1;
    const key = `${this.#proposals} ${Object.keys(files)[0]}`;
    return await this.proposal(await this.withData((review) => propose(review, this.root, files, { key })));
  }

  /** Uses the data itself while the runner is away, and starts it again. */
  async withData<T>(work: Parameters<typeof withReviews<T>>[1]): Promise<T> {
    await this.stopRunner();
    try {
      return await withReviews(this.home, work);
    } finally {
      await this.startRunner();
    }
  }

  /** Another window on the same project: what it would tell the runner. */
  async secondWindow(): Promise<{
    report(path: string, text: string | null): Promise<ResultOf<'review.report'>>;
    close(): void;
  }> {
    const signal = AbortSignal.timeout(60_000);
    const connection = await DaemonConnection.open(
      { home: this.home, client: 'editor', version: '0' },
      signal,
    );
    assert.ok(connection !== undefined, 'no runner');
    return {
      report: (path, text) => connection.call('review.report', { workspace: this.root, path, text }, signal),
      close: () => connection.dispose(),
    };
  }

  async startRunner(): Promise<void> {
    await vscode.commands.executeCommand('pantheon.startRunner');
    await this.#untilLink('ready');
    await this.api.reviewing.files.restore();
  }

  async stopRunner(): Promise<void> {
    const { link } = this.api;
    if (link.state === 'ready')
      await link.act('daemon.stop', { commandId: `stop-${Date.now()}` }).catch(() => {});
    await this.#untilLink('away');
  }

  async proposal(id: string): Promise<ProposalView> {
    const { proposals } = await this.api.link.act('inbox.list', { workspace: this.root });
    const found = proposals.find((one) => one.id === id);
    assert.ok(found !== undefined, `no proposal ${id}`);
    return found;
  }

  /** States of a proposal's hunks in their order, as the runner keeps them. */
  async states(id: string): Promise<readonly HunkView['state'][]> {
    await this.api.reviewing.files.flush();
    const { files } = await this.proposal(id);
    return files.flatMap(({ hunks }) => hunks.map(({ state }) => state));
  }

  /** Waits until the runner keeps these states: after what the window hears by itself. */
  async untilStates(id: string, wanted: readonly HunkView['state'][]): Promise<void> {
    const { reviewing, link } = this.api;
    await until(
      async () => ((await this.states(id)).join() === wanted.join() ? true : undefined),
      reviewing.files.onDidChange,
      link.onDidChangeViews,
    );
  }

  /** What was recorded as seen of a proposal and its hunks, in its order: `shown p1.1`. */
  async seen(id: string): Promise<readonly string[]> {
    return await this.withData((_, events) =>
      Promise.resolve(
        events()
          .filter(({ stream, type }) => stream === `review/${id}` && type === 'exposed')
          .map(({ body }) => body as { readonly what: string; readonly id: string })
          .map(({ what, id: of }) => `${what} ${of}`),
      ),
    );
  }

  async reviewInPlace(proposal: ProposalView): Promise<void> {
    await vscode.commands.executeCommand('pantheon.reviewInPlace', { kind: 'proposal', proposal });
  }

  async stop(proposal: ProposalView): Promise<void> {
    await vscode.commands.executeCommand('pantheon.stopReviewing', { kind: 'proposal', proposal });
  }

  /** Shows a file in an editor. */
  async show(path: string): Promise<vscode.TextEditor> {
    return await vscode.window.showTextDocument(this.uri(path), { preview: false });
  }

  /** Text of the file in this window. */
  async shown(path: string): Promise<string> {
    return (await vscode.workspace.openTextDocument(this.uri(path))).getText();
  }

  /** The other side of the gutter's comparison, as the editor gets it. */
  async base(path: string): Promise<string> {
    const uri = this.uri(path).with({ scheme: 'pantheon-base' });
    const document = await vscode.workspace.openTextDocument(uri);
    const { files } = this.api.reviewing;
    // What the base shall be may change while the editor fetches it.
    const wanted = () => files.at(this.uri(path))?.original ?? '';
    const patience = AbortSignal.timeout(patienceMs);
    await until(
      () => {
        if (patience.aborted) return true;
        return document.getText() === wanted() ? true : undefined;
      },
      vscode.workspace.onDidChangeTextDocument,
      files.onDidChange,
      abortEvent(patience),
    );
    assert.equal(document.getText(), wanted(), `the base of ${path}`);
    return document.getText();
  }

  open(path: string): readonly string[] {
    return this.api.reviewing.files.at(this.uri(path))?.open.map(({ id }) => id) ?? [];
  }

  /** Replaces the first occurrence in the window, as typing does. */
  async type(path: string, before: string, after: string): Promise<void> {
    await this.#typeAt(path, before, ({ document }, at) => {
      const range = new vscode.Range(document.positionAt(at), document.positionAt(at + before.length));
      return (edit) => edit.replace(range, after);
    });
  }

  /** Types in front of the first occurrence. */
  async insert(path: string, before: string, text: string): Promise<void> {
    await this.#typeAt(path, before, ({ document }, at) => {
      const position = document.positionAt(at);
      return (edit) => edit.insert(position, text);
    });
  }

  /** Accept or Reject in the peek of the nth bar in the gutter, counted from 0. */
  async gutter(path: string, decision: 'accept' | 'reject', n: number): Promise<readonly string[]> {
    const changes = lineChanges(await this.base(path), await this.shown(path));
    if (decision === 'reject') this.person.willPick(/Reject/);
    return (
      (await vscode.commands.executeCommand(`pantheon.hunk.${decision}`, this.uri(path), changes, n)) ?? []
    );
  }

  /** Accept or Reject with the cursor on this text. */
  async keyboard(path: string, decision: 'accept' | 'reject', on: string): Promise<readonly string[]> {
    await this.cursor(path, on);
    if (decision === 'reject') this.person.willPick(/Reject/);
    return (await vscode.commands.executeCommand(`pantheon.hunk.${decision}`)) ?? [];
  }

  /** Accept or Reject with the cursor on the nth open hunk, counted from 0. */
  async keyboardOn(path: string, decision: 'accept' | 'reject', n: number): Promise<readonly string[]> {
    const file = this.api.reviewing.files.at(this.uri(path));
    const hunk = file?.open[n];
    assert.ok(hunk !== undefined, `${path} has no open hunk ${n}`);
    const editor = await this.show(path);
    const at = editor.document.positionAt(hunk.start);
    editor.selection = new vscode.Selection(at, at);
    if (decision === 'reject') this.person.willPick(/Reject/);
    return (await vscode.commands.executeCommand(`pantheon.hunk.${decision}`)) ?? [];
  }

  async cursor(path: string, on: string): Promise<vscode.TextEditor> {
    const editor = await this.show(path);
    const at = editor.document.positionAt(editor.document.getText().indexOf(on));
    editor.selection = new vscode.Selection(at, at);
    return editor;
  }

  async save(path: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uri(path));
    assert.ok(await document.save());
  }

  /** Waits until the window shows this text. */
  async untilShown(path: string, text: string, when = `the text of ${path}`): Promise<void> {
    const patience = AbortSignal.timeout(patienceMs);
    await until(
      async () => (patience.aborted || (await this.shown(path)) === text ? true : undefined),
      vscode.workspace.onDidChangeTextDocument,
      abortEvent(patience),
    );
    assert.equal(await this.shown(path), text, when);
  }

  async dispose(): Promise<void> {
    this.person.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }

  /**
   * What a person types goes into the text that stands there. An edit of the editor's interface is made for one version of the
   * text and refused when another change comes first: then it is made for the new one.
   */
  async #typeAt(
    path: string,
    before: string,
    typing: (editor: vscode.TextEditor, at: number) => (edit: vscode.TextEditorEdit) => void,
  ): Promise<void> {
    const editor = await this.show(path);
    const { document } = editor;
    for (;;) {
      const at = document.getText().indexOf(before);
      assert.ok(at >= 0, `${path} has no ${JSON.stringify(before)}`);
      const { version } = document;
      if (await editor.edit(typing(editor, at))) return;
      await until(
        () => (document.version === version ? undefined : true),
        vscode.workspace.onDidChangeTextDocument,
      );
    }
  }

  async #untilLink(state: 'ready' | 'away'): Promise<void> {
    const { link } = this.api;
    await until(() => (link.state === state ? true : undefined), link.onDidChangeState);
  }
}

function abortEvent(signal: AbortSignal): vscode.Event<unknown> {
  return (listener) => {
    const hear = () => void listener(undefined);
    signal.addEventListener('abort', hear, { once: true });
    return new vscode.Disposable(() => signal.removeEventListener('abort', hear));
  };
}

/** The changes between two texts as the editor's comparison names them. */
export function lineChanges(before: string, after: string): EditorLineChange[] {
  return changesBetween(before, after).map(({ aStart, aEnd, bStart, bEnd }) => ({
    originalStartLineNumber: aStart === aEnd ? aStart : aStart + 1,
    originalEndLineNumber: aStart === aEnd ? 0 : aEnd,
    modifiedStartLineNumber: bStart === bEnd ? bStart : bStart + 1,
    modifiedEndLineNumber: bStart === bEnd ? 0 : bEnd,
  }));
}
