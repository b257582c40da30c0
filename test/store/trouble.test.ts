import assert from 'node:assert/strict';
import { leaveOut } from '../support/leave-out.ts';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { UserError } from '../../src/common/index.ts';
import { backUpIfDue, listBackups, openStore, type Store } from '../../src/store/index.ts';
import { script } from './child.ts';
import { counting } from './counting.ts';

const step = { actor: 'test', durability: 'step', expected: 'any' } as const;
const did = { type: 'did', v: 1, body: { n: 1, text: 'x'.repeat(2000) } };

describe('store in trouble', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let stores: Store[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-trouble-'));
    file = join(folder, 'pantheon.db');
    stores = [];
  });
  afterEach(() => {
    for (const store of stores) void store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): Store {
    const store = openStore({ file, projectors: [counting], upcasters: [] });
    stores.push(store);
    return store;
  }

  /** Runs the writer in a sandbox in which a folder is a disk of the given kind, wherever this repository lies. */
  function writeOn(...kind: string[]) {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const inside = [process.execPath, script('writer.ts'), join(disk, 'pantheon.db'), '5000'];
    return spawnSync('bwrap', ['--dev-bind', '/', '/', ...kind, disk, ...inside], {
      encoding: 'utf8',
      timeout: 50_000,
    });
  }

  it('says that the disk is full, keeps what was recorded, and goes on when there is space', () => {
    const store = open();
    store.append('a', [did], step);
    const pages = Number(store.db.prepare('PRAGMA page_count').get()?.['page_count']);
    store.db.exec(`PRAGMA max_page_count = ${pages + 3}`);
    const fill = () => {
      for (;;) store.append('a', [did], step);
    };
    assert.throws(fill, (error) => error instanceof UserError && error.code === 'disk-full');
    const kept = store.lastSeq();
    assert.throws(
      () => store.putContent(Buffer.from(Array.from({ length: 40_000 }, () => Math.random() * 256))),
      {
        code: 'disk-full',
      },
    );
    store.db.exec('PRAGMA max_page_count = 1000000');
    store.append('a', [did], step);
    assert.equal(store.lastSeq(), kept + 1);
    assert.equal(store.db.prepare('SELECT n FROM counting').get()?.['n'], kept + 1);
  });

  it('says so on a disk that is really full', function () {
    if (spawnSync('bwrap', ['--version']).status !== 0)
      leaveOut(this, 'bubblewrap is not installed', { installable: process.platform === 'linux' });
    const result = writeOn('--size', '600000', '--tmpfs');
    assert.match(result.stdout, /^error disk-full Free some space/m, result.stderr);
  });

  it('says so when a backup does not fit, and leaves no half of one', function () {
    if (spawnSync('bwrap', ['--version']).status !== 0)
      leaveOut(this, 'bubblewrap is not installed', { installable: process.platform === 'linux' });
    const store = open();
    for (let i = 0; i < 300; i += 1)
      store.append('a', [{ ...did, body: { n: 1, text: String(i).repeat(2000) } }], step);
    void store.dispose();
    const backups = join(folder, 'backups');
    mkdirSync(backups, { recursive: true });
    const copy = `
      const { openStore, listBackups, backUpIfDue } = await import(${JSON.stringify(new URL('../../src/store/index.ts', import.meta.url).href)});
      const store = openStore({ file: ${JSON.stringify(file)}, projectors: [], upcasters: [] });
      try { await backUpIfDue(store, { file: ${JSON.stringify(file)} }); } catch (error) { console.log(error.code); }
      console.log((await import('node:fs')).readdirSync(${JSON.stringify(backups)}).length);`;
    const small = ['--size', '300000', '--tmpfs', backups];
    const inside = [process.execPath, '--input-type=module', '--eval', copy];
    const result = spawnSync('bwrap', ['--dev-bind', '/', '/', ...small, ...inside], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    assert.equal(result.stdout, 'disk-full\n0\n', result.stderr);
  });

  it('says so on a disk that can only be read', function () {
    if (spawnSync('bwrap', ['--version']).status !== 0)
      leaveOut(this, 'bubblewrap is not installed', { installable: process.platform === 'linux' });
    void open().dispose();
    const result = writeOn('--ro-bind', folder);
    assert.match(result.stdout, /^error data-not-writable Make the folder/m, result.stderr);
  });

  it('says so when the file or its folder cannot be', () => {
    mkdirSync(file);
    assert.throws(open, { code: 'data-not-writable' });
    rmSync(file, { recursive: true });
    writeFileSync(join(folder, 'not-a-folder'), '');
    assert.throws(
      () => openStore({ file: join(folder, 'not-a-folder', 'x.db'), projectors: [], upcasters: [] }),
      {
        code: 'data-not-writable',
      },
    );
  });

  it('names the newest backup when the file is no database', async () => {
    const store = open();
    store.append('a', [did], step);
    const backup = await backUpIfDue(store, { file });
    void store.dispose();
    writeFileSync(
      file,
      'this is not a database, but it is long enough to have a header of the same size'.repeat(10),
    );
    assert.throws(
      open,
      (error) =>
        error instanceof UserError &&
        error.code === 'data-damaged' &&
        error.remedy.includes(backup ?? 'no backup'),
    );
    rmSync(file);
    new DatabaseSync(file).close();
    spawnSync('cp', [backup ?? '', file]);
    assert.equal(open().lastSeq(), 1);
  });

  it('says that a file is damaged when pages in it are', () => {
    const store = open();
    for (let i = 0; i < 200; i += 1) store.append('a', [did], step);
    void store.dispose();
    const handle = openSync(file, 'r+');
    for (let page = 1; page < 60; page += 1)
      writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096);
    closeSync(handle);
    const use = () => open().readAll(0, 1000);
    assert.throws(use, (error) => error instanceof UserError && /no backup/.test(error.remedy));
  });

  it('refuses data that a newer version wrote, and leaves it alone', () => {
    void open().dispose();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    assert.throws(open, { code: 'data-newer' });
  });

  it('says so when another program holds the file for writing', () => {
    const store = open();
    store.db.exec('PRAGMA busy_timeout = 0');
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => store.append('a', [did], step), { code: 'data-in-use' });
    other.exec('ROLLBACK');
    other.close();
    store.append('a', [did], step);
  });
});

