import type { DatabaseSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import { failpoint, sha256 } from '../common/index.ts';
import { prepared } from './prepared.ts';
import { inTransaction } from './transaction.ts';
import type { ContentRef } from './types.ts';

/** Below this packing saves less than a page of the file ever shows. */
const PACK_FROM_BYTES = 256;
/** Packed bytes are kept if they are at most this part of the plain ones. */
const PACK_WORTH = 0.9;

interface Packed {
  readonly packed: 0 | 1;
  readonly data: Uint8Array;
}

/** Bytes under their SHA-256, each kept once, packed where it pays, erasable. */
export class Contents {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  put(data: string | Uint8Array, owner: string | undefined): ContentRef {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
    const ref = sha256(bytes) as ContentRef;
    if (!this.#isKept(ref, owner)) this.#write(ref, bytes, owner);
    return ref;
  }

  get(ref: ContentRef): Uint8Array | undefined {
    const row = prepared(this.#db, 'SELECT size, packed, data FROM contents WHERE hash = ?').get(ref);
    if (!(row?.['data'] instanceof Uint8Array)) return undefined;
    const data = row['data'];
    const bytes =
      row['packed'] === 1 ? inflateRawSync(data, { maxOutputLength: Number(row['size']) || 1 }) : data;
    if (sha256(bytes) !== ref) throw new Error(`content ${ref} does not have the bytes that its name says`);
    return bytes;
  }

  erase(ref: ContentRef): void {
    inTransaction(this.#db, 'decision', () => {
      prepared(this.#db, 'UPDATE contents SET data = NULL, packed = 0 WHERE hash = ?').run(ref);
    });
    this.#overwriteLog();
  }

  eraseOwner(owner: string): number {
    const erased = inTransaction(this.#db, 'decision', () => {
      const mine = 'SELECT content FROM content_owners WHERE owner = ?1';
      const others = 'SELECT content FROM content_owners WHERE owner <> ?1';
      const sql = `UPDATE contents SET data = NULL, packed = 0
        WHERE data IS NOT NULL AND id IN (${mine}) AND id NOT IN (${others} AND content IN (${mine}))`;
      const { changes } = prepared(this.#db, sql).run(owner);
      prepared(this.#db, 'DELETE FROM content_owners WHERE owner = ?').run(owner);
      return Number(changes);
    });
    this.#overwriteLog();
    return erased;
  }

  #isKept(ref: ContentRef, owner: string | undefined): boolean {
    const sql = 'SELECT id FROM contents WHERE hash = ? AND data IS NOT NULL';
    const row = prepared(this.#db, sql).get(ref);
    if (row === undefined) return false;
    if (owner === undefined) return true;
    const owned = 'SELECT 1 FROM content_owners WHERE owner = ? AND content = ?';
    return prepared(this.#db, owned).get(owner, Number(row['id'])) !== undefined;
  }

  #write(ref: ContentRef, bytes: Uint8Array, owner: string | undefined): void {
    const { packed, data } = pack(bytes);
    failpoint('store.content.before-write');
    inTransaction(this.#db, 'step', () => {
      const sql = `INSERT INTO contents (hash, size, packed, data) VALUES (?, ?, ?, ?)
        ON CONFLICT (hash) DO UPDATE SET packed = excluded.packed, data = excluded.data RETURNING id`;
      const row = prepared(this.#db, sql).get(ref, bytes.byteLength, packed, data);
      if (owner === undefined) return;
      prepared(
        this.#db,
        'INSERT INTO content_owners (owner, content) VALUES (?, ?) ON CONFLICT DO NOTHING',
      ).run(owner, Number(row?.['id']));
    });
    failpoint('store.content.after-write');
  }

  /** The write-ahead log still holds erased bytes until it is written over; this empties it. */
  #overwriteLog(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}

function pack(bytes: Uint8Array): Packed {
  if (bytes.byteLength < PACK_FROM_BYTES) return { packed: 0, data: bytes };
  const packed = deflateRawSync(bytes, { level: 1 });
  return packed.byteLength <= bytes.byteLength * PACK_WORTH
    ? { packed: 1, data: packed }
    : { packed: 0, data: bytes };
}
