import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs';
import path from 'node:path';

import { fingerprint, personsGit, removeFolder, temporaryFolder, writeFiles } from '../testing/fixture.ts';
import type { TreeId } from '../types.ts';
import { openPrivateRepository } from './private-repository.ts';
import { PrivateTrees } from './trees.ts';
import { leaveOut } from '../../../test/support/leave-out.ts';

const signal = new AbortController().signal;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('trees of a workspace', () => {
  let base: string;
  let root: string;
  let trees: PrivateTrees;

  async function open(home = path.join(base, 'home')) {
    const repository = await openPrivateRepository(path.join(home, 'repos', 'id'), root, signal);
    trees = new PrivateTrees(repository, root, home);
    return trees;
  }
  const names = async (tree: TreeId) => (await trees.list(tree, signal)).map((entry) => entry.path);
  const text = async (tree: TreeId, file: string) => {
    const content = await trees.read(tree, file, signal);
    return content === undefined ? undefined : Buffer.from(content).toString('utf8');
  };

  beforeEach(() => {
    base = temporaryFolder();
    root = path.join(base, 'my prøject');
    mkdirSync(root);
  });
  afterEach(async () => {
    await trees.dispose();
    removeFolder(base);
  });

  describe('in a git work tree', () => {
    beforeEach(async () => {
      personsGit(root, 'init', '-q', '--initial-branch=main');
      writeFiles(root, {
        '.gitignore': 'dist/\n*.log\n',
        'a.js': 'one\n',
        'src/b.js': 'two\n',
        'gone.js': 'x\n',
      });
      personsGit(root, 'add', '.');
      personsGit(root, 'commit', '-qm', 'start');
      await open();
    });

    it('takes tracked and unignored files as they are on disk, and leaves git alone to the byte', async () => {
      writeFiles(root, { 'a.js': 'staged\n' });
      personsGit(root, 'add', 'a.js');
      writeFiles(root, {
        'a.js': 'on disk\n',
        'new.js': 'n\n',
        'x.log': 'l',
        'dist/o.js': 'o',
        'secret.txt': 's',
      });
      writeFiles(root, { '.git/info/exclude': 'secret.txt\n' });
      unlinkSync(path.join(root, 'gone.js'));
      const before = fingerprint(path.join(root, '.git'));
      const snapshot = await trees.snapshot(signal);
      assert.deepEqual(await names(snapshot.tree), ['.gitignore', 'a.js', 'new.js', 'src/b.js']);
      assert.equal(await text(snapshot.tree, 'a.js'), 'on disk\n');
      assert.equal(snapshot.branch, 'main');
      assert.equal(snapshot.head, personsGit(root, 'rev-parse', 'HEAD').trim());
      assert.equal(fingerprint(path.join(root, '.git')), before);
    });

    it('keeps every byte whatever the attributes say', async () => {
      const content = {
        '.gitattributes': '* text=auto eol=crlf ident working-tree-encoding=UTF-16\n',
        'crlf.txt': 'a\r\nb\r\n$Id$',
        'bom.txt': '\uFEFFx',
      };
      writeFiles(root, content);
      const { tree } = await trees.snapshot(signal);
      for (const [file, expected] of Object.entries(content)) assert.equal(await text(tree, file), expected);
    });

    it('sees what changed since the last snapshot, and a file that became a folder and back', async () => {
      const first = await trees.snapshot(signal);
      rmSync(path.join(root, 'a.js'));
      writeFiles(root, { 'a.js/inner.js': 'i\n', 'src/b.js': 'TWO\n' });
      const second = await trees.snapshot(signal);
      assert.deepEqual(await trees.diff(first.tree, second.tree, signal), [
        { kind: 'delete', path: 'a.js' },
        { kind: 'add', path: 'a.js/inner.js' },
        { kind: 'edit', path: 'src/b.js' },
      ]);
      rmSync(path.join(root, 'a.js'), { recursive: true });
      writeFiles(root, { 'a.js': 'one\n', 'src/b.js': 'two\n' });
      assert.equal((await trees.snapshot(signal)).tree, first.tree);
    });

    it('stores symlinks as links and follows none', async () => {
      writeFiles(base, { 'outside/secret.txt': 'secret' });
      symlinkSync(path.join(base, 'outside'), path.join(root, 'link'));
      personsGit(root, 'rm', '-rq', '--cached', 'src');
      rmSync(path.join(root, 'src'), { recursive: true });
      symlinkSync(path.join(base, 'outside'), path.join(root, 'src'));
      const { tree } = await trees.snapshot(signal);
      const links = (await trees.list(tree, signal)).filter((entry) => entry.mode === '120000');
      assert.deepEqual(
        links.map((entry) => entry.path),
        ['link', 'src'],
      );
      assert.equal(await text(tree, 'link'), path.join(base, 'outside'));
      await assert.rejects(
        trees.write(tree, [{ path: 'link/x', content: bytes('x') }], signal),
        /symlink link/,
      );
      await assert.rejects(
        trees.write(tree, [{ path: 'link', content: bytes('x') }], signal),
        /it is a symlink/,
      );
    });

    it('takes a tracked folder that became a symlink as deleted files and a link', async () => {
      writeFiles(base, { 'outside/b.js': 'not yours' });
      rmSync(path.join(root, 'src'), { recursive: true });
      symlinkSync(path.join(base, 'outside'), path.join(root, 'src'));
      const { tree } = await trees.snapshot(signal);
      assert.deepEqual(await names(tree), ['.gitignore', 'a.js', 'gone.js', 'src']);
    });

    it('stores submodules and nested repositories as plain folders by the rules of their own git', async () => {
      const library = path.join(base, 'library');
      writeFiles(library, { 'lib.js': 'l\n', '.gitignore': 'tmp\n' });
      personsGit(library, 'init', '-q');
      personsGit(library, 'add', '.');
      personsGit(library, 'commit', '-qm', 'l');
      personsGit(root, 'submodule', '--quiet', 'add', library, 'sub');
      writeFiles(root, { 'sub/tmp': 'ignored there', 'sub/new.js': 'n\n', 'nested/in.js': 'i\n' });
      personsGit(path.join(root, 'nested'), 'init', '-q');
      const before = fingerprint(path.join(root, '.git'));
      const { tree } = await trees.snapshot(signal);
      assert.deepEqual(
        (await names(tree)).filter((name) => name.includes('/')),
        ['nested/in.js', 'src/b.js', 'sub/.gitignore', 'sub/lib.js', 'sub/new.js'],
      );
      assert.equal(fingerprint(path.join(root, '.git')), before);
    });

    it('works in the middle of a rebase with conflicts', async () => {
      personsGit(root, 'checkout', '-qb', 'other');
      writeFiles(root, { 'a.js': 'theirs\n' });
      personsGit(root, 'commit', '-qam', 'theirs');
      personsGit(root, 'checkout', '-q', 'main');
      writeFiles(root, { 'a.js': 'ours\n' });
      personsGit(root, 'commit', '-qam', 'ours');
      assert.throws(() => personsGit(root, 'rebase', '-q', 'other'));
      assert.ok(existsSync(path.join(root, '.git', 'rebase-merge')));
      const before = fingerprint(path.join(root, '.git'));
      const { tree, branch } = await trees.snapshot(signal);
      assert.match((await text(tree, 'a.js')) ?? '', /<<<<<<<[^]*>>>>>>>/);
      assert.equal(branch, null);
      assert.equal(fingerprint(path.join(root, '.git')), before);
    });

    it('works in a linked worktree and in a folder of a repository', async () => {
      const linked = path.join(base, 'linked');
      personsGit(root, 'worktree', 'add', '-q', linked);
      await trees.dispose();
      root = linked;
      await open();
      assert.deepEqual(await names((await trees.snapshot(signal)).tree), [
        '.gitignore',
        'a.js',
        'gone.js',
        'src/b.js',
      ]);
      await trees.dispose();
      root = path.join(linked, 'src');
      await open();
      assert.deepEqual(await names((await trees.snapshot(signal)).tree), ['b.js']);
    });

    it('leaves dependency folders out even where nothing ignores them', async () => {
      writeFiles(root, {
        'node_modules/x/index.js': 'x',
        'packages/p/node_modules/y.js': 'y',
        'packages/p/p.js': 'p',
      });
      const { tree } = await trees.snapshot(signal);
      assert.deepEqual(
        (await names(tree)).filter((name) => name.startsWith('packages') || name.startsWith('node')),
        ['packages/p/p.js'],
      );
    });

    it('ignores inherited GIT_ variables', async () => {
      process.env.GIT_DIR = path.join(base, 'nowhere');
      try {
        assert.deepEqual(await names((await trees.snapshot(signal)).tree), [
          '.gitignore',
          'a.js',
          'gone.js',
          'src/b.js',
        ]);
      } finally {
        delete process.env.GIT_DIR;
      }
    });

    it('lays an overlay over what is on disk', async () => {
      const { tree } = await trees.snapshot(signal, [
        { path: 'a.js', content: bytes('reversed\n') },
        { path: 'gone.js', content: null },
      ]);
      assert.deepEqual(await names(tree), ['.gitignore', 'a.js', 'src/b.js']);
      assert.equal(await text(tree, 'a.js'), 'reversed\n');
    });

    it('takes what is left when files vanish while it reads them', async () => {
      const many = Array.from({ length: 400 }, (_, index) => `many/${index}.js`);
      writeFiles(root, Object.fromEntries(many.map((file) => [file, file])));
      const reading = trees.snapshot(signal);
      for (const file of many) {
        unlinkSync(path.join(root, file));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await reading;
      const { tree } = await trees.snapshot(signal);
      assert.deepEqual(await names(tree), ['.gitignore', 'a.js', 'gone.js', 'src/b.js']);
    });

    it('leaves out what may not be read, and says so', async function () {
      if (process.getuid?.() === 0) leaveOut(this, 'root may read everything', { installable: false });
      chmodSync(path.join(root, 'a.js'), 0o000);
      const { tree, notes } = await trees.snapshot(signal);
      assert.deepEqual(await names(tree), ['.gitignore', 'gone.js', 'src/b.js']);
      assert.deepEqual(notes, ['Left out, it cannot be read: a.js']);
    });

    it('leaves out a huge file that is not tracked, and says so', async () => {
      writeFiles(root, { 'data.bin': '' });
      truncateSync(path.join(root, 'data.bin'), 101 * 1024 * 1024);
      const { tree, notes } = await trees.snapshot(signal);
      assert.ok(!(await names(tree)).includes('data.bin'));
      assert.match(notes.join(), /larger than 100 MB: data\.bin/);
    });

    it('survives a lock that a crash left behind', async () => {
      await trees.snapshot(signal);
      writeFiles(base, { 'home/repos/id/index.lock': '' });
      await trees.dispose();
      await open();
      assert.equal((await names((await trees.snapshot(signal)).tree)).length, 4);
    });

    it('stops when it is cancelled', async () => {
      const controller = new AbortController();
      controller.abort(new Error('enough'));
      await assert.rejects(trees.snapshot(controller.signal), /enough/);
    });
  });

  it('follows .gitignore files and a built-in list in a folder without git', async () => {
    writeFiles(root, {
      '.gitignore': 'build/\n',
      'a.js': 'a',
      'build/o.js': 'o',
      'node_modules/x.js': 'x',
      'sub/.gitignore': '*.tmp\n',
      'sub/b.tmp': 'b',
      'sub/c.js': 'c',
      '.venv/p.py': 'p',
    });
    await open();
    const { tree, head, branch } = await trees.snapshot(signal);
    assert.deepEqual(await names(tree), ['.gitignore', 'a.js', 'sub/.gitignore', 'sub/c.js']);
    assert.deepEqual([head, branch], [null, null]);
    assert.ok(!existsSync(path.join(root, '.git')));
  });

  it('leaves its own data out when that lies in the workspace', async () => {
    writeFiles(root, { 'a.js': 'a' });
    await open(path.join(root, 'home'));
    assert.deepEqual(await names((await trees.snapshot(signal)).tree), ['a.js']);
  });

  it('keeps the mode of a file that is written, and reads undefined for a missing one', async () => {
    writeFiles(root, { 'run.sh': '#!/bin/sh\n', 'a.js': 'a' });
    chmodSync(path.join(root, 'run.sh'), 0o755);
    await open();
    const { tree } = await trees.snapshot(signal);
    const next = await trees.write(
      tree,
      [
        { path: 'run.sh', content: bytes('x') },
        { path: 'n/e/w', content: bytes('w') },
      ],
      signal,
    );
    assert.deepEqual(
      (await trees.list(next, signal)).map((entry) => `${entry.mode} ${entry.path}`),
      ['100644 a.js', '100644 n/e/w', '100755 run.sh'],
    );
    assert.equal(await trees.read(next, 'missing', signal), undefined);
    await assert.rejects(
      trees.write(next, [{ path: 'a.js/b', content: bytes('') }], signal),
      /a\.js is a file/,
    );
    await assert.rejects(trees.write(next, [{ path: 'n/e', content: bytes('') }], signal), /it is a folder/);
    await assert.rejects(
      trees.write(next, [{ path: '../x', content: bytes('') }], signal),
      /path-refused|may not be written/,
    );
  });

  describe('merge', () => {
    const lines = (...changed: [number, string][]) => {
      const all = Array.from({ length: 20 }, (_, index) => `line ${index}`);
      for (const [at, value] of changed) all[at] = value;
      return bytes(all.join('\r\n'));
    };
    async function merged(
      ours: Parameters<PrivateTrees['write']>[1],
      theirs: Parameters<PrivateTrees['write']>[1],
    ) {
      await open();
      const { tree } = await trees.snapshot(signal);
      const [o, t] = [await trees.write(tree, ours, signal), await trees.write(tree, theirs, signal)];
      const result = await trees.merge(tree, o, t, signal);
      return { ...result, ours: o };
    }
    beforeEach(() => writeFiles(root, { 'f.txt': lines(), 'g.txt': 'g' }));

    it('joins changes of different lines with every byte kept', async () => {
      const result = await merged(
        [{ path: 'f.txt', content: lines([2, 'two']) }],
        [
          { path: 'f.txt', content: lines([19, 'last']) },
          { path: 'h.txt', content: bytes('h') },
        ],
      );
      assert.deepEqual(result.conflicts, []);
      assert.deepEqual(await trees.read(result.tree, 'f.txt', signal), lines([2, 'two'], [19, 'last']));
      assert.equal(await text(result.tree, 'h.txt'), 'h');
    });
    it('names conflicts and keeps ours there', async () => {
      const result = await merged(
        [
          { path: 'f.txt', content: lines([2, 'two']) },
          { path: 'g.txt', content: null },
        ],
        [
          { path: 'f.txt', content: lines([2, 'zwei']) },
          { path: 'g.txt', content: bytes('G') },
        ],
      );
      assert.deepEqual(result.conflicts, ['f.txt', 'g.txt']);
      assert.equal(result.tree, result.ours);
    });
    it('takes the same change of both sides once', async () => {
      const edit = [{ path: 'f.txt', content: lines([2, 'two']) }];
      const result = await merged(edit, [...edit, { path: 'g.txt', content: null }]);
      assert.deepEqual(result.conflicts, []);
      assert.deepEqual(await names(result.tree), ['f.txt']);
    });
    it('does not put a file where the other side has a folder', async () => {
      const result = await merged(
        [{ path: 'new/a', content: bytes('a') }],
        [{ path: 'new', content: bytes('file') }],
      );
      assert.deepEqual(result.conflicts, ['new']);
      assert.equal(result.tree, result.ours);
    });
  });
});
