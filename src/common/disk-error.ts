import { UserError } from './user-error.ts';

const full = ['ENOSPC', 'EDQUOT'];
const refused = ['EACCES', 'EPERM', 'EROFS'];

/** Whether something could not be written because its disk is full, whoever found that out: a file, the store, git. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof UserError && error.code === 'disk-full') return true;
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && full.includes(String(error.code))) ||
    error.message.includes('No space left on device')
  );
}

/** What a person can do about a file of the data folder that cannot be written; other errors come back as they are. */
export function explainDiskError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (full.includes(code)) {
    return new UserError(
      'disk-full',
      `The disk is full: nothing more can be written to ${folder}.`,
      'Free some space on that disk, or set PANTHEON_HOME to a folder on another one. What was recorded before is safe.',
      { cause: error },
    );
  }
  if (refused.includes(code)) {
    return new UserError(
      'home-unwritable',
      `The data folder cannot be written: ${folder}.`,
      'Make it writable for you, or set PANTHEON_HOME to another folder.',
      { cause: error },
    );
  }
  return error;
}
