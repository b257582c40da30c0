import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import fc from 'fast-check';

import type { Json } from '../common/index.ts';
import {
  ConflictError,
  openStore,
  prepared,
  type Projector,
  type Store,
  type StoreOptions,
} from './index.ts';

/** Sums per stream and keeps the last body: rows that show order, loss and repetition. */
function sums(version = 1): Projector {
  return {
    name: 'sums',
    version,
    create: (db) =>
      db.exec('CREATE TABLE sums (stream TEXT PRIMARY KEY, n INTEGER, total REAL, last TEXT, shape INTEGER)'),
    clear: (db) => db.exec('DROP TABLE IF EXISTS sums'),
    apply: (db, event) => {
      const body = event.body as { amount?: number };
      if (event.type === 'refused') throw new Error('the projector refuses this');
      prepared(
        db,
        `INSERT INTO sums VALUES (?1, 1, ?2, ?3, ${version}) ON CONFLICT (stream) DO UPDATE SET n = n + 1, total = total + ?2, last = ?3`,
      ).run(event.stream, body.amount ?? 0, JSON.stringify(event.body));
    },
  };
}

function rows(db: DatabaseSync, table: string): unknown[] {
  return db
    .prepare(`SELECT * FROM ${table} ORDER BY 1`)
    .all()
    .map((row) => ({ ...row }));
}

const step = { actor: 'test', durability: 'step', expected: 'any' } as const;
const decision = { ...step, durability: 'decision' } as const;
const event = (amount: number, type = 'counted') => ({ type, v: 1, body: { amount } });

