import { failpoint, UserError, type Clock, type Disposable, type Json } from '../common/index.ts';
import type { AppendOptions, Store } from '../store/index.ts';
import { nextOccurrence } from './cron.ts';
import { nextOf, obstacles, type Circumstances } from './decide.ts';
import { itemStream, QUEUE_STREAM, stored, type QueueEvent } from './events.ts';
import { placeBefore } from './order.ts';
import {
  allItems,
  findItem,
  firstStartable,
  isQueuePaused,
  lastPosition,
  nextWakeOf,
  runningItems,
} from './rows.ts';
import {
  DEFAULT_LIMITS,
  type Claim,
  type GivenUp,
  type Limits,
  type ListedItem,
  type NewItem,
  type QueueItem,
  type When,
} from './types.ts';
import { waitingText } from './waiting-text.ts';
import { parseWindow } from './window.ts';

export interface QueueOptions {
  /** Opened with `queueProjector` among its projectors. */
  readonly store: Store;
  readonly clock: Clock;
  /** Names this start of the daemon; what another epoch left running is resumed. */
  readonly epoch: string;
  readonly limits?: Partial<Limits>;
  /** Why queued runs must not start at the moment, in a few words for people; asked at every look. */
  readonly held?: () => string | undefined;
}

/** Who gives a command; a repeated `commandId` has no second effect. */
export interface By {
  readonly actor: string;
  readonly commandId?: string;
}

const DAEMON: By = { actor: 'daemon' };

/** A clock may jump and a machine may sleep: while something waits for a time, look at least this often. */
const LOOK_EVERY_MS = 30_000;

/** The queue over one store. All methods are synchronous transactions, except waiting. */
export class Queue {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #epoch: string;
  readonly #limits: Limits;
  readonly #held: () => string | undefined;

  constructor(options: QueueOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#epoch = options.epoch;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#held = options.held ?? (() => undefined);
  }

