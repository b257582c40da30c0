import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { systemClock, UserError, type Clock, type Disposable } from '../common/index.ts';
import { explained, isBusy } from './errors.ts';

const RETRY_MS = 50;

/** Held here and not only by the caller: a handle that is collected would free the lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the one lock on a data folder: an exclusive transaction on a SQLite file of its own, which the system frees when
 * the process ends, however it ends. Nothing else in the process may open that file: on POSIX, closing any handle of a
 * file frees the process's locks on it.
 *
 * Tries for `waitMs` (two seconds: Windows frees the lock of a killed process with a delay), then throws the `UserError`
 * `daemon-running`; rejects with the signal's reason when aborted.
 */
export async function takeDataLock(
  file: string,
  options: { readonly waitMs?: number; readonly signal?: AbortSignal; readonly clock?: Clock } = {},
): Promise<Disposable> {
  const { waitMs = 2000, signal = new AbortController().signal, clock = systemClock } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    const lock = tryLock(file);
    if (lock !== undefined) return lock;
    if (waitedMs >= waitMs) {
      throw new UserError(
        'daemon-running',
        `Another Pantheon daemon works with the data in ${dirname(file)}.`,
        `Use that one, or stop it with: pantheon daemon stop`,
      );
    }
    await clock.sleep(RETRY_MS, signal);
  }
}

function tryLock(file: string): Disposable | undefined {
  const db = open(file);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw explained(error, file);
  }
  held.add(db);
  return {
    dispose: () => {
      if (held.delete(db)) db.close();
    },
  };
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw explained(error, file);
  }
}
