import type { Clock, Disposable } from '../../common/index.ts';
import { ParallelEstimate } from './parallel.ts';
import { planLanes, type Lane, type LaneJob, type LaneState } from './plan.ts';

/** What a call needs to get its place. */
export interface LaneRequest<T> {
  /** Server that the order is made for. */
  readonly server: string;
  readonly model: string;
  readonly numCtx: number;
  readonly priority: 'interactive' | 'night';
  readonly prompt: string;
  /** Sends the call with the context of the lane; runs again after it was aborted for interactive work. */
  readonly run: (go: {
    readonly numCtx: number;
    readonly signal: AbortSignal;
    readonly onFirstToken: () => void;
  }) => Promise<T>;
}

export interface LaneResult<T> {
  readonly value: T;
  readonly preempted: number;
}

/** The reason with which a night call is aborted for interactive work. */
class Preempted extends Error {
  override readonly name = 'Preempted';
}

interface Ticket {
  readonly job: LaneJob;
  readonly start: (lane: Lane) => void;
  /** Set while it runs. */
  abort?: AbortController;
  firstTokenMs?: number;
  endedMs?: number;
  /** Calls that ran beside it. */
  readonly beside: Set<Ticket>;
}

interface ServerLanes {
  waiting: Ticket[];
  running: Ticket[];
  lane: Lane | undefined;
  lastPrompt: string;
  readonly parallel: Map<string, ParallelEstimate>;
  alarm: AbortController | undefined;
}

/** Gives calls their turn, server by server, as `planLanes` says. */
export class LaneDispatcher implements Disposable {
  readonly #clock: Clock;
  readonly #servers = new Map<string, ServerLanes>();
  readonly #ended = new AbortController();
  #nextId = 1;
  #preemptions = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls that were aborted for interactive work and queued again. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** The context of a model's present lane, or what its waiting calls need; `undefined` when nothing is known of it. */
  numCtxOf(server: string, model: string): number | undefined {
    const lanes = this.#servers.get(server);
    if (lanes === undefined) return undefined;
    const jobs = [...lanes.waiting, ...lanes.running].map(({ job }) => job);
    const needed = jobs.filter((job) => job.model === model).map(({ numCtx }) => numCtx);
    if (lanes.lane?.model === model) needed.push(lanes.lane.numCtx);
    return needed.length === 0 ? undefined : Math.max(...needed);
  }

  /** Waits for the call's turn and runs it. Rejects with the signal's reason when it is aborted while it waits. */
  async submit<T>(request: LaneRequest<T>, signal: AbortSignal): Promise<LaneResult<T>> {
    const submittedMs = this.#clock.now();
    const id = this.#nextId++;
    const lanes = this.#lanesOf(request.server);
    for (let preempted = 0; ; preempted++) {
      const ended = AbortSignal.any([signal, this.#ended.signal]);
      const { ticket, lane } = await this.#turn(lanes, { ...jobOf(request), id, submittedMs }, ended);
      const abort = new AbortController();
      ticket.abort = abort;
      try {
        const value = await request.run({
          numCtx: lane.numCtx,
          signal: AbortSignal.any([ended, abort.signal]),
          onFirstToken: () => {
            ticket.firstTokenMs = this.#clock.now();
          },
        });
        return { value, preempted };
      } catch (error) {
        if (ended.aborted) throw ended.reason;
        if (!(abort.signal.reason instanceof Preempted)) throw error;
        this.#preemptions++;
      } finally {
        this.#leave(lanes, ticket);
      }
    }
  }

  /** Rejects everything that waits or runs. */
  dispose(): void {
    this.#ended.abort(new Error('The model service has ended.'));
    for (const lanes of this.#servers.values()) lanes.alarm?.abort();
  }

  #lanesOf(server: string): ServerLanes {
    const known = this.#servers.get(server);
    if (known !== undefined) return known;
    const lanes: ServerLanes = {
      waiting: [],
      running: [],
      lane: undefined,
      lastPrompt: '',
      parallel: new Map(),
      alarm: undefined,
    };
    this.#servers.set(server, lanes);
    return lanes;
  }

  #turn(
    lanes: ServerLanes,
    job: LaneJob,
    signal: AbortSignal,
  ): Promise<{ readonly ticket: Ticket; readonly lane: Lane }> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        lanes.waiting = lanes.waiting.filter((each) => each !== ticket);
        reject(signal.reason as Error);
        this.#advance(lanes);
      };
      const ticket: Ticket = {
        job,
        beside: new Set(),
        start: (lane) => {
          signal.removeEventListener('abort', onAbort);
          resolve({ ticket, lane });
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      lanes.waiting.push(ticket);
      // Calls that are submitted together are ordered together.
      queueMicrotask(() => this.#advance(lanes));
    });
  }

