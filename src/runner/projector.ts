import type { DatabaseSync } from 'node:sqlite';

import { parseAddress } from '../flow/index.ts';
import type { CallRecord } from '../nodes/index.ts';
import { prepared, type Projector, type StoredEvent } from '../store/index.ts';
import { RUN_STREAM, readRunEvent, type RunEvent, type RunEventBodies } from './events.ts';

/** Rows of runs and of the places in them, for views; everything in them comes from the events. */
const runProjector: Projector = {
  name: 'runner.runs',
  version: 3,
  create(db) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS runner_runs (
        run TEXT PRIMARY KEY, seq INTEGER NOT NULL, flow TEXT NOT NULL, workspace TEXT NOT NULL, priority TEXT NOT NULL,
        workspace_id TEXT, inputs TEXT, outcome TEXT, detail TEXT, cause TEXT, base_tree TEXT, pin TEXT,
        started_at INTEGER NOT NULL, ended_at INTEGER, nodes TEXT NOT NULL DEFAULT '[]', notes TEXT NOT NULL DEFAULT '[]',
        proposals TEXT NOT NULL DEFAULT '[]', calls INTEGER NOT NULL DEFAULT 0, prompt_tokens INTEGER NOT NULL DEFAULT 0,
        answer_tokens INTEGER NOT NULL DEFAULT 0, swaps INTEGER NOT NULL DEFAULT 0, memo_hits INTEGER NOT NULL DEFAULT 0,
        retries INTEGER NOT NULL DEFAULT 0, model_ms INTEGER NOT NULL DEFAULT 0, check_ms INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX IF NOT EXISTS runner_runs_open ON runner_runs (seq) WHERE outcome IS NULL;
      CREATE TABLE IF NOT EXISTS runner_nodes (
        run TEXT NOT NULL, address TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT, detail TEXT,
        evidence TEXT, title TEXT, reason TEXT, items INTEGER, PRIMARY KEY (run, address)
      ) STRICT, WITHOUT ROWID;`);
  },
  clear(db) {
    db.exec('DROP TABLE IF EXISTS runner_runs; DROP TABLE IF EXISTS runner_nodes;');
  },
  apply(db, event) {
    if (event.stream.startsWith(RUN_STREAM)) applyRunEvent(db, event.stream.slice(RUN_STREAM.length), event);
  },
};

/** What the composition root registers with the store. */
export const runnerProjectors: readonly Projector[] = [runProjector];

function applyRunEvent(db: DatabaseSync, run: string, stored: StoredEvent): void {
  const event: RunEvent = readRunEvent(stored);
  switch (event.type) {
    case 'run.began': {
      const { flow, workspace, priority, inputs } = event.body;
      prepared(
        db,
        'INSERT INTO runner_runs (run, seq, flow, workspace, priority, inputs, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ).run(run, stored.seq, flow, workspace, priority, inputs, event.at);
      return;
    }
    case 'run.pinned': {
      const { workspaceId, baseTree, nodes, pin } = event.body;
      prepared(
        db,
        'UPDATE runner_runs SET workspace_id = ?, base_tree = ?, nodes = ?, pin = ? WHERE run = ?',
      ).run(workspaceId, baseTree, JSON.stringify(nodes), pin, run);
      return;
    }
    case 'run.stopped':
      if (event.body.failed) {
        prepared(db, 'UPDATE runner_runs SET detail = coalesce(detail, ?) WHERE run = ?').run(
          event.body.detail,
          run,
        );
      }
      return addTo(db, run, 'notes', event.body.detail);
    case 'run.noted':
      return addTo(db, run, 'notes', event.body.note);
    case 'run.ended':
      return endRun(db, run, event.body, event.at);
    case 'node.items':
      prepared(
        db,
        'INSERT INTO runner_nodes (run, address, items, outcome) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ).run(run, event.address ?? '', event.body.count, event.body.count === 0 ? 'succeeded' : null);
      return;
    case 'node.skipped':
      prepared(
        db,
        `INSERT INTO runner_nodes (run, address, outcome, reason, detail, items) VALUES (?, ?, 'skipped', ?, ?, NULL)
         ON CONFLICT DO UPDATE SET outcome = 'skipped', reason = excluded.reason, detail = coalesce(excluded.detail, detail), items = NULL`,
      ).run(run, event.address ?? '', event.body.reason, event.body.detail ?? null);
      if (event.body.detail !== undefined) addTo(db, run, 'notes', event.body.detail);
      return;
    case 'node.broken':
      prepared(
        db,
        `INSERT INTO runner_nodes (run, address, outcome, detail, items) VALUES (?, ?, 'failed', ?, NULL)
         ON CONFLICT DO UPDATE SET outcome = 'failed', detail = excluded.detail, items = NULL`,
      ).run(run, event.address ?? '', event.body.detail);
      return;
    case 'attempt.started':
      return startAttempt(db, run, event.address ?? '');
    case 'attempt.ended':
      return endAttempt(db, run, event.address ?? '', event.body);
    case 'item.revised': {
      const { outcome, detail, evidence } = event.body;
      prepared(
        db,
        'UPDATE runner_nodes SET outcome = ?, detail = ?, evidence = coalesce(?, evidence) WHERE run = ? AND address = ?',
      ).run(outcome, detail, evidence ?? null, run, event.address ?? '');
      return;
    }
    case 'step.ended':
      return countStep(db, run, event.body);
    case 'effect.ended':
      if (event.body.proposal !== undefined) addTo(db, run, 'proposals', event.body.proposal);
      if (event.body.result === 'skipped' && event.body.detail !== undefined)
        addTo(db, run, 'notes', event.body.detail);
      if (event.body.result === 'failed' && event.body.detail !== undefined) {
        prepared(db, 'UPDATE runner_runs SET detail = coalesce(detail, ?) WHERE run = ?').run(
          event.body.detail,
          run,
        );
      }
      return;
    case 'run.resumed':
    case 'run.cancel-requested':
    case 'node.condition':
    case 'node.settled':
    case 'effect.intended':
      return;
  }
}

function startAttempt(db: DatabaseSync, run: string, address: string): void {
  const { attempt } = parseAddress(address);
  prepared(
    db,
    'INSERT INTO runner_nodes (run, address, attempts) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET attempts = excluded.attempts',
  ).run(run, placeOf(address), attempt);
  if (attempt !== null && attempt > 1) count(db, run, 'retries', 1);
}

function endAttempt(
  db: DatabaseSync,
  run: string,
  address: string,
  body: RunEventBodies['attempt.ended'],
): void {
  const { outcome, retryAt, title = null, detail = null, evidence = null, memoHits = 0 } = body;
  prepared(
    db,
    'UPDATE runner_nodes SET outcome = ?, title = ?, detail = ?, evidence = ? WHERE run = ? AND address = ?',
  ).run(retryAt === undefined ? outcome : null, title, detail, evidence, run, placeOf(address));
  if (memoHits > 0) count(db, run, 'memo_hits', memoHits);
}

function placeOf(address: string): string {
  return address.slice(0, address.indexOf('#'));
}

function countStep(db: DatabaseSync, run: string, { kind, ms, call }: RunEventBodies['step.ended']): void {
  if (kind === 'check') count(db, run, 'check_ms', Math.round(ms));
  if (call !== undefined) countCall(db, run, call);
}

function countCall(db: DatabaseSync, run: string, call: CallRecord): void {
  prepared(
    db,
    `UPDATE runner_runs SET calls = calls + 1, prompt_tokens = prompt_tokens + ?, answer_tokens = answer_tokens + ?,
     swaps = swaps + ?, retries = retries + ?, model_ms = model_ms + ? WHERE run = ?`,
  ).run(
    call.promptTokens,
    call.answerTokens,
    call.swapped ? 1 : 0,
    call.retries,
    Math.round(call.totalMs),
    run,
  );
}

function count(
  db: DatabaseSync,
  run: string,
  column: 'retries' | 'memo_hits' | 'check_ms',
  by: number,
): void {
  prepared(db, `UPDATE runner_runs SET ${column} = ${column} + ? WHERE run = ?`).run(by, run);
}

function addTo(db: DatabaseSync, run: string, column: 'notes' | 'proposals', value: string): void {
  prepared(db, `UPDATE runner_runs SET ${column} = json_insert(${column}, '$[#]', ?) WHERE run = ?`).run(
    value,
    run,
  );
}

/** What has no outcome when the run ends was ended with it. */
function endRun(db: DatabaseSync, run: string, body: RunEventBodies['run.ended'], at: number): void {
  prepared(
    db,
    'UPDATE runner_runs SET outcome = ?, detail = coalesce(?, detail), cause = ?, ended_at = ? WHERE run = ?',
  ).run(body.outcome, body.detail ?? null, body.cause ?? null, at, run);
  prepared(db, 'UPDATE runner_nodes SET outcome = ? WHERE run = ? AND outcome IS NULL AND items IS NULL').run(
    body.outcome === 'cancelled' ? 'cancelled' : 'failed',
    run,
  );
}
