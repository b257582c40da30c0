import type { LoadRecord, ScriptedModel } from './types.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A model in memory. */
interface Runner {
  readonly model: string;
  readonly numCtx: number;
  keepAliveMs: number;
  users: number;
  /** Answers being worked on; the rest of the users wait inside the runner. */
  working: number;
  idleSinceMs: number;
  readonly waiting: (() => void)[];
}

interface Pending {
  readonly model: ScriptedModel;
  readonly numCtx: number;
  readonly keepAliveMs: number | undefined;
  readonly loadMs: number;
  readonly isGone: () => boolean;
  readonly grant: (slot: Slot) => void;
}

/** Leave to work on one answer; `release` gives the place back. */
export interface Slot {
  readonly loadMs: number;
  release(): void;
}

export interface SchedulerLimits {
  readonly maxLoaded: number;
  readonly numParallel: number;
  readonly maxQueue: number;
}

const DEFAULT_KEEP_ALIVE_MS = 5 * 60_000;

/**
 * The rules of Ollama's scheduler (server/sched.go, v0.24): a request for a model that is loaded with the same
 * `num_ctx` goes straight to it; everything else waits in one queue whose head blocks the rest; when there is no room,
 * the idle runner with the shortest keep_alive is unloaded, or, when none is idle, the one with the shortest keep_alive
 * after its answers are finished; above the limit of the queue a request is refused.
 */
export class Scheduler {
  readonly #time: VirtualTime;
  readonly #limits: SchedulerLimits;
  readonly #runners = new Map<string, Runner>();
  readonly #queue: Pending[] = [];
  readonly loads: LoadRecord[] = [];
  #processing = false;
  #unloaded: (() => void)[] = [];
  peakParallel = 0;

  constructor(time: VirtualTime, limits: SchedulerLimits) {
    this.#time = time;
    this.#limits = limits;
  }

  /** The loaded models, for /api/ps. */
  loaded(): readonly { readonly model: string; readonly numCtx: number; readonly keepAliveMs: number }[] {
    this.#expireIdle();
    return [...this.#runners.values()].map(({ model, numCtx, keepAliveMs }) => ({
      model,
      numCtx,
      keepAliveMs,
    }));
  }

  /** Waits for a place; `undefined` when the queue is full. `isGone` tells that the client has left meanwhile. */
  async acquire(request: {
    readonly model: ScriptedModel;
    readonly numCtx: number;
    readonly keepAliveMs: number | undefined;
    readonly loadMs: number;
    readonly isGone: () => boolean;
  }): Promise<Slot | undefined> {
    this.#expireIdle();
    const runner = this.#runners.get(request.model.name);
    if (runner !== undefined && runner.numCtx === request.numCtx)
      return this.#use(runner, request.keepAliveMs, 0);
    if (this.#queue.length >= this.#limits.maxQueue) return undefined;
    return new Promise((grant) => {
      this.#queue.push({ ...request, grant });
      void this.#process();
    });
  }

  /** An order to unload (`keep_alive: 0` without messages). */
  async unload(model: string): Promise<void> {
    const runner = this.#runners.get(model);
    if (runner === undefined) return;
    runner.keepAliveMs = 0;
    if (runner.users === 0) this.#drop(runner);
  }

  async #process(): Promise<void> {
    if (this.#processing) return;
    this.#processing = true;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      if (!head.isGone()) await this.#place(head);
      else head.grant({ loadMs: 0, release: () => {} });
      this.#queue.shift();
    }
    this.#processing = false;
  }

  async #place(pending: Pending): Promise<void> {
    for (;;) {
      this.#expireIdle();
      const runner = this.#runners.get(pending.model.name);
      if (runner !== undefined && runner.numCtx === pending.numCtx) {
        void this.#use(runner, pending.keepAliveMs, 0).then(pending.grant);
        return;
      }
      const victim = runner ?? (this.#runners.size >= this.#limits.maxLoaded ? this.#victim() : undefined);
      if (victim === undefined) break;
      victim.keepAliveMs = 0;
      if (victim.users === 0) this.#drop(victim);
      else await new Promise<void>((unloaded) => this.#unloaded.push(unloaded));
    }
    const runner: Runner = {
      model: pending.model.name,
      numCtx: pending.numCtx,
      keepAliveMs: pending.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS,
      users: 0,
      working: 0,
      idleSinceMs: 0,
      waiting: [],
    };
    this.loads.push({ model: runner.model, numCtx: runner.numCtx, atMs: this.#time.now() });
    await this.#time.sleep(pending.loadMs);
    this.#runners.set(runner.model, runner);
    void this.#use(runner, pending.keepAliveMs, pending.loadMs).then(pending.grant);
  }

  async #use(runner: Runner, keepAliveMs: number | undefined, loadMs: number): Promise<Slot> {
    runner.users++;
    if (keepAliveMs !== undefined) runner.keepAliveMs = keepAliveMs;
    if (runner.working >= this.#limits.numParallel) await new Promise<void>((go) => runner.waiting.push(go));
    runner.working++;
    const working = [...this.#runners.values()].reduce((sum, each) => sum + each.working, 0);
    this.peakParallel = Math.max(this.peakParallel, working);
    let released = false;
    return {
      loadMs,
      release: () => {
        if (released) return;
        released = true;
        runner.users--;
        runner.working--;
        runner.waiting.shift()?.();
        if (runner.users > 0) return;
        runner.idleSinceMs = this.#time.now();
        if (runner.keepAliveMs <= 0) this.#drop(runner);
      },
    };
  }

  #victim(): Runner | undefined {
    const byKeepAlive = [...this.#runners.values()].sort(
      (a, b) => a.keepAliveMs - b.keepAliveMs || (a.model < b.model ? -1 : 1),
    );
    return byKeepAlive.find(({ users }) => users === 0) ?? byKeepAlive[0];
  }

  #drop(runner: Runner): void {
    if (this.#runners.get(runner.model) === runner) this.#runners.delete(runner.model);
    for (const unloaded of this.#unloaded.splice(0)) unloaded();
  }

  #expireIdle(): void {
    for (const runner of this.#runners.values()) {
      if (runner.users === 0 && this.#time.now() >= runner.idleSinceMs + runner.keepAliveMs)
        this.#drop(runner);
    }
  }
}
