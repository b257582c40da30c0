import type { DatabaseSync } from 'node:sqlite';

import { readReviewEvent } from '../review/index.ts';
import { prepared, type Projector } from '../store/index.ts';

type Made = Extract<ReturnType<typeof readReviewEvent>, { readonly type: 'proposal.made' }>['body'];
type Verdict = 'accepted' | 'rejected' | null;

/**
 * What the person said to each hunk and remark, with where in its run it came from: a hunk from places, a remark from an agent.
 * Undecided again, or never decided, is no verdict.
 */
export const decisionProjector: Projector = {
  name: 'learn.decisions',
  version: 1,
  create(db) {
    db.exec(`CREATE TABLE IF NOT EXISTS learn_decisions (
      id TEXT NOT NULL, run TEXT NOT NULL, place TEXT NOT NULL, agent TEXT NOT NULL, verdict TEXT,
      PRIMARY KEY (id, place, agent)
    ) STRICT, WITHOUT ROWID;`);
  },
  clear(db) {
    db.exec('DROP TABLE IF EXISTS learn_decisions');
  },
  apply(db, stored) {
    const event = readReviewEvent(stored);
    if (event?.type === 'proposal.made') {
      made(db, event.body);
    } else if (event?.type === 'hunk.decided') {
      judged(db, event.body.hunk, event.body.to === 'rejected' ? 'rejected' : 'accepted');
    } else if (event?.type === 'hunk.turned') {
      judged(db, event.body.hunk, null);
    } else if (event?.type === 'finding.decided') {
      judged(db, event.body.finding, verdictOnRemark[event.body.to]);
    }
  },
};

/** A remark that is closed without a word says nothing of its worth. */
const verdictOnRemark = { applied: 'accepted', dismissed: 'rejected', resolved: null, open: null } as const;

function made(db: DatabaseSync, { run, hunks, findings }: Made): void {
  const insert = prepared(db, 'INSERT INTO learn_decisions VALUES (?, ?, ?, ?, NULL)');
  for (const { id, places = [] } of hunks) for (const place of places) insert.run(id, run, place, '');
  for (const { id, agent } of findings) if (agent !== undefined) insert.run(id, run, '', agent);
}

function judged(db: DatabaseSync, id: string, verdict: Verdict): void {
  prepared(db, 'UPDATE learn_decisions SET verdict = ? WHERE id = ?').run(verdict, id);
}
