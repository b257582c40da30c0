import type { DatabaseSync } from 'node:sqlite';

import type { Disposable, Json } from '../common/index.ts';

/** Reference to erasable content: what a person may ask to forget is kept only there, never in an event. */
export type ContentRef = string & { readonly __content: unique symbol };

/** `step`: synchronous NORMAL. `decision`: synchronous FULL, for intents, decisions and receipts; it hardens all commits before it. */
export type Durability = 'step' | 'decision';

export interface NewEvent {
  readonly type: string;
  /** Version of the body's shape; older ones go through upcasters when read. */
  readonly v: number;
  /** Place in a run: node, item, attempt, step as text. */
  readonly address?: string;
  readonly body: Json;
}

export interface StoredEvent extends NewEvent {
  readonly seq: number;
  readonly stream: string;
  /** 1-based position in its stream. */
  readonly streamVersion: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  readonly commandId: string | null;
  readonly causationSeq: number | null;
}

export interface AppendOptions {
  readonly actor: string;
  readonly durability: Durability;
  /** Stream version that must be current; a different one throws `ConflictError`. `'any'` skips the check. */
  readonly expected: number | 'any';
  /** A repeated id has no second effect: the first append's events are returned. */
  readonly commandId?: string;
  readonly causationSeq?: number;
}

/**
 * Rows derived from events. `apply` runs inside the append's transaction, only touches tables that it created, and reads
 * nothing but those and the event: no clock, no randomness, no other projector's rows. Then a rebuild gives equal rows.
 */
export interface Projector {
  readonly name: string;
  /** Raised when the shape of the rows changes; the rows are then rebuilt from the events. */
  readonly version: number;
  /** Creates its tables and indexes; `clear` was called just before. */
  create(db: DatabaseSync): void;
  /** Drops its tables (`DROP TABLE IF EXISTS`): also called when there are none yet, or those of an older version. */
  clear(db: DatabaseSync): void;
  apply(db: DatabaseSync, event: StoredEvent): void;
}

/** Turns the body of an old event version into the next version's. */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  upcast(body: Json): Json;
}

export interface Store extends Disposable {
  append(
    stream: string,
    events: readonly NewEvent[],
    options: AppendOptions,
  ): { readonly events: readonly StoredEvent[]; readonly duplicate: boolean };
  /**
   * Several streams in one transaction: all or nothing. The strictest durability of the parts holds; parts may carry one
   * command id between them, and a repeat returns the events of the whole first transaction.
   */
  appendAll(parts: readonly { stream: string; events: readonly NewEvent[]; options: AppendOptions }[]): {
    readonly events: readonly StoredEvent[];
    readonly duplicate: boolean;
  };
  /** The events of the transaction that carried this command; `undefined` if it was never done. */
  ofCommand(commandId: string): readonly StoredEvent[] | undefined;
  readStream(stream: string, afterVersion?: number): readonly StoredEvent[];
  readAll(afterSeq: number, limit: number): readonly StoredEvent[];
  streamVersion(stream: string): number;
  lastSeq(): number;
  /** Called after each commit, in order; a listener that throws does not undo the commit. */
  onAppended(listener: (events: readonly StoredEvent[]) => void): Disposable;
  /** Stores bytes under their hash; the same bytes are kept once. The next `decision` commit hardens them with itself. */
  putContent(data: string | Uint8Array, options?: { readonly owner?: string }): ContentRef;
  getContent(ref: ContentRef): Uint8Array | undefined;
  getText(ref: ContentRef): string | undefined;
  /** Forgets the bytes; the reference stays and reads as `undefined`. Backups made before still hold them. */
  eraseContent(ref: ContentRef): void;
  /** Forgets everything that was put for this owner and for no other. Returns how many contents went. */
  eraseOwner(owner: string): number;
  /** For queries over projected rows. Never write through it. */
  readonly db: DatabaseSync;
  /** Drops and rebuilds all projected rows from the events. */
  rebuild(): void;
  /** Writes a consistent, verified copy to `file` while work goes on; an existing file is replaced at the end. */
  backup(file: string): Promise<void>;
}
