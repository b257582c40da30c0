import assert from 'node:assert/strict';

import fc from 'fast-check';

import { HandClock } from '../../test/schedule/hand-clock.ts';
import { openStore, type Store } from '../store/index.ts';
import { nextWake, obstacles, Queue, queueProjector, type QueueOptions } from './index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const by = { actor: 'test' };
/** A local time on 24 November 2026, a Tuesday without a change of offset nearby. */
const at = (hour: number) => new Date(2026, 10, 24, hour).getTime();

describe('all queues', () => {
  let store: Store;
  let clock: HandClock;
  let queue: Queue;

  beforeEach(() => fresh());
  afterEach(() => void store.dispose());

  function fresh(options: Partial<QueueOptions> = {}): void {
    clock = new HandClock(at(12));
    store = openStore({
      file: ':memory:',
      projectors: [queueProjector],
      upcasters: [],
      now: () => clock.nowMs,
    });
    queue = make(options);
  }
  const make = (options: Partial<QueueOptions> = {}) => new Queue({ store, clock, epoch: '1', ...options });
  const ids = () => queue.list().map((item) => item.id);
  const rows = () =>
    ['queue_items', 'queue_state'].map((table) =>
      store.db
        .prepare(`SELECT * FROM ${table} ORDER BY 1`)
        .all()
        .map((row) => ({ ...row })),
    );

  const item = fc.record({
    interactive: fc.boolean(),
    priority: fc.integer({ min: -2, max: 2 }),
    workspace: fc.constantFrom('u', 'v', 'w'),
    notBeforeMs: fc.option(
      fc.integer({ min: -3, max: 30 }).map((hours) => at(12) + hours * HOUR_MS),
      { nil: undefined },
    ),
    window: fc.option(fc.constantFrom('22:00-07:00', '11:00-13:00', '12:00-12:30', '00:00-24:00'), {
      nil: undefined,
    }),
    cron: fc.option(fc.constantFrom('0 * * * *', '30 1 * * 1-5', '15 12 * * *'), { nil: undefined }),
  });
  const deed = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), item }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat(20) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('time' as const),
        minutes: fc.integer({ min: -90, max: 900 }),
      }),
    },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom('pause' as const, 'resume' as const),
        which: fc.option(fc.nat(20)),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({ kind: fc.constant('move' as const), which: fc.nat(20), before: fc.nat(20) }),
      weight: 1,
    },
    { arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat(20) }), weight: 1 },
    { arbitrary: fc.record({ kind: fc.constant('restart' as const) }), weight: 1 },
  );

  it('the query agrees with the definition, limits hold, none runs twice, rows are a function of the events', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (deeds, overall) => {
        void store.dispose();
        let epoch = 1;
        const limits = { overall, interactive: 1, perWorkspace: 1, resumes: 100 };
        fresh({ limits });
        const runs = new Set<string>();
        for (const [number, one] of deeds.entries()) {
          const all = queue.list();
          const pick = (which: number) => all[which % Math.max(1, all.length)];
          const circumstances = { nowMs: clock.nowMs, limits, queuePaused: queue.paused, held: undefined };
          assert.equal(queue.nextWake(), nextWake(all, circumstances));
          switch (one.kind) {
            case 'add': {
              const { notBeforeMs, window, cron, ...rest } = one.item;
              const when = {
                ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
                ...(window === undefined ? {} : { window }),
                ...(cron === undefined ? {} : { cron }),
              };
              queue.add({ id: `i${number}`, run: `r${number}`, flow: 'f', job: null, ...rest, ...when }, by);
              break;
            }
            case 'claim': {
              const free = [...obstacles(all, circumstances)].find(
                ([, obstacle]) => obstacle === undefined,
              )?.[0];
              const claim = queue.claimNext();
              assert.equal(claim?.item, free);
              if (claim !== undefined) {
                assert.ok(!runs.has(claim.run), `${claim.run} twice`);
                runs.add(claim.run);
              }
              break;
            }
            case 'finish': {
              const target = pick(one.which);
              if (target !== undefined)
                assert.equal(queue.finish(target.id, 'failed'), target.state === 'running');
              break;
            }
            case 'time':
              clock.nowMs += one.minutes * MINUTE_MS;
              break;
            case 'pause':
            case 'resume': {
              const id = one.which === null ? undefined : pick(one.which)?.id;
              if (one.kind === 'pause') queue.pause(id, by);
              else queue.resume(id, by);
              break;
            }
            case 'move': {
              const [moved, target] = [pick(one.which), pick(one.before)];
              if (moved?.state === 'waiting' && target !== undefined && target.id !== moved.id) {
                queue.move(moved.id, { before: target.id }, by);
                const order = ids();
                assert.equal(order.indexOf(moved.id) + 1, order.indexOf(target.id));
              }
              break;
            }
            case 'remove': {
              const target = pick(one.which);
              if (target?.state === 'waiting') queue.remove(target.id, by);
              break;
            }
            case 'restart':
              queue = make({ epoch: String((epoch += 1)), limits });
              assert.equal(
                queue.recover().resumed.length,
                all.filter((each) => each.state === 'running').length,
              );
              break;
          }
          const running = queue.list().filter((each) => each.state === 'running');
          for (const interactive of [true, false]) {
            const kind = running.filter((each) => each.interactive === interactive);
            assert.ok(kind.length <= (interactive ? 1 : overall));
            assert.equal(new Set(kind.map((each) => each.workspace)).size, kind.length);
          }
        }
        const before = rows();
        store.rebuild();
        assert.deepEqual(rows(), before);
      }),
      { numRuns: 150 },
    );
  });

  it('ten thousand jobs are claimed once each, in order', function () {
    this.timeout(120_000);
    const count = 10_000;
    const priority = (n: number) => (n * 7919) % 10;
    for (let n = 0; n < count; n += 1) {
      const options = { actor: 'test', durability: 'step', expected: 'any' } as const;
      const timing = {
        notBeforeMs: null,
        window: n % 5 === 0 ? '11:00-13:00' : null,
        cron: null,
        dueMs: 0,
      };
      const job = '0'.repeat(64);
      const body = {
        id: `j${n}`,
        run: `r${n}`,
        flow: 'f',
        workspace: `w${n % 3}`,
        interactive: false,
        priority: priority(n),
        position: n,
        ...timing,
        job,
      };
      store.append(`queue/j${n}`, [{ type: 'queue-item.added', v: 1, body }], options);
    }
    const later = { id: 'later', run: 'r', flow: 'f', workspace: 'w', interactive: false, job: null };
    queue.add({ ...later, priority: 99, window: '22:00-07:00' }, by);
    const claimed: string[] = [];
    for (let claim = queue.claimNext(); claim !== undefined; claim = queue.claimNext()) {
      claimed.push(claim.item);
      queue.finish(claim.item, 'succeeded');
    }
    const expected = Array.from({ length: count }, (_, n) => n)
      .sort((a, b) => priority(b) - priority(a) || a - b)
      .map((n) => `j${n}`);
    assert.deepEqual(claimed, expected);
    assert.deepEqual(ids(), ['later']);
  });
});
