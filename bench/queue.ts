import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { systemClock } from '../src/common/index.ts';
import { Queue, queueProjector } from '../src/schedule/index.ts';
import { openStore } from '../src/store/index.ts';
import { compare, elapsedMs, type Suite } from './harness.ts';

const JOBS = 10_000;
const CLAIMS = 2000;

async function claims(folder: string): Promise<number> {
  const store = openStore({ file: join(folder, 'p.db'), projectors: [queueProjector], upcasters: [] });
  const queue = new Queue({
    store,
    clock: systemClock,
    epoch: 'bench',
    limits: { overall: JOBS, perWorkspace: JOBS },
  });
  const job = store.putContent('{}');
  for (let n = 0; n < JOBS; n += 1) {
    const place = { interactive: false, priority: n % 10, position: n };
    const timing = { notBeforeMs: null, window: null, cron: null, dueMs: 0 };
    const body = { id: `j${n}`, run: `r${n}`, flow: 'f', workspace: `w${n % 7}`, job, ...place, ...timing };
    const event = { type: 'queue-item.added', v: 1, body };
    store.append(`queue/j${n}`, [event], { actor: 'bench', durability: 'step', expected: 0 });
  }
  let claimedMs = 0;
  for (let n = 0; n < CLAIMS; n += 1) {
    let item = '';
    claimedMs += await elapsedMs(() => (item = queue.claimNext()?.item ?? ''));
    if (!queue.finish(item, 'succeeded')) throw new Error('nothing was claimed');
  }
  await store.dispose();
  return (CLAIMS / claimedMs) * 1000;
}

/** A table, an index, and one statement per claim. */
async function plainClaims(folder: string): Promise<number> {
  const db = new DatabaseSync(join(folder, 'q.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, priority INTEGER, state TEXT);
    CREATE INDEX jobs_order ON jobs (state, priority DESC, id); BEGIN`);
  const insert = db.prepare("INSERT INTO jobs VALUES (?, ?, 'waiting')");
  for (let n = 0; n < JOBS; n += 1) insert.run(n, n % 10);
  db.exec('COMMIT');
  const claim = db.prepare(`UPDATE jobs SET state = 'running' WHERE id =
    (SELECT id FROM jobs WHERE state = 'waiting' ORDER BY priority DESC, id LIMIT 1) RETURNING id`);
  const ms = await elapsedMs(() => {
    for (let n = 0; n < CLAIMS; n += 1) claim.get();
  });
  db.close();
  return (CLAIMS / ms) * 1000;
}

export const suite: Suite = {
  about: `Claims with ${JOBS} jobs in the queue; the plain table knows no windows, limits or history.`,
  run: () =>
    compare(
      'claim the next of 10,000',
      '/s',
      { pantheon: claims, 'plain table': plainClaims },
      { rounds: 3, budget: 2000 },
    ),
};
