import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import type { GitApi } from '../../../src/extension/inline/git.ts';
import { Desk } from '../../support/editor/host/desk.ts';
import { until } from '../../support/editor/host/until.ts';

interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  getAPI(version: 1): GitApi;
}

const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const proposed = base.replace('two', 'TWO').replace('six', 'SIX');

describe('hunks in a window with git turned off', () => {
  let desk: Desk;
  let file: string;
  let names = 0;

  before(async () => {
    desk = await Desk.open();
    const git = vscode.extensions.getExtension<{ enabled: boolean }>('vscode.git');
    await git?.activate();
    assert.equal(git?.exports.enabled ?? false, false);
  });
  beforeEach(() => {
    file = `words/${(names += 1)}.txt`;
    desk.write(file, base);
    desk.git('add', '--', file);
  });
  after(() => desk.dispose());

  async function opened() {
    const proposal = await desk.propose({ [file]: [base, proposed] });
    await desk.reviewInPlace(proposal);
    return proposal;
  }

  it('are decided from the gutter, which needs no git', async () => {
    const { id } = await opened();
    assert.equal(await desk.base(file), base);
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.1`]);
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.2`]);
    assert.equal(desk.disk(file), base.replace('two', 'TWO'));
    assert.deepEqual(await desk.states(id), ['accepted', 'rejected']);
  });

  it('follow what the command line does to their file', async () => {
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    const { id } = await opened();
    desk.git('stash', 'push', '--quiet', '--', file);
    await desk.untilShown(file, base);
    await desk.untilStates(id, ['withdrawn', 'withdrawn']);
    desk.git('stash', 'pop', '--quiet');
    await desk.untilShown(file, proposed);
    await desk.untilStates(id, ['open', 'open']);
    await desk.stop(await desk.proposal(id));
    assert.equal(desk.disk(file), base);
  });

  it('are seen in a commit once git is turned on, during the review', async () => {
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    const { id } = await opened();
    const settings = vscode.workspace.getConfiguration('git');
    await settings.update('enabled', true, vscode.ConfigurationTarget.Global);
    try {
      const git = vscode.extensions.getExtension<GitExtension>('vscode.git')?.exports;
      assert.ok(git);
      await until(() => (git.enabled ? true : undefined), git.onDidChangeEnablement);
      const api = git.getAPI(1);
      const repository = await until(() => api.repositories[0], api.onDidOpenRepository);
      await until(() => repository.state.HEAD?.commit, repository.state.onDidChange);
      desk.git('commit', '--quiet', '--message', 'with hunks', '--', file);
      await desk.person.hears(/commit holds 2 hunks .* not decided/);
      await desk.untilStates(id, ['committed-undecided', 'committed-undecided']);
    } finally {
      await settings.update('enabled', false, vscode.ConfigurationTarget.Global);
    }
  });

  it('stay open through a commit that nobody could tell of, and are decided after it', async () => {
    const { id } = await opened();
    desk.git('commit', '--quiet', '--message', 'with hunks', '--', file);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.2`]);
    assert.deepEqual(await desk.states(id), ['rejected', 'accepted']);
  });
});
