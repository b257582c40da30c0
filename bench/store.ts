import { join } from 'node:path';

import { openStore, prepared, type Durability, type Projector } from '../src/store/index.ts';
import { compare, elapsedMs, type Suite } from './harness.ts';
import { PlainJournal } from './plain-journal.ts';

const EVENTS = 1000;

/** One row per stream, as a view of runs would have. */
const projector: Projector = {
  name: 'bench',
  version: 1,
  create: (db) => db.exec('CREATE TABLE bench (stream TEXT PRIMARY KEY, n INTEGER, last TEXT) STRICT'),
  clear: (db) => db.exec('DROP TABLE IF EXISTS bench'),
  apply: (db, event) => {
    const sql =
      'INSERT INTO bench VALUES (?1, 1, ?2) ON CONFLICT (stream) DO UPDATE SET n = n + 1, last = ?2';
    prepared(db, sql).run(event.stream, event.address ?? '');
  },
};

const open = (folder: string) =>
  openStore({ file: join(folder, 'p.db'), projectors: [projector], upcasters: [] });
const body = (n: number) => ({ node: `n${n}`, outcome: 'succeeded', output: 'a'.repeat(64), ms: n });

async function appends(folder: string, durability: Durability): Promise<number> {
  const store = open(folder);
  const ms = await elapsedMs(() => {
    for (let n = 0; n < EVENTS; n += 1) {
      const event = { type: 'step.finished', v: 1, address: `n${n}`, body: body(n) };
      store.append('run/1', [event], { actor: 'bench', durability, expected: n });
    }
  });
  await store.dispose();
  return (ms / EVENTS) * 1000;
}

async function plain(folder: string, synchronous: 'NORMAL' | 'FULL'): Promise<number> {
  const journal = new PlainJournal(join(folder, 'j.db'), synchronous);
  const ms = await elapsedMs(() => {
    for (let n = 0; n < EVENTS; n += 1) journal.append('run/1', 'step.finished', body(n));
  });
  journal.close();
  return (ms / EVENTS) * 1000;
}

async function filled(folder: string, measured: 'open' | 'rebuild'): Promise<number> {
  const store = open(folder);
  for (let n = 0; n < 10_000; n += 100) {
    const events = Array.from({ length: 100 }, (_, k) => ({
      type: 'step.finished',
      v: 1,
      body: body(n + k),
    }));
    store.append(`run/${n % 700}`, events, { actor: 'bench', durability: 'step', expected: 'any' });
  }
  const rebuildMs = await elapsedMs(() => store.rebuild());
  await store.dispose();
  let again: ReturnType<typeof open> | undefined;
  const openMs = await elapsedMs(() => (again = open(folder)));
  await again?.dispose();
  return measured === 'open' ? openMs : rebuildMs;
}

export const suite: Suite = {
  about:
    'One event, its indexes and one projected row per transaction; the plain journal writes the event alone.',
  run: async () => [
    ...(await compare(
      'append a step (NORMAL)',
      'µs each',
      { pantheon: (folder) => appends(folder, 'step'), 'plain journal': (folder) => plain(folder, 'NORMAL') },
      { budget: 150 },
    )),
    ...(await compare(
      'append a decision (FULL)',
      'µs each',
      {
        pantheon: (folder) => appends(folder, 'decision'),
        'plain journal': (folder) => plain(folder, 'FULL'),
      },
      { budget: 800 },
    )),
    ...(await compare('open a file of 10,000 events', 'ms', {
      pantheon: (folder) => filled(folder, 'open'),
    })),
    ...(await compare('rebuild rows from 10,000 events', 'ms', {
      pantheon: (folder) => filled(folder, 'rebuild'),
    })),
  ],
};
