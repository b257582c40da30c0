import type { DatabaseSync } from 'node:sqlite';

import { failpoint, type Json } from '../common/index.ts';
import { ConflictError } from './errors.ts';
import { prepared } from './prepared.ts';
import type { AppendOptions, NewEvent, StoredEvent } from './types.ts';
import type { Upcast } from './upcasting.ts';

export interface Part {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly options: AppendOptions;
}

type Row = Record<string, null | number | bigint | string | Uint8Array>;

const COLUMNS = 'seq, stream, stream_version, type, v, at, actor, command_id, causation_seq, address, body';

/** The append-only table of events. Knows rows, not transactions. */
export class Journal {
  readonly #db: DatabaseSync;
  readonly #upcast: Upcast;

  constructor(db: DatabaseSync, upcast: Upcast) {
    this.#db = db;
    this.#upcast = upcast;
  }

  lastSeq(): number {
    return Number(this.#get('SELECT max(seq) AS n FROM events')?.['n'] ?? 0);
  }

  streamVersion(stream: string): number {
    return Number(
      this.#get('SELECT max(stream_version) AS n FROM events WHERE stream = ?', stream)?.['n'] ?? 0,
    );
  }

  readStream(stream: string, afterVersion: number): StoredEvent[] {
    const sql = `SELECT ${COLUMNS} FROM events WHERE stream = ? AND stream_version > ? ORDER BY stream_version`;
    return prepared(this.#db, sql)
      .all(stream, afterVersion)
      .map((row) => this.#event(row));
  }

  readAll(afterSeq: number, limit: number): StoredEvent[] {
    const sql = `SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`;
    return prepared(this.#db, sql)
      .all(afterSeq, limit)
      .map((row) => this.#event(row));
  }

  /** The events of the transaction that carried this command, or `undefined` if there was none. */
  ofCommand(commandId: string): StoredEvent[] | undefined {
    const range = this.#get('SELECT first_seq, last_seq FROM commands WHERE id = ?', commandId);
    if (range === undefined) return undefined;
    const first = Number(range['first_seq']);
    return this.readAll(first - 1, Number(range['last_seq']) - first + 1);
  }

  /** Inserts the parts in order and returns them as stored. Throws `ConflictError` if a stream is not where expected. */
  insert(parts: readonly Part[], at: number): StoredEvent[] {
    const first = this.lastSeq() + 1;
    const stored: StoredEvent[] = [];
    for (const part of parts) {
      let version = this.streamVersion(part.stream);
      const { expected } = part.options;
      if (expected !== 'any' && expected !== version) throw new ConflictError(part.stream, expected, version);
      for (const event of part.events) {
        version += 1;
        if (stored.length > 0) failpoint('store.append.between-events');
        stored.push(this.#insertOne(part, event, first + stored.length, version, at));
      }
    }
    const commandId = commandOf(parts);
    if (commandId !== undefined) {
      prepared(this.#db, 'INSERT INTO commands (id, first_seq, last_seq) VALUES (?, ?, ?)').run(
        commandId,
        first,
        first + stored.length - 1,
      );
    }
    return stored;
  }

  #insertOne(part: Part, event: NewEvent, seq: number, streamVersion: number, at: number): StoredEvent {
    const { actor, commandId = null, causationSeq = null } = part.options;
    const body = JSON.stringify(event.body);
    prepared(this.#db, `INSERT INTO events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      seq,
      part.stream,
      streamVersion,
      event.type,
      event.v,
      at,
      actor,
      commandId,
      causationSeq,
      event.address ?? null,
      body,
    );
    // The body is read back from its text, so that projectors see now exactly what a rebuild will show them.
    return this.#upcast({
      seq,
      stream: part.stream,
      streamVersion,
      type: event.type,
      v: event.v,
      at,
      actor,
      commandId,
      causationSeq,
      ...(event.address === undefined ? {} : { address: event.address }),
      body: JSON.parse(body) as Json,
    });
  }

  #get(sql: string, ...values: string[]): Row | undefined {
    return prepared(this.#db, sql).get(...values);
  }

  #event(row: Row): StoredEvent {
    return this.#upcast({
      seq: Number(row['seq']),
      stream: String(row['stream']),
      streamVersion: Number(row['stream_version']),
      type: String(row['type']),
      v: Number(row['v']),
      at: Number(row['at']),
      actor: String(row['actor']),
      commandId: row['command_id'] === null ? null : String(row['command_id']),
      causationSeq: row['causation_seq'] === null ? null : Number(row['causation_seq']),
      ...(row['address'] === null ? {} : { address: String(row['address']) }),
      body: JSON.parse(String(row['body'])) as Json,
    });
  }
}

/** The one command id that the parts of a transaction may carry between them. */
export function commandOf(parts: readonly Part[]): string | undefined {
  const ids = new Set(parts.map((part) => part.options.commandId).filter((id) => id !== undefined));
  if (ids.size > 1) throw new Error(`one transaction cannot carry two commands: ${[...ids].join(', ')}`);
  const [id] = ids;
  return id;
}
