import type { DatabaseSync } from 'node:sqlite';

import { failpoint, systemClock, type Disposable } from '../common/index.ts';
import { writeBackup } from './backup.ts';
import { Contents } from './content.ts';
import { openDatabase } from './database.ts';
import { explained } from './errors.ts';
import { commandOf, Journal, type Part } from './journal.ts';
import { Listeners } from './listeners.ts';
import { Projections } from './projections.ts';
import { inTransaction } from './transaction.ts';
import type {
  AppendOptions,
  ContentRef,
  NewEvent,
  Projector,
  Store,
  StoredEvent,
  Upcaster,
} from './types.ts';
import { upcastWith } from './upcasting.ts';

export interface StoreOptions {
  /** Path of the data file; its folder is created if needed. */
  readonly file: string;
  readonly projectors: readonly Projector[];
  readonly upcasters: readonly Upcaster[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Hears what listeners throw; default: a process warning. */
  readonly onListenerError?: (error: unknown) => void;
}

/**
 * Opens or creates the data file and brings the projected rows up to date. The caller holds the data lock: two writers
 * would not break the file, but listeners hear only their own process.
 *
 * Throws `UserError`: `data-not-writable`, `data-damaged`, `data-newer`, `data-in-use`, `disk-full`.
 */
export function openStore(options: StoreOptions): Store {
  const db = openDatabase(options.file);
  try {
    return new SqliteStore(db, options);
  } catch (error) {
    db.close();
    throw explained(error, options.file);
  }
}

class SqliteStore implements Store {
  readonly db: DatabaseSync;
  readonly #file: string;
  readonly #now: () => number;
  readonly #journal: Journal;
  readonly #projections: Projections;
  readonly #contents: Contents;
  readonly #listeners: Listeners;
  #disposed = false;

  constructor(db: DatabaseSync, options: StoreOptions) {
    this.db = db;
    this.#file = options.file;
    this.#now = options.now ?? (() => systemClock.now());
    this.#journal = new Journal(db, upcastWith(options.upcasters));
    this.#projections = new Projections(db, this.#journal, options.projectors);
    this.#contents = new Contents(db);
    this.#listeners = new Listeners(
      options.onListenerError ?? ((error) => process.emitWarning(asError(error))),
    );
    const outdated = this.#projections.outdated();
    if (outdated.length > 0 || this.#projections.hasAbandoned()) this.#rebuild(outdated);
  }

  append(stream: string, events: readonly NewEvent[], options: AppendOptions) {
    return this.appendAll([{ stream, events, options }]);
  }

  appendAll(parts: readonly Part[]) {
    const commandId = commandOf(parts);
    const result = this.#explain(() => {
      const durability = parts.some((part) => part.options.durability === 'decision') ? 'decision' : 'step';
      return inTransaction(
        this.db,
        durability,
        () => {
          const first = commandId === undefined ? undefined : this.#journal.ofCommand(commandId);
          if (first !== undefined) return { events: first, duplicate: true };
          const events = this.#journal.insert(parts, this.#now());
          failpoint('store.append.before-projection');
          this.#projections.apply(events);
          return { events, duplicate: false };
        },
        'append',
      );
    });
    failpoint('store.append.after-commit');
    if (!result.duplicate && result.events.length > 0) this.#listeners.tell(result.events);
    return result;
  }

  ofCommand(commandId: string): readonly StoredEvent[] | undefined {
    return this.#explain(() => this.#journal.ofCommand(commandId));
  }

  readStream(stream: string, afterVersion = 0): readonly StoredEvent[] {
    return this.#explain(() => this.#journal.readStream(stream, afterVersion));
  }

  readAll(afterSeq: number, limit: number): readonly StoredEvent[] {
    return this.#explain(() => this.#journal.readAll(afterSeq, limit));
  }

  streamVersion(stream: string): number {
    return this.#explain(() => this.#journal.streamVersion(stream));
  }

  lastSeq(): number {
    return this.#explain(() => this.#journal.lastSeq());
  }

  onAppended(listener: (events: readonly StoredEvent[]) => void): Disposable {
    return this.#listeners.add(listener);
  }

  putContent(data: string | Uint8Array, options: { readonly owner?: string } = {}): ContentRef {
    return this.#explain(() => this.#contents.put(data, options.owner));
  }

  getContent(ref: ContentRef): Uint8Array | undefined {
    return this.#explain(() => this.#contents.get(ref));
  }

  getText(ref: ContentRef): string | undefined {
    const bytes = this.getContent(ref);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  eraseContent(ref: ContentRef): void {
    this.#explain(() => this.#contents.erase(ref));
  }

  eraseOwner(owner: string): number {
    return this.#explain(() => this.#contents.eraseOwner(owner));
  }

  rebuild(): void {
    this.#explain(() => this.#rebuild());
  }

  async backup(file: string): Promise<void> {
    try {
      await writeBackup(this.#file, file);
    } catch (error) {
      throw explained(error, this.#file);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.db.close();
  }

  #rebuild(projectors?: readonly Projector[]): void {
    inTransaction(this.db, 'decision', () => this.#projections.rebuild(projectors), 'rebuild');
  }

  #explain<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explained(error, this.#file);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
