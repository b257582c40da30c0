import type { DatabaseSync } from 'node:sqlite';

import { prepared, type Projector, type StoredEvent } from '../store/index.ts';
import { readReviewEvent, type Intended, type Made, type ReviewEvent } from './events.ts';

/** Rows of proposals, hunks, findings, files under review and writes that are not finished. */
export const reviewProjector: Projector = {
  name: 'review',
  version: 3,
  create(db) {
    db.exec(`
      CREATE TABLE review_proposals (id TEXT PRIMARY KEY, key TEXT UNIQUE, run TEXT, flow TEXT, workspace TEXT, root TEXT,
        record TEXT, at INTEGER, seq INTEGER, superseded_by TEXT);
      CREATE INDEX review_proposals_root ON review_proposals (root);
      CREATE TABLE review_hunks (id TEXT PRIMARY KEY, proposal TEXT, n INTEGER, path TEXT, state TEXT, reason TEXT, words TEXT,
        command TEXT);
      CREATE INDEX review_hunks_proposal ON review_hunks (proposal, n);
      CREATE TABLE review_findings (id TEXT PRIMARY KEY, proposal TEXT, path TEXT, state TEXT);
      CREATE INDEX review_findings_proposal ON review_findings (proposal);
      CREATE TABLE review_files (root TEXT, path TEXT, state TEXT, open INTEGER, unsaved INTEGER, followed INTEGER,
        PRIMARY KEY (root, path));
      CREATE TABLE review_intents (intent TEXT PRIMARY KEY, by TEXT, root TEXT, body TEXT);
      CREATE TABLE review_decisions (seq INTEGER PRIMARY KEY, hunk TEXT, root TEXT, path TEXT, undone INTEGER);
      CREATE INDEX review_decisions_root ON review_decisions (root, undone, seq);
    `);
  },
  clear(db) {
    for (const table of TABLES) db.exec(`DROP TABLE IF EXISTS review_${table}`);
  },
  apply(db, event) {
    const ours = readReviewEvent(event);
    if (ours !== undefined) apply(db, event, ours);
  },
};

const TABLES = ['proposals', 'hunks', 'findings', 'files', 'intents', 'decisions'];

function apply(db: DatabaseSync, { seq, at }: StoredEvent, { type, body }: ReviewEvent): void {
  switch (type) {
    case 'proposal.made':
      return made(db, seq, at, body);
    case 'proposal.superseded':
      return run(db, 'UPDATE review_proposals SET superseded_by = ? WHERE id = ?', body.by, body.id);
    case 'write.intended':
      return intended(db, body);
    case 'write.done':
      return run(db, 'DELETE FROM review_intents WHERE intent = ?', body.intent);
    case 'write.failed':
      run(db, 'DELETE FROM review_intents WHERE intent = ?', body.intent);
      if (body.conflict) for (const hunk of body.hunks) turn(db, hunk, 'conflicted');
      return;
    case 'hunk.decided':
      run(
        db,
        'UPDATE review_hunks SET state = ?, reason = ?, words = ?, command = ? WHERE id = ?',
        body.to,
        body.reason,
        body.words,
        body.commandId,
        body.hunk,
      );
      return run(
        db,
        'INSERT INTO review_decisions VALUES (?, ?, ?, ?, 0)',
        seq,
        body.hunk,
        body.root,
        body.path,
      );
    case 'hunk.turned':
      turn(db, body.hunk, body.to);
      return run(db, 'UPDATE review_decisions SET undone = 1 WHERE hunk = ?', body.hunk);
    case 'file.seen':
      return run(
        db,
        'INSERT OR REPLACE INTO review_files VALUES (?, ?, ?, ?, ?, ?)',
        body.root,
        body.path,
        body.state,
        body.open.length,
        body.unsaved ? 1 : 0,
        body.followed ? 1 : 0,
      );
    case 'finding.decided':
      return run(db, 'UPDATE review_findings SET state = ? WHERE id = ?', body.to, body.finding);
    case 'hunk.looked-up':
    case 'exposed':
    case 'decision.answered':
      return;
  }
}

function made(db: DatabaseSync, seq: number, at: number, body: Made): void {
  const { id, key, run: runId, flow, workspaceId, root, record } = body;
  run(
    db,
    'INSERT INTO review_proposals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)',
    id,
    key,
    runId,
    flow,
    workspaceId,
    root,
    record,
    at,
    seq,
  );
  for (const [n, hunk] of body.hunks.entries()) {
    run(
      db,
      `INSERT INTO review_hunks VALUES (?, ?, ?, ?, 'waiting', NULL, NULL, NULL)`,
      hunk.id,
      id,
      n,
      hunk.path,
    );
  }
  for (const finding of body.findings) {
    run(db, `INSERT INTO review_findings VALUES (?, ?, ?, 'open')`, finding.id, id, finding.path);
  }
}

function intended(db: DatabaseSync, body: Intended): void {
  run(
    db,
    'INSERT INTO review_intents VALUES (?, ?, ?, ?)',
    body.intent,
    body.by,
    body.root,
    JSON.stringify(body),
  );
}

/** A hunk that is undecided again has no reason any more. */
function turn(db: DatabaseSync, hunk: string, to: string): void {
  run(
    db,
    'UPDATE review_hunks SET state = ?, reason = NULL, words = NULL, command = NULL WHERE id = ?',
    to,
    hunk,
  );
}

function run(db: DatabaseSync, sql: string, ...values: (string | number | null)[]): void {
  prepared(db, sql).run(...values);
}
