import { join, dirname } from 'node:path';

import { UserError } from '../common/index.ts';
import { newestBackup } from './backup-files.ts';

/** Somebody else appended to the stream since it was read: read again, decide again. */
export class ConflictError extends Error {
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;

  constructor(stream: string, expected: number, actual: number) {
    super(`stream ${stream} is at version ${actual}, not ${expected}`);
    this.name = 'ConflictError';
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;

/** Primary SQLite result code of an error of `node:sqlite`, without the extended bits. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.busy || code === SQLITE.locked;
}

/** What a person can do about an error of the data file; errors that are bugs come back as they are. */
export function explained(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  switch (code) {
    case SQLITE.full:
      return new UserError(
        'disk-full',
        `The disk is full: nothing more could be recorded in ${file}.`,
        `Free some space on that disk. What was recorded before is safe, and work goes on where it stopped.`,
        { cause: error },
      );
    case SQLITE.readOnly:
    case SQLITE.cannotOpen:
      return new UserError(
        'data-not-writable',
        `The data file ${file} cannot be opened for writing.`,
        `Make the folder ${dirname(file)} and the files in it writable for you, or set PANTHEON_HOME to another folder.`,
        { cause: error },
      );
    case SQLITE.corrupt:
    case SQLITE.notDatabase:
      return damaged(file, error);
    case SQLITE.ioError:
      return new UserError(
        'data-io-error',
        `The disk refused to read or write ${file}.`,
        `Check the disk and the free space on it, then try again. What was recorded before is kept.`,
        { cause: error },
      );
    case SQLITE.busy:
    case SQLITE.locked:
      return new UserError(
        'data-in-use',
        `Another program holds ${file}.`,
        `Close the program that has the file open (a database browser, a backup), then try again.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** The data file cannot be read; names the newest backup beside it. */
export function damaged(file: string, cause: unknown): UserError {
  const backup = newestBackup(backupFolderOf(file));
  const aside = `Stop the daemon (pantheon daemon stop) and move ${file}, ${file}-wal and ${file}-shm to another folder`;
  const remedy =
    backup === undefined
      ? `${aside}. There is no backup: Pantheon then starts with empty data.`
      : `${aside}. Then copy the newest backup, ${backup}, to ${file}.`;
  return new UserError('data-damaged', `The data file ${file} is damaged.`, remedy, { cause });
}

/** Folder of the automatic backups of a data file: `backups/` beside it. */
export function backupFolderOf(file: string): string {
  return join(dirname(file), 'backups');
}
