import type { DatabaseSync } from 'node:sqlite';

import type { Clock } from '../common/index.ts';
import { prepared, type ContentRef, type Projector, type Store } from '../store/index.ts';
import { decode, remainsOf, splitLines, type AcceptedChange, type Remains } from '../text/index.ts';
import { committedFile } from '../workspace/index.ts';
import { readDisk } from './disk.ts';
import { proposalStream, stored, type HunkDecided, type ReviewEvent } from './events.ts';
import { headOf } from './head.ts';
import { proposalOf } from './ids.ts';
import { Rows } from './rows.ts';

/** When it is looked whether an accepted hunk is still there. */
export type RetentionMoment = 'commit' | 'day' | 'week';

const dayMs = 24 * 3_600_000;
const afterMs: Readonly<Record<Exclude<RetentionMoment, 'commit'>, number>> = { day: dayMs, week: 7 * dayMs };
/** A commit that comes later than this says little about the hunk. */
const commitWithinMs = 30 * dayMs;

interface Row {
  readonly seq: number;
  readonly hunk: string;
  readonly root: string;
  readonly path: string;
  readonly head: string | null;
  readonly at: number;
  readonly base: ContentRef | null;
  readonly resulting: ContentRef | null;
  readonly at_commit: string | null;
  readonly after_day: string | null;
  readonly after_week: string | null;
}

const column = { commit: 'at_commit', day: 'after_day', week: 'after_week' } as const;

/** One row for each accepted hunk, with what was found of it later. */
export const retentionProjector: Projector = {
  name: 'review.retention',
  version: 1,
  create(db) {
    db.exec(`CREATE TABLE review_retention (seq INTEGER PRIMARY KEY, hunk TEXT NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL,
        head TEXT, at INTEGER NOT NULL, base TEXT, resulting TEXT, at_commit TEXT, after_day TEXT, after_week TEXT) STRICT;
      CREATE INDEX review_retention_hunk ON review_retention (hunk);`);
  },
  clear(db) {
    db.exec('DROP TABLE IF EXISTS review_retention');
  },
  apply(db, event) {
    if (event.stream.startsWith('review')) apply(db, event.seq, event.at, event as unknown as ReviewEvent);
  },
};

function apply(db: DatabaseSync, seq: number, at: number, event: ReviewEvent): void {
  if (event.type === 'hunk.decided' && event.body.to !== 'rejected') {
    const { hunk, root, path, head, base, resulting }: HunkDecided = event.body;
    prepared(db, 'INSERT INTO review_retention VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)').run(
      seq,
      hunk,
      root,
      path,
      head,
      at,
      base,
      resulting,
    );
  } else if (event.type === 'hunk.turned') {
    // Taken back: it is no accepted hunk any more.
    prepared(db, 'DELETE FROM review_retention WHERE hunk = ?').run(event.body.hunk);
  } else if (event.type === 'hunk.looked-up') {
    const { hunk, when, remains } = event.body;
    prepared(db, `UPDATE review_retention SET ${column[when]} = ? WHERE hunk = ?`).run(remains, hunk);
  }
}

/**
 * Looks up what became of accepted hunks: at the first commit that has their file, after a day, after a week. Acceptance is
 * adoption, not quality; only this tells the two apart later, and nobody can reconstruct it.
 */
export class Retention {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #rows: Rows;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#rows = new Rows(store);
  }

  /** Records what is due now; a late look says by how much in its event's time. Returns how many were recorded. */
  async look(signal: AbortSignal): Promise<number> {
    const now = this.#clock.now();
    let recorded = 0;
    for (const row of this.#pending(now)) {
      signal.throwIfAborted();
      const due = (['day', 'week'] as const).filter(
        (when) => row[column[when]] === null && now - row.at >= afterMs[when],
      );
      const commit = newCommit(row, now);
      // Texts are read only for what is due: most rows wait most of the time.
      const change = due.length === 0 && commit === undefined ? undefined : this.#change(row);
      if (change === undefined) continue;
      if (commit !== undefined)
        recorded += this.#record(row, 'commit', await inCommit(row, commit, change, signal));
      for (const when of due) recorded += this.#record(row, when, onDisk(row, change));
    }
    return recorded;
  }

  #pending(now: number): Row[] {
    const sql = `SELECT * FROM review_retention
      WHERE after_day IS NULL OR after_week IS NULL OR (at_commit IS NULL AND at > ?) ORDER BY seq`;
    return prepared(this.#store.db, sql).all(now - commitWithinMs) as unknown as Row[];
  }

  #record({ hunk }: Row, when: RetentionMoment, remains: Remains | undefined): number {
    if (remains === undefined) return 0;
    const event = stored({ type: 'hunk.looked-up', body: { hunk, when, remains } });
    const stream = proposalStream(proposalOf(hunk));
    this.#store.append(stream, [event], { actor: 'daemon', durability: 'step', expected: 'any' });
    return 1;
  }

  /** `undefined` for files that were decided as a whole or whose texts were erased. */
  #change({ hunk, path, base, resulting }: Row): AcceptedChange | undefined {
    const proposal = this.#rows.proposal(proposalOf(hunk));
    const file =
      proposal === undefined
        ? undefined
        : this.#rows.record(proposal).files.find((one) => one.path === path && !one.whole);
    const record = file?.hunks.find(({ id }) => id === hunk);
    const [before, after] = [base, resulting].map((ref) => {
      const bytes = ref === null ? undefined : this.#store.getContent(ref);
      return bytes === undefined ? undefined : decode(bytes)?.text;
    });
    if (record === undefined || before === undefined || after === undefined) return undefined;
    const baseLines = splitLines(record.removed).length;
    return { base: before, baseStart: record.baseStart, baseLines, resulting: after };
  }
}

function onDisk({ root, path }: Row, change: AcceptedChange): Remains | undefined {
  try {
    const { bytes } = readDisk(root, path);
    if (bytes === null) return 'gone';
    const text = decode(bytes)?.text;
    return text === undefined ? undefined : remainsOf(change, text);
  } catch {
    // A workspace that is away today says nothing about the hunk.
    return undefined;
  }
}

/** The commit that HEAD names, if it is not that of the decision and it is still worth asking. */
function newCommit({ root, head, at, at_commit }: Row, now: number): string | undefined {
  if (at_commit !== null || now - at > commitWithinMs) return undefined;
  const commit = headOf(root);
  return commit === null || commit === head ? undefined : commit;
}

/** What the commit has of the change; `undefined` as long as it has the file as the commit at the decision had it. */
async function inCommit(
  { root, path, head }: Row,
  commit: string,
  change: AcceptedChange,
  signal: AbortSignal,
): Promise<Remains | undefined> {
  const bytes = await committedFile(root, commit, path, signal);
  const before = head === null ? undefined : await committedFile(root, head, path, signal);
  if (bytes === undefined || (before !== undefined && Buffer.from(before).equals(bytes))) return undefined;
  const text = decode(bytes)?.text;
  return text === undefined ? undefined : remainsOf(change, text);
}
