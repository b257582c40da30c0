import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStore, type Store } from '../store/index.ts';
import { HandClock } from '../../test/schedule/hand-clock.ts';
import { Queue, queueProjector, type NewItem, type QueueOptions } from './index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const by = { actor: 'test' };

/** A local time on 24 November 2026, a Tuesday without a change of offset nearby. */
const at = (hour: number, minute = 0, day = 24) => new Date(2026, 10, day, hour, minute).getTime();

describe('queue', () => {
  let folder: string;
  let store: Store;
  let clock: HandClock;
  let queue: Queue;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-queue-'));
    clock = new HandClock(at(12));
    store = open();
    queue = make();
  });
  afterEach(() => {
    void store.dispose();
    rmSync(folder, { recursive: true });
  });

  const open = () =>
    openStore({
      file: join(folder, 'q.db'),
      projectors: [queueProjector],
      upcasters: [],
      now: () => clock.nowMs,
    });
  const make = (options: Partial<QueueOptions> = {}) => new Queue({ store, clock, epoch: 'one', ...options });
  function add(id: string, more: Partial<NewItem> = {}, commandId?: string) {
    const item = { id, run: `run-${id}`, flow: 'f', workspace: id, interactive: false, job: { id }, ...more };
    return queue.add(item, commandId === undefined ? by : { ...by, commandId });
  }
  const ids = () => queue.list().map((item) => item.id);
  const waits = (id: string) => queue.list().find((item) => item.id === id)?.waitingFor;
  const nexts = () => queue.list().map(({ id, next }) => `${id} ${next}`);
  /** Claims and finishes until nothing may start; the ids in order. */
  function drain(): string[] {
    const done: string[] = [];
    for (let claim = queue.claimNext(); claim !== undefined; claim = queue.claimNext()) {
      done.push(claim.item);
      queue.finish(claim.item, 'succeeded');
    }
    return done;
  }

  describe('order', () => {
    it('is interactive, then priority, then first come; one run at a time', () => {
      add('a');
      add('b', { priority: 5 });
      add('c');
      add('d', { interactive: true });
      assert.deepEqual(ids(), ['d', 'b', 'a', 'c']);
      assert.deepEqual(queue.claimNext(), {
        item: 'd',
        run: 'run-d',
        flow: 'f',
        workspace: 'd',
        interactive: true,
        job: { id: 'd' },
        resumed: false,
      });
      assert.equal(queue.claimNext()?.item, 'b');
      assert.equal(queue.claimNext(), undefined);
      assert.equal(waits('a'), 'behind 1 other');
      assert.equal(waits('c'), 'behind 2 others');
      assert.equal(waits('b'), undefined);
      queue.finish('b', 'failed');
      assert.deepEqual(drain(), ['a', 'c']);
    });

    it('changes by moving: to a priority, or before another item, also a thousand times into one gap', () => {
      for (const id of ['a', 'b', 'c', 'd']) add(id);
      queue.move('d', { before: 'a' }, by);
      assert.deepEqual(ids(), ['d', 'a', 'b', 'c']);
      queue.move('b', { priority: 1 }, by);
      assert.deepEqual(ids(), ['b', 'd', 'a', 'c']);
      queue.move('c', { before: 'b' }, by);
      assert.deepEqual(ids(), ['c', 'b', 'd', 'a']);
      for (let i = 0; i < 1000; i += 1) queue.move(i % 2 === 0 ? 'd' : 'c', { before: 'a' }, by);
      assert.deepEqual(ids(), ['b', 'd', 'c', 'a']);
      assert.deepEqual(drain(), ['b', 'd', 'c', 'a']);
    });

    it('lets runs of different workspaces go together up to the limit, of one workspace one after the other', () => {
      queue = make({ limits: { overall: 2 } });
      add('a', { workspace: 'w' });
      add('b', { workspace: 'w' });
      add('c', { workspace: 'v' });
      add('d', { workspace: 'u' });
      assert.equal(queue.claimNext()?.item, 'a');
      assert.equal(waits('b'), 'another run of this workspace');
      assert.equal(queue.claimNext()?.item, 'c');
      assert.equal(queue.claimNext(), undefined);
      queue.finish('c', 'succeeded');
      assert.equal(queue.claimNext()?.item, 'd');
      queue.finish('a', 'succeeded');
      assert.equal(queue.claimNext()?.item, 'b');
    });

    it('says which items only wait for a place, and which for a time, a person or what holds the queue', () => {
      let held: string | undefined;
      queue = make({ held: () => held });
      add('a', { workspace: 'w', window: '11:00-14:00' });
      add('b', { workspace: 'w', window: '11:00-14:00' });
      add('c', { window: '22:00-07:00' });
      add('d', { notBeforeMs: at(15) });
      add('e');
      add('f', { interactive: true });
      queue.pause('e', by);
      assert.deepEqual(nexts(), ['f undefined', 'a now', 'b now', 'c later', 'd later', 'e later']);
      queue.claimNext();
      assert.equal(queue.claimNext()?.item, 'a');
      assert.deepEqual(nexts(), ['f undefined', 'a undefined', 'b now', 'c later', 'd later', 'e later']);
      queue.resume('e', by);
      assert.deepEqual(nexts().slice(2), ['b now', 'c later', 'd later', 'e now']);
      held = 'on battery';
      assert.deepEqual(nexts().slice(2), ['b later', 'c later', 'd later', 'e later']);
      held = undefined;
      queue.pause(undefined, by);
      assert.deepEqual(nexts().slice(2), ['b later', 'c later', 'd later', 'e later']);
      queue.resume(undefined, by);
      clock.advance(2 * HOUR_MS);
      assert.deepEqual(nexts().slice(2), ['b later', 'c later', 'd later', 'e now']);
    });

    it('does not let a queued run keep somebody waiting', () => {
      add('night');
      assert.equal(queue.claimNext()?.item, 'night');
      add('now', { interactive: true, workspace: 'night' });
      add('then', { interactive: true });
      assert.equal(queue.claimNext()?.item, 'now');
      assert.equal(queue.claimNext(), undefined);
    });
  });

  describe('time', () => {
    it('holds an item until its time, and says when to look again', () => {
      add('a', { notBeforeMs: at(15) });
      add('b', { notBeforeMs: at(14, 30) });
      assert.equal(queue.claimNext(), undefined);
      assert.equal(waits('a'), 'starts Tue 15:00, in 3 h');
      assert.equal(queue.nextWake(), at(14, 30));
      clock.advance(3 * HOUR_MS);
      assert.equal(queue.nextWake(), undefined);
      assert.deepEqual(drain(), ['a', 'b']);
    });

    it('starts queued runs only in their window', () => {
      add('a', { window: '22:00-07:00' });
      add('b', { window: '22:00 - 07:00', notBeforeMs: at(8, 0, 25) });
      assert.equal(queue.claimNext(), undefined);
      assert.equal(waits('a'), 'window 22:00-07:00 opens in 10 h');
      assert.equal(waits('b'), 'window 22:00-07:00 opens in 1 d 10 h');
      assert.equal(queue.nextWake(), at(22));
      clock.advance(10 * HOUR_MS);
      assert.deepEqual(drain(), ['a']);
      assert.equal(queue.nextWake(), at(22, 0, 25));
      clock.nowMs = at(7, 0, 26);
      assert.equal(queue.claimNext(), undefined);
      clock.nowMs = at(6, 59, 26);
      assert.deepEqual(drain(), ['b']);
    });

    it('brings a cron item back after each run, with a run id of its own', () => {
      add('c', { cron: '0 13 * * *' });
      assert.equal(queue.claimNext(), undefined);
      assert.equal(waits('c'), 'starts Tue 13:00, in 1 h');
      clock.advance(HOUR_MS);
      assert.equal(queue.claimNext()?.run, 'run-c.1');
      queue.finish('c', 'failed');
      assert.equal(queue.claimNext(), undefined);
      assert.equal(queue.nextWake(), at(13, 0, 25));
      clock.nowMs = at(13, 0, 25);
      assert.equal(queue.claimNext()?.run, 'run-c.2');
      queue.finish('c', 'succeeded');
      clock.nowMs = at(13, 0, 26);
      assert.equal(queue.claimNext()?.run, 'run-c.3');
      queue.remove('c', by);
      queue.finish('c', 'succeeded');
      assert.deepEqual(queue.list(), []);
    });

    it('catches up at most once after a sleep over several times, and after a run that took longer than the pause', () => {
      add('c', { cron: '0 * * * *' });
      clock.nowMs = at(18, 20);
      assert.deepEqual(drain(), ['c']);
      assert.equal(queue.nextWake(), at(19));
      clock.nowMs = at(19);
      queue.claimNext();
      clock.nowMs = at(22, 30);
      queue.finish('c', 'succeeded');
      assert.deepEqual(drain(), ['c']);
      assert.equal(queue.nextWake(), at(23));
    });

    it('does not run an occurrence twice when the clock is put back', () => {
      add('c', { cron: '0 13 * * *' });
      clock.nowMs = at(13);
      assert.deepEqual(drain(), ['c']);
      clock.nowMs = at(12, 30);
      assert.deepEqual(drain(), []);
      clock.nowMs = at(13, 5);
      assert.deepEqual(drain(), []);
    });

    it('refuses windows and schedules that mean nothing', () => {
      for (const window of [
        '',
        '22:00',
        '25:00-07:00',
        '22:60-07:00',
        '07:00-07:00',
        '24:00-07:00',
        'night',
      ]) {
        assert.throws(() => add('x', { window }), { code: 'bad-window' }, window);
      }
      for (const cron of ['', '0 1', '* * * * * *', '61 * * * *', '0 0 31 2 *', 'soon']) {
        assert.throws(() => add('x', { cron }), { code: 'bad-cron' }, cron);
      }
      assert.equal(store.lastSeq(), 0);
    });
  });

  describe('commands', () => {
    it('pause and resume the whole queue or one item', () => {
      add('a');
      add('b');
      queue.pause('a', by);
      assert.equal(waits('a'), 'paused');
      assert.equal(queue.claimNext()?.item, 'b');
      queue.finish('b', 'succeeded');
      queue.resume('a', by);
      queue.pause(undefined, by);
      assert.equal(waits('a'), 'the queue is paused');
      assert.ok(queue.paused);
      assert.equal(queue.claimNext(), undefined);
      add('now', { interactive: true });
      assert.deepEqual(drain(), ['now']);
      queue.resume(undefined, by);
      assert.deepEqual(drain(), ['a']);
    });

    it('edit replaces when an item may start', () => {
      add('a', { window: '22:00-07:00' });
      queue.edit('a', { notBeforeMs: at(13) }, by);
      assert.equal(waits('a'), 'starts Tue 13:00, in 1 h');
      queue.edit('a', {}, by);
      assert.deepEqual(drain(), ['a']);
    });

    it('repeated have no second effect, even when what they name is gone', () => {
      assert.deepEqual(add('a', {}, 'c1'), { id: 'a', run: 'run-a', duplicate: false });
      assert.deepEqual(add('other', {}, 'c1'), { id: 'a', run: 'run-a', duplicate: true });
      assert.deepEqual(ids(), ['a']);
      queue.remove('a', { ...by, commandId: 'c2' });
      queue.remove('a', { ...by, commandId: 'c2' });
      assert.throws(() => queue.remove('a', { ...by, commandId: 'c3' }), { code: 'no-such-queue-item' });
    });

    it('leave a running item alone', () => {
      add('a');
      queue.claimNext();
      assert.throws(() => queue.remove('a', by), {
        code: 'queue-item-running',
        remedy: /pantheon cancel run-a/,
      });
      assert.throws(() => queue.move('a', { priority: 3 }, by), { code: 'queue-item-running' });
      assert.throws(() => queue.edit('a', {}, by), { code: 'queue-item-running' });
      assert.throws(() => queue.pause('a', by), { code: 'queue-item-running' });
      assert.equal(queue.finish('a', 'succeeded'), true);
      assert.equal(queue.finish('a', 'succeeded'), false);
    });

    it('a reason to hold stops queued runs only, and is said', () => {
      queue = make({ held: () => 'on battery' });
      add('a');
      add('b', { interactive: true });
      assert.equal(waits('a'), 'on battery');
      assert.deepEqual(drain(), ['b']);
    });
  });

  describe('after a crash', () => {
    const restart = (epoch: string) => {
      void store.dispose();
      store = open();
      queue = make({ epoch });
    };

    it('does not count an end in good order against the run', () => {
      add('a');
      queue.claimNext();
      for (let end = 0; end < 12; end += 1) {
        queue.suspend();
        restart(`epoch ${end}`);
        const { resumed, givenUp } = queue.recover();
        assert.deepEqual([resumed.map(({ item }) => item), givenUp], [['a'], []]);
      }
    });

    it('resumes what ran, before anything new, and refuses the old epoch', () => {
      const old = queue;
      add('a');
      add('b', { cron: '0 13 * * *', interactive: true });
      clock.advance(HOUR_MS);
      assert.equal(queue.claimNext()?.item, 'b');
      assert.equal(queue.claimNext()?.item, 'a');
      queue.remove('b', by);
      restart('two');
      const { resumed, givenUp } = queue.recover();
      assert.deepEqual(
        resumed.map(({ item, run, resumed: again }) => [item, run, again]),
        [
          ['b', 'run-b.1', true],
          ['a', 'run-a', true],
        ],
      );
      assert.deepEqual(givenUp, []);
      assert.deepEqual(queue.recover().resumed, []);
      assert.equal(queue.claimNext(), undefined);
      assert.throws(() => old.finish('a', 'failed'));
      assert.equal(make({ epoch: 'one' }).finish('a', 'failed'), false);
      assert.equal(queue.finish('a', 'succeeded'), true);
    });

    it('gives up a run that ends the daemon again and again, and goes on with the rest', () => {
      add('poison');
      add('good');
      assert.equal(queue.claimNext()?.item, 'poison');
      for (const epoch of ['two', 'three', 'four']) {
        restart(epoch);
        assert.equal(queue.recover().resumed[0]?.item, 'poison');
        assert.equal(queue.claimNext(), undefined);
      }
      restart('five');
      const { resumed, givenUp } = queue.recover();
      assert.deepEqual(resumed, []);
      assert.deepEqual(givenUp, [
        { item: 'poison', run: 'run-poison', detail: 'The daemon ended 4 times during this run.' },
      ]);
      assert.deepEqual(drain(), ['good']);
    });
  });

  describe('waiting', () => {
    /** Whether a promise is settled once everything that is ready has run. */
    async function isSettled(promise: Promise<void>): Promise<boolean> {
      let settled = false;
      void promise.then(
        () => (settled = true),
        () => (settled = true),
      );
      await new Promise(setImmediate);
      return settled;
    }

    it('ends with a change of the queue, with the time, and with an abort; never before', async () => {
      const stop = new AbortController();
      const change = queue.untilWorthLooking(stop.signal);
      store.append('run/other', [{ type: 'x', v: 1, body: null }], {
        actor: 'test',
        durability: 'step',
        expected: 'any',
      });
      assert.equal(await isSettled(change), false);
      add('a', { notBeforeMs: clock.nowMs + 20_000 });
      await change;

      const time = queue.untilWorthLooking(stop.signal);
      clock.advance(19_999);
      assert.equal(await isSettled(time), false);
      clock.advance(1);
      await time;
      assert.equal(queue.claimNext()?.item, 'a');

      const aborted = queue.untilWorthLooking(stop.signal);
      stop.abort(new Error('enough'));
      await assert.rejects(aborted, /enough/);
      await assert.rejects(queue.untilWorthLooking(stop.signal), /enough/);
    });

    it('looks every half minute while something waits for a time, because a sleeping machine stops timers', async () => {
      add('a', { window: '22:00-07:00' });
      const waiting = queue.untilWorthLooking(new AbortController().signal);
      assert.equal(clock.sleepers.at(-1)?.untilMs, clock.nowMs + 30_000);
      clock.nowMs = at(23);
      clock.advance(0);
      await waiting;
      assert.equal(queue.claimNext()?.item, 'a');
    });
  });
});
