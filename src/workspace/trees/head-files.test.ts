import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { fingerprint, personsGit, removeFolder, temporaryFolder, writeFiles } from '../testing/fixture.ts';
import { openPrivateRepository } from './private-repository.ts';
import { PrivateTrees } from './trees.ts';

const signal = new AbortController().signal;

describe('what changed since HEAD', () => {
  let base: string;
  let root: string;

  beforeEach(() => {
    base = temporaryFolder();
    root = path.join(base, 'project');
    mkdirSync(root);
  });
  afterEach(() => removeFolder(base));

  /** `kind path` of everything that differs, seen from a folder. */
  async function changes(folder = root): Promise<readonly string[] | undefined> {
    const repository = await openPrivateRepository(path.join(base, 'home', 'repos', 'id'), folder, signal);
    const trees = new PrivateTrees(repository, folder, path.join(base, 'home'));
    try {
      const { tree } = await trees.snapshot(signal);
      const head = await trees.head(tree, signal);
      if (head === undefined) return undefined;
      const found = await trees.diff(head, tree, signal);
      return found.map(({ kind, path: file }) => `${kind} ${file}`).toSorted();
    } finally {
      await trees.dispose();
    }
  }

  function commit(files: Readonly<Record<string, string>>): void {
    personsGit(root, 'init', '-q', '--initial-branch=main');
    writeFiles(root, files);
    personsGit(root, 'add', '.');
    personsGit(root, 'commit', '-qm', 'start');
  }

  it('is what was edited, added, moved and removed, staged or not, and the repository is left alone', async () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
    commit({
      'a.js': 'one\n',
      'same.js': 'same\n',
      'gone.js': 'x\n',
      'old.js': long,
      '.gitignore': '*.log\n',
    });
    writeFiles(root, { 'a.js': 'two\n', 'new.js': 'n\n', 'staged.js': 's\n', 'x.log': 'l' });
    personsGit(root, 'add', 'staged.js');
    renameSync(path.join(root, 'old.js'), path.join(root, 'moved.js'));
    rmSync(path.join(root, 'gone.js'));
    const before = fingerprint(path.join(root, '.git'));
    assert.deepEqual(await changes(), [
      'add new.js',
      'add staged.js',
      'delete gone.js',
      'edit a.js',
      'rename moved.js',
    ]);
    assert.equal(fingerprint(path.join(root, '.git')), before);
  });

  it('is nothing where a repository only stores other line ends than it checks out', async () => {
    commit({ '.gitattributes': '* text eol=crlf\n', 'a.txt': 'one\r\ntwo\r\n', 'b.txt': 'one\r\n' });
    writeFiles(root, { 'b.txt': 'ONE\r\n' });
    assert.deepEqual(await changes(), ['edit b.txt']);
  });

  it('seen from a folder is what changed in it', async () => {
    commit({ 'a.js': 'one\n', 'sub/b.js': 'one\n', 'sub/c.js': 'one\n' });
    writeFiles(root, { 'a.js': 'two\n', 'sub/b.js': 'two\n' });
    assert.deepEqual(await changes(path.join(root, 'sub')), ['edit b.js']);
  });

  it('leaves submodules to themselves', async () => {
    const other = path.join(base, 'other');
    mkdirSync(other);
    personsGit(other, 'init', '-q', '--initial-branch=main');
    writeFiles(other, { 'lib.js': 'lib\n' });
    personsGit(other, 'add', '.');
    personsGit(other, 'commit', '-qm', 'start');
    commit({ 'a.js': 'one\n' });
    personsGit(root, 'submodule', '--quiet', 'add', other, 'vendor/other');
    personsGit(root, 'commit', '-qm', 'submodule');
    writeFiles(root, { 'vendor/other/lib.js': 'changed\n', 'a.js': 'two\n' });
    assert.deepEqual(await changes(), ['edit a.js']);
  });

  it('takes a file where a folder was, and the other way round', async () => {
    commit({ one: 'file\n', 'two/inner': 'file\n' });
    rmSync(path.join(root, 'one'));
    rmSync(path.join(root, 'two'), { recursive: true });
    writeFiles(root, { 'one/inner': 'now a folder\n', two: 'now a file\n' });
    assert.deepEqual(await changes(), ['add one/inner', 'add two', 'delete one', 'delete two/inner']);
  });

  it('cannot be told without a repository or a commit', async () => {
    writeFiles(root, { 'a.js': 'one\n' });
    assert.equal(await changes(), undefined);
    personsGit(root, 'init', '-q');
    assert.equal(await changes(), undefined);
  });
});
