import { DatabaseSync } from 'node:sqlite';

/** The least that could be called a journal: one table, one insert per event, one commit each. Shows what is possible. */
export class PlainJournal {
  readonly #db: DatabaseSync;
  readonly #insert;

  constructor(file: string, synchronous: 'NORMAL' | 'FULL') {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};
      CREATE TABLE events (seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL)`);
    this.#insert = this.#db.prepare('INSERT INTO events (stream, type, at, body) VALUES (?, ?, ?, ?)');
  }

  append(stream: string, type: string, body: unknown): void {
    this.#insert.run(stream, type, Date.now(), JSON.stringify(body));
  }

  close(): void {
    this.#db.close();
  }
}