describe('store', () => {
  let folder: string;
  let file: string;
  let stores: Store[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-store-'));
    file = join(folder, 'data', 'pantheon.db');
    stores = [];
  });
  afterEach(() => {
    for (const store of stores) void store.dispose();
    rmSync(folder, { recursive: true });
  });

  function open(options: Partial<StoreOptions> = {}): Store {
    const store = openStore({ file, projectors: [sums()], upcasters: [], ...options });
    stores.push(store);
    return store;
  }
  function reopen(store: Store, options: Partial<StoreOptions> = {}): Store {
    void store.dispose();
    return open(options);
  }

  describe('append', () => {
    it('stores events with their place and reads them back the same after reopening', () => {
      const store = open({ now: () => 1234 });
      store.append('run/a', [event(1), { ...event(2), address: 'mend[2]#1/check.3' }], step);
      store.append('run/b', [event(3)], { ...decision, causationSeq: 2, commandId: 'c1' });
      const all = store.readAll(0, 10);
      assert.deepEqual(
        all.map((e) => [
          e.seq,
          e.stream,
          e.streamVersion,
          e.at,
          e.actor,
          e.commandId,
          e.causationSeq,
          e.address,
        ]),
        [
          [1, 'run/a', 1, 1234, 'test', null, null, undefined],
          [2, 'run/a', 2, 1234, 'test', null, null, 'mend[2]#1/check.3'],
          [3, 'run/b', 1, 1234, 'test', 'c1', 2, undefined],
        ],
      );
      const again = reopen(store);
      assert.deepEqual(again.readAll(0, 10), all);
      assert.deepEqual(again.readStream('run/a', 1), [all[1]]);
      assert.deepEqual(again.readAll(1, 1), [all[1]]);
      assert.equal(again.streamVersion('run/a'), 2);
      assert.equal(again.streamVersion('run/none'), 0);
      assert.equal(again.lastSeq(), 3);
    });

    it('switches synchronous per transaction: NORMAL for steps, FULL for decisions', () => {
      const store = open();
      const mode = () => store.db.prepare('PRAGMA synchronous').get()?.['synchronous'];
      store.append('a', [event(1)], step);
      assert.equal(mode(), 1);
      store.append('a', [event(1)], decision);
      assert.equal(mode(), 2);
      store.appendAll([
        { stream: 'a', events: [event(1)], options: step },
        { stream: 'b', events: [event(1)], options: decision },
      ]);
      assert.equal(mode(), 2);
      store.append('a', [event(1)], step);
      assert.equal(mode(), 1);
      assert.equal(store.db.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
    });

    it('refuses a stream that has moved on, and then changes nothing', () => {
      const store = open();
      store.append('a', [event(1)], { ...step, expected: 0 });
      assert.throws(
        () =>
          store.appendAll([
            { stream: 'b', events: [event(9)], options: step },
            { stream: 'a', events: [event(2)], options: { ...step, expected: 0 } },
          ]),
        (error) => error instanceof ConflictError && error.actual === 1 && error.expected === 0,
      );
      assert.equal(store.lastSeq(), 1);
      assert.deepEqual(rows(store.db, 'sums').length, 1);
      store.append('a', [event(2)], { ...step, expected: 1 });
    });

    it('gives a repeated command no second effect, also after reopening', () => {
      const store = open();
      const parts = [
        { stream: 'a', events: [event(1), event(2)], options: { ...decision, commandId: 'once' } },
        { stream: 'b', events: [event(3)], options: decision },
      ];
      const first = store.appendAll(parts);
      assert.equal(first.duplicate, false);
      let heard = 0;
      const again = reopen(store);
      again.onAppended(() => (heard += 1));
      const second = again.append('a', [event(7)], { ...decision, expected: 0, commandId: 'once' });
      assert.deepEqual(second, { events: first.events, duplicate: true });
      assert.deepEqual(again.ofCommand('once'), first.events);
      assert.equal(again.ofCommand('never'), undefined);
      assert.equal(again.lastSeq(), 3);
      assert.equal(heard, 0);
    });

    it('takes events and rows back together when a projector throws', () => {
      const store = open();
      store.append('a', [event(1)], step);
      assert.throws(() => store.append('a', [event(1), event(1, 'refused')], step), /refuses/);
      assert.equal(store.lastSeq(), 1);
      assert.equal((rows(store.db, 'sums')[0] as { n: number }).n, 1);
      store.append('a', [event(1)], step);
    });
  });

  describe('listeners', () => {
    it('hear commits in order, also those that a listener makes; what one throws stops nothing', () => {
      const errors: unknown[] = [];
      const store = open({ onListenerError: (error) => errors.push(error) });
      const heard: string[] = [];
      store.onAppended((events) => {
        heard.push(`first ${events.map((e) => e.seq).join()}`);
        if (events[0]?.seq === 1) store.append('a', [event(2)], step);
        throw new Error('broken listener');
      });
      const second = store.onAppended((events) => heard.push(`second ${events.map((e) => e.seq).join()}`));
      store.append('a', [event(1)], step);
      assert.deepEqual(heard, ['first 1', 'second 1', 'first 2', 'second 2']);
      assert.equal(errors.length, 2);
      void second.dispose();
      store.append('a', [event(1), event(1)], step);
      assert.deepEqual(heard.slice(4), ['first 3,4']);
      assert.equal(store.lastSeq(), 4);
    });
  });

  describe('projections', () => {
    it('are a pure function of the events: rebuilding gives identical rows', () => {
      const bodies = fc.jsonValue() as fc.Arbitrary<Json>;
      const appends = fc.array(
        fc.record({
          stream: fc.constantFrom('a', 'b', 'c'),
          bodies: fc.array(
            fc.oneof(
              fc.record({ amount: fc.integer() }),
              bodies.map((odd) => ({ odd })),
            ),
            {
              maxLength: 4,
            },
          ),
          decision: fc.boolean(),
        }),
        { maxLength: 12 },
      );
      fc.assert(
        fc.property(appends, (list) => {
          const store = openStore({ file: ':memory:', projectors: [sums()], upcasters: [] });
          try {
            for (const { stream, bodies: given, decision: strict } of list) {
              const events = given.map((body) => ({ type: 'counted', v: 1, body }));
              store.append(stream, events, strict ? decision : step);
            }
            const before = rows(store.db, 'sums');
            store.rebuild();
            assert.deepEqual(rows(store.db, 'sums'), before);
            const all = store.readAll(0, 1000);
            for (const [index, stored] of all.entries()) {
              assert.equal(stored.seq, index + 1);
              const earlier = all.slice(0, index).filter((e) => e.stream === stored.stream).length;
              assert.equal(stored.streamVersion, earlier + 1);
            }
          } finally {
            void store.dispose();
          }
        }),
        { numRuns: 60 },
      );
    });

    it('are rebuilt when the version changes, when a projector is new, and when it comes back', () => {
      const store = open();
      for (let i = 0; i < 1200; i += 1) store.append('a', [event(1)], step);
      const newer = reopen(store, { projectors: [sums(2)] });
      assert.deepEqual(rows(newer.db, 'sums'), [
        { stream: 'a', n: 1200, total: 1200, last: '{"amount":1}', shape: 2 },
      ]);
      const without = reopen(newer, { projectors: [] });
      without.append('a', [event(5)], step);
      const back = reopen(without, { projectors: [sums(2)] });
      assert.deepEqual(rows(back.db, 'sums'), [
        { stream: 'a', n: 1201, total: 1205, last: '{"amount":5}', shape: 2 },
      ]);
    });

    it('are not rebuilt when nothing changed', () => {
      const store = open();
      store.append('a', [event(1)], step);
      const projector = { ...sums(), clear: () => assert.fail('rebuilt without need') };
      reopen(store, { projectors: [projector] });
    });

    it('see old events in their newest version', () => {
      const store = open({ projectors: [] });
      store.append('a', [{ type: 'counted', v: 1, body: 4 }], { ...step, commandId: 'old' });
      const upcasters = [
        { type: 'counted', from: 1, upcast: (body: Json) => ({ sum: body }) },
        { type: 'counted', from: 2, upcast: (body: Json) => ({ amount: (body as { sum: number }).sum }) },
      ];
      const newer = reopen(store, { upcasters });
      assert.deepEqual(rows(newer.db, 'sums'), [
        { stream: 'a', n: 1, total: 4, last: '{"amount":4}', shape: 1 },
      ]);
      assert.deepEqual(newer.readStream('a')[0]?.body, { amount: 4 });
      assert.equal(newer.readAll(0, 1)[0]?.v, 3);
      assert.equal(newer.append('a', [], { ...step, commandId: 'old' }).events[0]?.v, 3);
    });
  });

  describe('content', () => {
    it('is kept once under its hash, packed where it pays, and reads back the same', () => {
      const store = open();
      const pages = () =>
        Number(store.db.prepare('SELECT sum(length(data)) AS n FROM contents').get()?.['n']);
      const text = 'const answer = 42;\n'.repeat(1000);
      const ref = store.putContent(text);
      assert.equal(store.putContent(Buffer.from(text)), ref);
      assert.equal(store.getText(ref), text);
      assert.ok(pages() < text.length / 10);
      const noise = randomBytes(5000);
      assert.deepEqual(Buffer.from(store.getContent(store.putContent(noise)) ?? []), noise);
      assert.equal(store.getText(store.putContent('')), '');
      assert.equal(store.getText('0'.repeat(64) as typeof ref), undefined);
    });

    it('reads back any bytes', () => {
      const store = open();
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uint8Array({ min: 97, max: 99, minLength: 500, maxLength: 3000 }),
      );
      fc.assert(
        fc.property(bytes, (data) => {
          assert.deepEqual(Buffer.from(store.getContent(store.putContent(data)) ?? []), Buffer.from(data));
        }),
        { numRuns: 60 },
      );
    });

    it('is gone after erasing, from the file and its log too; the reference stays', () => {
      const store = open();
      const secret = randomBytes(24).toString('hex');
      const ref = store.putContent(secret);
      store.append('a', [{ type: 'counted', v: 1, body: { ref } }], decision);
      const onDisk = () =>
        [file, `${file}-wal`].some((path) => readFileSync(path).includes(Buffer.from(secret, 'utf8')));
      assert.ok(onDisk());
      store.eraseContent(ref);
      assert.equal(store.getContent(ref), undefined);
      assert.ok(!onDisk());
      assert.equal(store.putContent(secret), ref);
      assert.equal(store.getText(ref), secret);
    });

    it('of an owner is forgotten unless somebody else put it too', () => {
      const store = open();
      const mine = store.putContent('only mine', { owner: 'run/1' });
      const shared = store.putContent('shared', { owner: 'run/1' });
      assert.equal(store.putContent('shared', { owner: 'run/2' }), shared);
      assert.equal(store.eraseOwner('run/1'), 1);
      assert.equal(store.getText(mine), undefined);
      assert.equal(store.getText(shared), 'shared');
      assert.equal(store.eraseOwner('run/1'), 0);
      assert.equal(store.eraseOwner('run/2'), 1);
    });
  });
});
