import type { DatabaseSync } from 'node:sqlite';

import type { Journal } from './journal.ts';
import { prepared } from './prepared.ts';
import type { Projector, StoredEvent } from './types.ts';

/** Events read at a time while rebuilding, so that memory stays flat. */
const BATCH = 500;

/** The registered projectors, and which of them have up-to-date rows. Knows no transactions. */
export class Projections {
  readonly #db: DatabaseSync;
  readonly #journal: Journal;
  readonly #projectors: readonly Projector[];

  constructor(db: DatabaseSync, journal: Journal, projectors: readonly Projector[]) {
    const names = projectors.map((projector) => projector.name);
    if (new Set(names).size < names.length)
      throw new Error(`two projectors have one name: ${names.join(', ')}`);
    this.#db = db;
    this.#journal = journal;
    this.#projectors = projectors;
  }

  apply(events: readonly StoredEvent[]): void {
    for (const event of events) for (const projector of this.#projectors) projector.apply(this.#db, event);
  }

  /** Projectors whose rows are missing or of another version. */
  outdated(): readonly Projector[] {
    const versions = this.#recorded();
    return this.#projectors.filter((projector) => versions.get(projector.name) !== projector.version);
  }

  /** True if rows of a projector are recorded that is no longer registered and so no longer follows. */
  hasAbandoned(): boolean {
    const names = new Set(this.#projectors.map((projector) => projector.name));
    return [...this.#recorded().keys()].some((name) => !names.has(name));
  }

  /** Makes the rows of these projectors anew from all events, and forgets which version abandoned ones had. */
  rebuild(projectors: readonly Projector[] = this.#projectors): void {
    for (const projector of projectors) {
      projector.clear(this.#db);
      projector.create(this.#db);
    }
    for (let seq = 0; ;) {
      const events = this.#journal.readAll(seq, BATCH);
      for (const event of events) for (const projector of projectors) projector.apply(this.#db, event);
      seq = events.at(-1)?.seq ?? seq;
      if (events.length < BATCH) break;
    }
    this.#record();
  }

  #recorded(): ReadonlyMap<string, number> {
    const rows = prepared(this.#db, 'SELECT name, version FROM projectors').all();
    return new Map(rows.map((row) => [String(row['name']), Number(row['version'])]));
  }

  #record(): void {
    prepared(this.#db, 'DELETE FROM projectors').run();
    const insert = prepared(this.#db, 'INSERT INTO projectors (name, version) VALUES (?, ?)');
    for (const projector of this.#projectors) insert.run(projector.name, projector.version);
  }
}