  /** Puts an item in. Returns its id and run: those of the first time if the command is repeated. Throws `bad-window`, `bad-cron`. */
  add(item: NewItem, by: By): { readonly id: string; readonly run: string; readonly duplicate: boolean } {
    const timing = this.#timing(item);
    const job = this.#store.putContent(JSON.stringify(item.job), { owner: itemStream(item.id) });
    const { id, run, flow, workspace, interactive, priority = 0 } = item;
    const position = lastPosition(this.#store.db);
    const body = { id, run, flow, workspace, interactive, priority, position, ...timing, job };
    const { events, duplicate } = this.#append(id, { type: 'queue-item.added', body }, by, { expected: 0 });
    const first = events[0]?.body as { readonly id?: string; readonly run?: string } | undefined;
    return { id: first?.id ?? id, run: first?.run ?? run, duplicate };
  }

  /** All items in order, each with what it waits for. */
  list(): readonly ListedItem[] {
    const items = allItems(this.#store.db);
    const now = this.#circumstances();
    const found = obstacles(items, now);
    return items.map((item) => {
      const obstacle = found.get(item.id);
      const waitingFor = obstacle === undefined ? undefined : waitingText(obstacle, now.nowMs);
      const isQueued = item.state === 'waiting' && !item.interactive;
      return { ...item, waitingFor, next: isQueued ? nextOf(obstacle) : undefined };
    });
  }

  find(id: string): QueueItem | undefined {
    return findItem(this.#store.db, id);
  }

  get paused(): boolean {
    return isQueuePaused(this.#store.db);
  }

  /** Takes the first item that may start now; `undefined` if none may. No item is ever claimed twice. */
  claimNext(): Claim | undefined {
    const now = this.#circumstances();
    const item = firstStartable(this.#store.db, now);
    if (item === undefined) return undefined;
    const nextDueMs = item.cron === null ? null : nextOccurrence(item.cron, now.nowMs);
    const run = item.cron === null ? item.run : `${item.run}.${item.occurrence + 1}`;
    const body = { epoch: this.#epoch, run, nextDueMs };
    failpoint('schedule.claim.before');
    this.#append(item.id, { type: 'queue-item.claimed', body }, DAEMON, {
      expected: item.version,
      durability: 'step',
    });
    failpoint('schedule.claim.after');
    return this.#claim(item, run, false);
  }

  /**
   * Takes over what an earlier epoch left running, in order. An item whose run ended the daemon too often is given up as
   * `failed`, so that it cannot stop the rest. Call it once at start, before `claimNext`.
   */
  recover(): { readonly resumed: readonly Claim[]; readonly givenUp: readonly GivenUp[] } {
    const resumed: Claim[] = [];
    const givenUp: GivenUp[] = [];
    for (const item of runningItems(this.#store.db)) {
      if (item.epoch === this.#epoch) continue;
      const run = runOf(item);
      if (item.resumes < this.#limits.resumes) {
        this.#append(item.id, { type: 'queue-item.resumed', body: { epoch: this.#epoch } }, DAEMON);
        resumed.push(this.#claim(item, run, true));
      } else {
        const detail = `The daemon ended ${item.resumes + 1} times during this run.`;
        this.#append(item.id, { type: 'queue-item.finished', body: { outcome: 'failed', detail } }, DAEMON);
        givenUp.push({ item: item.id, run, detail });
      }
    }
    return { resumed, givenUp };
  }

  /** Says that the daemon ends in good order: what runs is no longer counted as having ended it. */
  suspend(): void {
    for (const item of runningItems(this.#store.db))
      if (item.epoch === this.#epoch)
        this.#append(item.id, { type: 'queue-item.suspended', body: null }, DAEMON);
  }

  /**
   * Says that the run of an item of this epoch has ended, however it ended. A cron item waits for its next time; several
   * missed ones are one. False if the item does not run in this epoch: a late result of an older one changes nothing.
   */
  finish(id: string, outcome: string, detail: string | null = null): boolean {
    const item = this.find(id);
    if (item?.state !== 'running' || item.epoch !== this.#epoch) return false;
    failpoint('schedule.finish.before');
    this.#append(id, { type: 'queue-item.finished', body: { outcome, detail } }, DAEMON, {
      expected: item.version,
    });
    failpoint('schedule.finish.after');
    return true;
  }

  /** Another priority, at the end of it, or the place just before another item. */
  move(id: string, to: { readonly priority: number } | { readonly before: string }, by: By): void {
    if (this.#wasDone(by)) return;
    const item = this.#waiting(id);
    const places =
      'before' in to
        ? placeBefore(allItems(this.#store.db), item, this.#existing(to.before))
        : [{ ...item, priority: to.priority, position: lastPosition(this.#store.db) }];
    this.#store.appendAll(
      places.map(({ id: moved, interactive, priority, position }) => ({
        stream: itemStream(moved),
        events: [stored({ type: 'queue-item.moved', body: { interactive, priority, position } })],
        options: options(by),
      })),
    );
  }

  /** Replaces when it may start; what is left out no longer holds. Throws `bad-window`, `bad-cron`. */
  edit(id: string, when: When, by: By): void {
    if (this.#wasDone(by)) return;
    const item = this.#existing(id);
    if (item.state === 'running' && item.cron === null) throw isRunning(runOf(item));
    const timing = this.#timing(when);
    const nextDueMs = item.state === 'running' ? timing.dueMs : null;
    this.#append(id, { type: 'queue-item.edited', body: { ...timing, nextDueMs } }, by);
  }

  /** Takes an item out; a cron item that runs does not come back. Throws `queue-item-running` for another running one. */
  remove(id: string, by: By): void {
    if (this.#wasDone(by)) return;
    const item = this.#existing(id);
    if (item.state === 'running' && item.cron === null) throw isRunning(runOf(item));
    this.#append(id, { type: 'queue-item.removed', body: null }, by);
  }

  /**
   * Without an id the whole queue. What runs goes on; interactive items start even while the queue is paused. An item by itself
   * waits, a cron item that runs from its next time on. Throws `queue-item-running` for another running one.
   */
  pause(id: string | undefined, by: By): void {
    if (this.#wasDone(by)) return;
    if (id === undefined) return this.#appendToQueue({ type: 'queue.paused', body: null }, by);
    const item = this.#existing(id);
    if (item.state === 'running' && item.cron === null) throw isRunning(runOf(item));
    this.#append(id, { type: 'queue-item.paused', body: null }, by);
  }

  resume(id: string | undefined, by: By): void {
    if (this.#wasDone(by)) return;
    if (id === undefined) this.#appendToQueue({ type: 'queue.resumed', body: null }, by);
    else this.#append(this.#existing(id).id, { type: 'queue-item.unpaused', body: null }, by);
  }

  /** When time alone lets another item start, in milliseconds since the epoch; `undefined` if none waits for a time. */
  nextWake(): number | undefined {
    return nextWakeOf(this.#store.db, this.#circumstances());
  }

  /** Called after each commit that changed the queue. */
  onChanged(listener: () => void): Disposable {
    return this.#store.onAppended((events) => {
      if (events.some(({ stream }) => stream === QUEUE_STREAM || stream.startsWith(itemStream(''))))
        listener();
    });
  }

  /**
   * Resolves when it is worth calling `claimNext` again: the queue changed, a time has come, or half a minute went by
   * while something waits for a time (timers stand still while a machine sleeps). Rejects when the signal is aborted.
   */
  async untilWorthLooking(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const over = new AbortController();
    const changed = Promise.withResolvers<void>();
    const listener = this.onChanged(changed.resolve);
    const onAbort = () => changed.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([changed.promise, this.#untilTime(over.signal)]);
    } finally {
      over.abort();
      signal.removeEventListener('abort', onAbort);
      await listener.dispose();
    }
  }

  async #untilTime(signal: AbortSignal): Promise<void> {
    const now = this.#circumstances();
    const wakeMs = nextWakeOf(this.#store.db, now);
    const waitsForHold = now.held !== undefined && !now.queuePaused;
    const waitMs = wakeMs === undefined ? Number.POSITIVE_INFINITY : wakeMs - now.nowMs;
    if (wakeMs === undefined && !waitsForHold) return new Promise(() => {});
    await this.#clock.sleep(Math.min(waitMs, LOOK_EVERY_MS), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  #circumstances(): Circumstances {
    return { nowMs: this.#clock.now(), limits: this.#limits, queuePaused: this.paused, held: this.#held() };
  }

  #timing(when: When) {
    const { notBeforeMs = null, window = null, cron = null } = when;
    if (window !== null) parseWindow(window);
    // Croner looks strictly after its argument; a time that `notBeforeMs` names itself counts.
    const fromMs = Math.max((notBeforeMs ?? 0) - 1, this.#clock.now());
    const dueMs = cron === null ? (notBeforeMs ?? 0) : nextOccurrence(cron, fromMs);
    return { notBeforeMs, window: window === null ? null : window.replaceAll(/\s/g, ''), cron, dueMs };
  }

  #claim(item: QueueItem, run: string, resumed: boolean): Claim {
    const job = JSON.parse(this.#store.getText(item.job) ?? 'null') as Json;
    const { flow, workspace, interactive } = item;
    return { item: item.id, run, flow, workspace, interactive, job, resumed };
  }

  #existing(id: string): QueueItem {
    const item = this.find(id);
    if (item !== undefined) return item;
    throw new UserError(
      'no-such-queue-item',
      `There is no item ${id} in the queue.`,
      'See: pantheon queue list',
      { exitCode: 2 },
    );
  }

  #waiting(id: string): QueueItem {
    const item = this.#existing(id);
    if (item.state === 'running') throw isRunning(runOf(item));
    return item;
  }

  /** A repeated command must not fail because its first time changed what it asks for. */
  #wasDone({ commandId }: By): boolean {
    return commandId !== undefined && this.#store.ofCommand(commandId) !== undefined;
  }

  #append(id: string, event: QueueEvent, by: By, more: Partial<AppendOptions> = {}) {
    return this.#store.append(itemStream(id), [stored(event)], { ...options(by), ...more });
  }

  #appendToQueue(event: QueueEvent, by: By): void {
    this.#store.append(QUEUE_STREAM, [stored(event)], options(by));
  }
}

function options({ actor, commandId }: By): AppendOptions {
  return {
    actor,
    durability: 'decision',
    expected: 'any',
    ...(commandId === undefined ? {} : { commandId }),
  };
}

function runOf(item: QueueItem): string {
  return item.currentRun ?? item.run;
}

function isRunning(run: string): UserError {
  return new UserError(
    'queue-item-running',
    `Its run ${run} is going on.`,
    `Wait for it, or stop it with: pantheon cancel ${run}`,
  );
}
