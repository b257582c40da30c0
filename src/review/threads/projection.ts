import type { DatabaseSync } from 'node:sqlite';

import { prepared, type Projector, type StoredEvent } from '../../store/index.ts';
import type { ThreadEvent } from './events.ts';

/** Rows of threads that persons began, of everything that was said in any thread, and of what agents were asked there. */
export const threadsProjector: Projector = {
  name: 'threads',
  version: 1,
  create(db) {
    db.exec(`
      CREATE TABLE thread_threads (id TEXT PRIMARY KEY, root TEXT, path TEXT, anchor TEXT, text TEXT, at INTEGER, seq INTEGER,
        state TEXT);
      CREATE INDEX thread_threads_root ON thread_threads (root, path);
      CREATE TABLE thread_comments (seq INTEGER PRIMARY KEY, thread TEXT, agent TEXT, words TEXT, at INTEGER);
      CREATE INDEX thread_comments_thread ON thread_comments (thread, seq);
      CREATE TABLE thread_asks (run TEXT PRIMARY KEY, thread TEXT, agent TEXT, seq INTEGER, outcome TEXT, proposals TEXT);
      CREATE INDEX thread_asks_thread ON thread_asks (thread, seq);
      CREATE INDEX thread_asks_waiting ON thread_asks (outcome, seq);
    `);
  },
  clear(db) {
    for (const table of ['threads', 'comments', 'asks']) db.exec(`DROP TABLE IF EXISTS thread_${table}`);
  },
  apply(db, event) {
    if (event.stream.startsWith('thread/')) apply(db, event, event as unknown as ThreadEvent);
  },
};

function apply(db: DatabaseSync, { seq, at }: StoredEvent, { type, body }: ThreadEvent): void {
  const say = (agent: string | null, words: string) =>
    prepared(db, 'INSERT INTO thread_comments VALUES (?, ?, ?, ?, ?)').run(seq, body.id, agent, words, at);
  switch (type) {
    case 'thread.made': {
      const { id, root, path, anchor, text, words } = body;
      prepared(db, `INSERT INTO thread_threads VALUES (?, ?, ?, ?, ?, ?, ?, 'open')`).run(
        id,
        root,
        path,
        anchor,
        text,
        at,
        seq,
      );
      say(null, words);
      return;
    }
    case 'thread.replied':
      say(null, body.words);
      return;
    case 'thread.asked':
      if (body.words !== undefined) say(null, body.words);
      prepared(db, `INSERT INTO thread_asks VALUES (?, ?, ?, ?, NULL, '[]')`).run(
        body.run,
        body.id,
        body.agent,
        seq,
      );
      return;
    case 'thread.answered':
      say(body.agent, body.words);
      prepared(db, 'UPDATE thread_asks SET outcome = ?, proposals = ? WHERE run = ?').run(
        body.outcome,
        JSON.stringify(body.proposals),
        body.run,
      );
      return;
    case 'thread.turned':
      prepared(db, 'UPDATE thread_threads SET state = ? WHERE id = ?').run(body.to, body.id);
      return;
  }
}