describe('backups', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-backup-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are made once a day, stand alone, hold what was committed, and the last three are kept', async () => {
    const file = join(folder, 'pantheon.db');
    const store = openStore({ file, projectors: [counting], upcasters: [] });
    try {
      let nowMs = Date.UTC(2026, 0, 1, 3);
      const due = () => backUpIfDue(store, { file, now: () => nowMs });
      const made: (string | undefined)[] = [];
      for (let day = 0; day < 5; day += 1) {
        store.append('a', [did], step);
        made.push(await due());
        assert.equal(await due(), undefined);
        nowMs += 86_400_000;
      }
      assert.deepEqual(listBackups(join(folder, 'backups')), made.slice(2));
      const copy = openStore({ file: made[4] ?? '', projectors: [counting], upcasters: [] });
      assert.equal(copy.lastSeq(), 5);
      assert.equal(copy.db.prepare('SELECT n FROM counting').get()?.['n'], 5);
      void copy.dispose();
    } finally {
      void store.dispose();
    }
  });

  it('hold a consistent state while appends go on', async () => {
    const file = join(folder, 'pantheon.db');
    const store = openStore({ file, projectors: [counting], upcasters: [] });
    try {
      for (let i = 0; i < 500; i += 1) store.append('a', [did], step);
      let copied = false;
      const copying = store.backup(join(folder, 'copy.db')).finally(() => (copied = true));
      while (!copied) {
        store.append('a', [did], step);
        await new Promise(setImmediate);
      }
      await copying;
      const copy = openStore({ file: join(folder, 'copy.db'), projectors: [counting], upcasters: [] });
      assert.ok(copy.lastSeq() >= 500);
      assert.equal(copy.db.prepare('SELECT n FROM counting').get()?.['n'], copy.lastSeq());
      void copy.dispose();
    } finally {
      void store.dispose();
    }
  });
});