  #leave(lanes: ServerLanes, ticket: Ticket): void {
    ticket.endedMs = this.#clock.now();
    lanes.running = lanes.running.filter((each) => each !== ticket);
    if (ticket.firstTokenMs !== undefined && ticket.abort?.signal.aborted !== true) {
      const call = { firstTokenMs: ticket.firstTokenMs, endedMs: ticket.endedMs };
      this.#parallelOf(lanes, ticket.job.model).observe(call, [...ticket.beside]);
    }
    this.#advance(lanes);
  }

  #advance(lanes: ServerLanes): void {
    lanes.alarm?.abort();
    lanes.alarm = undefined;
    for (;;) {
      if (this.#ended.signal.aborted) return;
      const plan = planLanes(this.#stateOf(lanes), this.#clock.now());
      switch (plan.kind) {
        case 'start':
          this.#start(lanes, plan.job, plan.lane);
          break;
        case 'preempt':
          for (const { job, abort } of lanes.running) {
            if (plan.jobs.includes(job)) abort?.abort(new Preempted('Aborted for interactive work.'));
          }
          return;
        case 'wait':
          if (plan.untilMs !== undefined) this.#wakeAt(lanes, plan.untilMs);
          return;
      }
    }
  }

  #start(lanes: ServerLanes, job: LaneJob, lane: Lane): void {
    const ticket = lanes.waiting.find((each) => each.job === job);
    if (ticket === undefined) throw new Error('The plan names a call that does not wait.');
    lanes.waiting = lanes.waiting.filter((each) => each !== ticket);
    for (const other of lanes.running) {
      other.beside.add(ticket);
      ticket.beside.add(other);
    }
    lanes.running.push(ticket);
    lanes.lane = lane;
    lanes.lastPrompt = job.prompt;
    ticket.start(lane);
  }

  #stateOf(lanes: ServerLanes): LaneState {
    const model = lanes.lane?.model ?? '';
    return {
      waiting: lanes.waiting.map(({ job }) => job),
      running: lanes.running.map(({ job }) => job),
      lane: lanes.lane,
      lastPrompt: lanes.lastPrompt,
      parallel: this.#parallelOf(lanes, model).limit,
    };
  }

  #parallelOf(lanes: ServerLanes, model: string): ParallelEstimate {
    const known = lanes.parallel.get(model);
    if (known !== undefined) return known;
    const estimate = new ParallelEstimate();
    lanes.parallel.set(model, estimate);
    return estimate;
  }

  #wakeAt(lanes: ServerLanes, atMs: number): void {
    const alarm = new AbortController();
    lanes.alarm = alarm;
    this.#clock.sleep(Math.max(0, atMs - this.#clock.now()), alarm.signal).then(
      () => this.#advance(lanes),
      () => {},
    );
  }
}

function jobOf<T>(request: LaneRequest<T>): Omit<LaneJob, 'id' | 'submittedMs'> {
  const { model, numCtx, priority, prompt } = request;
  return { model, numCtx, priority, prompt };
}
