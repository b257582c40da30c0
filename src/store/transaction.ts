import type { DatabaseSync } from 'node:sqlite';

import { failpoint } from '../common/index.ts';
import { prepared } from './prepared.ts';
import type { Durability } from './types.ts';

const current = new WeakMap<DatabaseSync, Durability>();

/** Sets `synchronous`. SQLite ignores the change inside a transaction, so it happens before BEGIN, and only if it differs. */
function switchDurability(db: DatabaseSync, durability: Durability): void {
  if (current.get(db) === durability) return;
  db.exec(durability === 'decision' ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL');
  current.set(db, durability);
}

/** Runs `work` in one write transaction; whatever it throws takes everything back. */
export function inTransaction<T>(
  db: DatabaseSync,
  durability: Durability,
  work: () => T,
  place?: 'append' | 'rebuild',
): T {
  switchDurability(db, durability);
  if (place === 'append') failpoint('store.append.before-begin');
  prepared(db, 'BEGIN IMMEDIATE').run();
  try {
    const result = work();
    if (place !== undefined) failpoint(`store.${place}.before-commit`);
    prepared(db, 'COMMIT').run();
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // A full disk or an I/O error has already ended the transaction; the first error is the one to report.
  }
}
