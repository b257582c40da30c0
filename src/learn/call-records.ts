import type { DatabaseSync } from 'node:sqlite';

import type { Json } from '../common/index.ts';
import { parseAddress } from '../flow/index.ts';
import type { CallRecord } from '../nodes/index.ts';
import { readRunEvent, RUN_STREAM, type RunEvent } from '../runner/index.ts';
import { prepared, type ContentRef, type Projector, type Store } from '../store/index.ts';

/**
 * One model call and what came of it. `prompt`, `answer`, `packing` and the evidence are read from erasable content and
 * are absent once they were erased.
 */
export interface CallTrace extends CountedOfCall {
  readonly run: string;
  /** Address of the step: `mend[2]#1/call.3`. */
  readonly address: string;
  readonly flow: string;
  readonly workspace: string;
  /** Milliseconds since the epoch at which the answer was recorded. */
  readonly at: number;
  readonly prompt?: string;
  readonly answer?: string;
  /** Parts of the prompt with their sizes in characters, and what was left out. */
  readonly packing?: {
    readonly parts: readonly { readonly source: string; readonly chars: number }[];
    readonly leftOut: readonly string[];
  };
  /** Outcome of the check of this sample, and of its repetition; absent if nothing was checked. */
  readonly check?: string;
  readonly recheck?: string;
  /** The check's record as JSON: results per test, exit code, tree, log. */
  readonly evidence?: Json;
  /** How the attempt ended of which the call was a part. */
  readonly attemptOutcome?: string;
  /** What the item came to in the end, after all edits were looked at together. */
  readonly itemOutcome?: string;
}

/** What the runner counted of it, without its texts and without what says nothing about the answer. */
type CountedOfCall = Omit<CallRecord, 'prompt' | 'answer' | 'packing' | 'swapped' | 'retries'>;

/** Rows over the runner's events: what learning reads. There is no second log. */
export const callProjector: Projector = {
  name: 'learn.calls',
  version: 1,
  create(db) {
    db.exec(`CREATE TABLE IF NOT EXISTS learn_calls (
      run TEXT NOT NULL, address TEXT NOT NULL, place TEXT NOT NULL, attempt TEXT NOT NULL, at INTEGER NOT NULL,
      agent TEXT NOT NULL, digest TEXT NOT NULL, facts TEXT NOT NULL, check_outcome TEXT, recheck_outcome TEXT,
      evidence TEXT, attempt_outcome TEXT, item_outcome TEXT, PRIMARY KEY (run, address)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS learn_calls_by_agent ON learn_calls (agent, at);
    CREATE TABLE IF NOT EXISTS learn_runs (run TEXT PRIMARY KEY, flow TEXT NOT NULL, workspace TEXT NOT NULL) STRICT, WITHOUT ROWID;`);
  },
  clear(db) {
    db.exec('DROP TABLE IF EXISTS learn_calls; DROP TABLE IF EXISTS learn_runs;');
  },
  apply(db, event) {
    if (event.stream.startsWith(RUN_STREAM))
      apply(db, event.stream.slice(RUN_STREAM.length), readRunEvent(event));
  },
};

function apply(db: DatabaseSync, run: string, event: RunEvent): void {
  const { address = '' } = event;
  if (event.type === 'run.began') {
    const { flow, workspace } = event.body;
    prepared(db, 'INSERT INTO learn_runs VALUES (?, ?, ?)').run(run, flow, workspace);
  } else if (event.type === 'step.ended' && event.body.call !== undefined) {
    const { call } = event.body;
    const attempt = address.slice(0, address.indexOf('/'));
    const place = attempt.slice(0, attempt.indexOf('#'));
    prepared(
      db,
      'INSERT INTO learn_calls (run, address, place, attempt, at, agent, digest, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(run, address, place, attempt, event.at, call.agent, call.digest, JSON.stringify(call));
  } else if (event.type === 'step.ended' && event.body.kind === 'check') {
    const { outcome, value } = event.body;
    checked(db, run, address, outcome, value);
  } else if (event.type === 'attempt.ended') {
    prepared(
      db,
      'UPDATE learn_calls SET attempt_outcome = ?1, item_outcome = ?1 WHERE run = ?2 AND attempt = ?3',
    ).run(event.body.outcome, run, address);
  } else if (event.type === 'item.revised') {
    prepared(db, 'UPDATE learn_calls SET item_outcome = ? WHERE run = ? AND place = ?').run(
      event.body.outcome,
      run,
      address,
    );
  }
}

/** `mend[2]#1/check.3` is about `mend[2]#1/call.3`. */
function checked(db: DatabaseSync, run: string, address: string, outcome: string, value: ContentRef): void {
  const { step } = parseAddress(address);
  const match = /^(re)?check\.(.+)$/.exec(step ?? '');
  if (match === null) return;
  const call = `${address.slice(0, address.indexOf('/'))}/call.${match[2]}`;
  const sql =
    match[1] === undefined
      ? 'UPDATE learn_calls SET check_outcome = ?, evidence = ? WHERE run = ? AND address = ?'
      : 'UPDATE learn_calls SET recheck_outcome = ?, evidence = ? WHERE run = ? AND address = ?';
  prepared(db, sql).run(outcome, value, run, call);
}

/** Calls, newest first; of one agent or one run if named. */
export function callTraces(
  store: Store,
  options: { readonly agent?: string; readonly run?: string; readonly limit?: number } = {},
): readonly CallTrace[] {
  const { agent = null, run = null, limit = 1000 } = options;
  const sql = `SELECT c.*, r.flow, r.workspace FROM learn_calls c JOIN learn_runs r USING (run)
    WHERE (?1 IS NULL OR c.agent = ?1) AND (?2 IS NULL OR c.run = ?2) ORDER BY c.at DESC, c.address DESC LIMIT ?3`;
  return prepared(store.db, sql)
    .all(agent, run, limit)
    .map((row) => traceOf(store, row));
}

function traceOf(store: Store, row: Readonly<Record<string, unknown>>): CallTrace {
  const {
    prompt,
    answer,
    packing,
    swapped: _,
    retries: __,
    ...facts
  } = JSON.parse(String(row['facts'])) as CallRecord;
  const text = (ref: unknown) => (typeof ref === 'string' ? store.getText(ref as ContentRef) : undefined);
  const given = {
    prompt: text(prompt),
    answer: text(answer),
    packing: parsed(text(packing)),
    check: row['check_outcome'] ?? undefined,
    recheck: row['recheck_outcome'] ?? undefined,
    evidence: parsed(text(row['evidence'])),
    attemptOutcome: row['attempt_outcome'] ?? undefined,
    itemOutcome: row['item_outcome'] ?? undefined,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...facts,
    ...known,
    run: String(row['run']),
    address: String(row['address']),
    flow: String(row['flow']),
    workspace: String(row['workspace']),
    at: Number(row['at']),
  };
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
