import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as sqlite from 'node:sqlite';

import { failpoint, systemClock } from '../common/index.ts';
import { backupName, backupTime, listBackups, newestBackup } from './backup-files.ts';
import { backupFolderOf } from './errors.ts';
import type { Store } from './types.ts';

const DAY_MS = 86_400_000;

/**
 * Writes a consistent copy beside the target, verifies it, syncs it, and only then puts it in place: an older backup is
 * never replaced by a broken one.
 */
export async function writeBackup(source: string, file: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  rmSync(unfinished, { force: true });
  try {
    await copyDatabase(source, unfinished);
    verify(unfinished);
    chmodSync(unfinished, 0o600);
    sync(unfinished);
    failpoint('store.backup.before-rename');
    renameSync(unfinished, file);
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(unfinished + rest, { force: true });
  }
}

/** All pages in one step, so that commits in between do not start the copy over again. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies off the main thread where this Node can (22.16 and later), else blocks. Reads through a connection of its own:
 * a copy through the writing one fails while that is inside a transaction.
 */
async function copyDatabase(source: string, target: string): Promise<void> {
  const db = new sqlite.DatabaseSync(source, { readOnly: true, timeout: 5000 });
  try {
    if (typeof sqlite.backup === 'function') await sqlite.backup(db, target, { rate: ALL_PAGES });
    else db.prepare('VACUUM INTO ?').run(target);
  } finally {
    db.close();
  }
}

function verify(file: string): void {
  const copy = new sqlite.DatabaseSync(file);
  try {
    // The copy inherits WAL mode; as a single file it must stand alone.
    copy.exec('PRAGMA journal_mode = DELETE');
    const result = copy.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (result !== 'ok') throw new Error(`the backup ${file} is damaged: ${String(result)}`);
  } finally {
    copy.close();
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export interface BackupOptions {
  /** Path of the data file; backups go to `backups/` beside it. */
  readonly file: string;
  readonly everyMs?: number;
  /** How many backups to keep. */
  readonly keep?: number;
  readonly now?: () => number;
}

/** Backs up if the newest backup is older than a day (or `everyMs`), and keeps the last three. Returns the new file's path. */
export async function backUpIfDue(store: Store, options: BackupOptions): Promise<string | undefined> {
  const { file, everyMs = DAY_MS, keep = 3, now = () => systemClock.now() } = options;
  const folder = backupFolderOf(file);
  const newest = newestBackup(folder);
  const atMs = now();
  // A newest backup from the future means that the clock was put back; it must not stop backups until then.
  if (newest !== undefined && Math.abs(atMs - backupTime(newest)) < everyMs) return undefined;
  const target = join(folder, backupName(atMs));
  await store.backup(target);
  const others = listBackups(folder).filter((path) => path !== target);
  for (const old of others.slice(0, Math.max(0, others.length - keep + 1))) rmSync(old, { force: true });
  return target;
}
