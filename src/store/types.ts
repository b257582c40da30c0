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

/** Rows derived from events. `apply` runs inside the append's transaction and only touches tables that it created. */
export interface Projector {
  readonly name: string;
  /** Raised when the shape of the rows changes; the rows are then rebuilt from the events. */
  readonly version: number;
  create(db: DatabaseSync): void;
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
  /** Several streams in one transaction. */
  appendAll(parts: readonly { stream: string; events: readonly NewEvent[]; options: AppendOptions }[]): {
    readonly events: readonly StoredEvent[];
    readonly duplicate: boolean;
  };
  readStream(stream: string, afterVersion?: number): readonly StoredEvent[];
  readAll(afterSeq: number, limit: number): readonly StoredEvent[];
  streamVersion(stream: string): number;
  lastSeq(): number;
  /** Called after each commit, in order; a listener that throws does not undo the commit. */
  onAppended(listener: (events: readonly StoredEvent[]) => void): Disposable;
  /** Stores bytes under their hash; the same bytes are kept once. `synced` hardens them before a decision refers to them. */
  putContent(data: string | Uint8Array, options?: { readonly owner?: string }): ContentRef;
  getContent(ref: ContentRef): Uint8Array | undefined;
  getText(ref: ContentRef): string | undefined;
  /** Forgets the bytes; the reference stays and reads as `undefined`. */
  eraseContent(ref: ContentRef): void;
  /** For queries over projected rows. Never write through it. */
  readonly db: DatabaseSync;
  /** Drops and rebuilds all projected rows from the events. */
  rebuild(): void;
  backup(file: string): Promise<void>;
}
