import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { UserError } from '../common/index.ts';
import { explained } from './errors.ts';

/** Raised when the tables of this file change; `migrate` brings older files up. */
export const SCHEMA_VERSION = 1;
/** 'PNTH': lets `file` and other tools recognise the data. */
const APPLICATION_ID = 0x504e5448;

const SCHEMA = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL,
    type TEXT NOT NULL,
    v INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    command_id TEXT,
    causation_seq INTEGER,
    address TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream, stream_version);
  CREATE TABLE commands (id TEXT PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    packed INTEGER NOT NULL,
    data BLOB
  ) STRICT;
  CREATE TABLE content_owners (
    owner TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES contents (id),
    PRIMARY KEY (owner, content)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX content_owners_by_content ON content_owners (content);
  CREATE TABLE projectors (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the data file, creating it and its folder if needed. WAL, synced as each transaction asks; `secure_delete`, so
 * that erased content is overwritten and not only unlinked.
 */
export function openDatabase(file: string): DatabaseSync {
  makeFolder(file);
  makeFile(file);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 5000 });
    refuseNewer(db, file);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = 1;
      PRAGMA checkpoint_fullfsync = 1;
      PRAGMA secure_delete = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 16777216;
    `);
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw explained(error, file);
  }
}

/** Readable for the person alone from its first byte; SQLite gives its side files the same mode. What fails here, opening says better. */
function makeFile(file: string): void {
  if (file === ':memory:') return;
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // A read-only disk with data on it can still be read.
  }
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(
      'data-not-writable',
      `The data folder ${dirname(file)} cannot be created.`,
      `Make the folder above it writable for you, or set PANTHEON_HOME to another folder.`,
      { cause: error },
    );
  }
}

function refuseNewer(db: DatabaseSync, file: string): void {
  const found = schemaVersion(db);
  if (found <= SCHEMA_VERSION) return;
  throw new UserError(
    'data-newer',
    `The data in ${file} was written by a newer Pantheon (data version ${found}; this one reads up to ${SCHEMA_VERSION}).`,
    `Update this Pantheon, or set PANTHEON_HOME to another folder.`,
  );
}

function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

function migrate(db: DatabaseSync): void {
  if (schemaVersion(db) === SCHEMA_VERSION) return;
  db.exec(`BEGIN IMMEDIATE;
    ${SCHEMA}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;`);
}
