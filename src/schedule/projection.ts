import type { DatabaseSync } from 'node:sqlite';

import { prepared, type ContentRef, type Projector, type StoredEvent } from '../store/index.ts';
import { itemStream, QUEUE_STREAM, type QueueEvent } from './events.ts';
import type { QueueItem } from './types.ts';

const PREFIX = itemStream('');

/** Rows of the queue: one per waiting or running item, and whether the whole queue is paused. */
export const queueProjector: Projector = {
  name: 'schedule.queue',
  version: 2,
  create: (db) =>
    db.exec(`
      CREATE TABLE queue_items (
        id TEXT PRIMARY KEY,
        run TEXT NOT NULL,
        flow TEXT NOT NULL,
        workspace TEXT NOT NULL,
        interactive INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        position REAL NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        paused INTEGER NOT NULL DEFAULT 0,
        not_before_ms INTEGER,
        window TEXT,
        cron TEXT,
        due_ms INTEGER NOT NULL,
        next_due_ms INTEGER,
        current_run TEXT,
        occurrence INTEGER NOT NULL DEFAULT 0,
        epoch TEXT,
        resumes INTEGER NOT NULL DEFAULT 0,
        job TEXT NOT NULL,
        version INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX queue_order ON queue_items (state, paused, interactive, priority DESC, position, id);
      CREATE INDEX queue_times ON queue_items (paused, interactive, window, due_ms) WHERE state = 'waiting';
      CREATE INDEX queue_positions ON queue_items (position);
      CREATE TABLE queue_state (only INTEGER PRIMARY KEY CHECK (only = 1), paused INTEGER NOT NULL) STRICT;
      INSERT INTO queue_state VALUES (1, 0);
    `),
  clear: (db) => db.exec('DROP TABLE IF EXISTS queue_items; DROP TABLE IF EXISTS queue_state'),
  apply: (db, event) => {
    if (event.stream === QUEUE_STREAM) {
      prepared(db, 'UPDATE queue_state SET paused = ?').run(event.type === 'queue.paused' ? 1 : 0);
    } else if (event.stream.startsWith(PREFIX)) {
      applyToItem(db, event.stream.slice(PREFIX.length), event);
    }
  },
};

function applyToItem(db: DatabaseSync, id: string, stored: StoredEvent): void {
  const event = { type: stored.type, body: stored.body } as unknown as QueueEvent;
  switch (event.type) {
    case 'queue-item.added': {
      const { body } = event;
      prepared(
        db,
        `INSERT INTO queue_items (id, run, flow, workspace, interactive, priority, position, not_before_ms, window,
          cron, due_ms, job, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      ).run(
        id,
        body.run,
        body.flow,
        body.workspace,
        body.interactive ? 1 : 0,
        body.priority,
        body.position,
        body.notBeforeMs,
        body.window,
        body.cron,
        body.dueMs,
        body.job,
      );
      break;
    }
    case 'queue-item.claimed':
      prepared(
        db,
        `UPDATE queue_items SET state = 'running', epoch = ?, current_run = ?, next_due_ms = ?, occurrence = occurrence + 1, resumes = 0
          WHERE id = ?`,
      ).run(event.body.epoch, event.body.run, event.body.nextDueMs, id);
      break;
    case 'queue-item.suspended':
      // The next resume is the first that counts.
      prepared(db, 'UPDATE queue_items SET resumes = -1 WHERE id = ?').run(id);
      break;
    case 'queue-item.resumed':
      prepared(db, 'UPDATE queue_items SET epoch = ?, resumes = resumes + 1 WHERE id = ?').run(
        event.body.epoch,
        id,
      );
      break;
    case 'queue-item.finished':
      prepared(db, 'DELETE FROM queue_items WHERE id = ? AND cron IS NULL').run(id);
      prepared(
        db,
        `UPDATE queue_items SET state = 'waiting', epoch = NULL, current_run = NULL, due_ms = coalesce(next_due_ms, due_ms),
          next_due_ms = NULL WHERE id = ?`,
      ).run(id);
      break;
    case 'queue-item.moved': {
      const { interactive, priority, position } = event.body;
      const sql = 'UPDATE queue_items SET interactive = ?, priority = ?, position = ? WHERE id = ?';
      prepared(db, sql).run(interactive ? 1 : 0, priority, position, id);
      break;
    }
    case 'queue-item.edited': {
      const { notBeforeMs, window, cron, dueMs, nextDueMs } = event.body;
      const sql =
        'UPDATE queue_items SET not_before_ms = ?, window = ?, cron = ?, due_ms = ?, next_due_ms = ? WHERE id = ?';
      prepared(db, sql).run(notBeforeMs, window, cron, dueMs, nextDueMs, id);
      break;
    }
    case 'queue-item.paused':
    case 'queue-item.unpaused':
      prepared(db, 'UPDATE queue_items SET paused = ? WHERE id = ?').run(
        event.type === 'queue-item.paused' ? 1 : 0,
        id,
      );
      break;
    case 'queue-item.removed':
      // A running one ends its run first: it only does not come back.
      prepared(db, "DELETE FROM queue_items WHERE id = ? AND state = 'waiting'").run(id);
      prepared(db, 'UPDATE queue_items SET cron = NULL WHERE id = ?').run(id);
      break;
    case 'queue.paused':
    case 'queue.resumed':
      break;
  }
  prepared(db, 'UPDATE queue_items SET version = ? WHERE id = ?').run(stored.streamVersion, id);
}

type Row = Record<string, null | number | bigint | string | Uint8Array>;

/** An item from its row. */
export function itemOf(row: Row): QueueItem {
  const text = (column: string) => (row[column] === null ? null : String(row[column]));
  const number = (column: string) => (row[column] === null ? null : Number(row[column]));
  return {
    id: String(row['id']),
    run: String(row['run']),
    flow: String(row['flow']),
    workspace: String(row['workspace']),
    interactive: row['interactive'] === 1,
    priority: Number(row['priority']),
    position: Number(row['position']),
    state: row['state'] === 'running' ? 'running' : 'waiting',
    paused: row['paused'] === 1,
    notBeforeMs: number('not_before_ms'),
    window: text('window'),
    cron: text('cron'),
    dueMs: Number(row['due_ms']),
    nextDueMs: number('next_due_ms'),
    currentRun: text('current_run'),
    occurrence: Number(row['occurrence']),
    epoch: text('epoch'),
    resumes: Number(row['resumes']),
    job: String(row['job']) as ContentRef,
    version: Number(row['version']),
  };
}
