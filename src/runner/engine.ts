import { failpoint, isDiskFull, messageOf, type Clock, type Json } from '../common/index.ts';
import {
  attemptAddress,
  evolve,
  isCurrent,
  isDone,
  itemAddress,
  mayRetry,
  next,
  runningAttempts,
  startState,
  type CompiledFlow,
  type CompiledNode,
  type Due,
  type FlowState,
  type Outcome,
  type RetryCause,
} from '../flow/index.ts';
import type { ContentRef, Durability, NewEvent } from '../store/index.ts';
import { flowEventOf, runEvent, type RunEvent, type RunEventBodies } from './events.ts';
import type { RunJournal } from './journal.ts';

export interface Attempt {
  readonly node: CompiledNode;
  readonly item: number | null;
  readonly attempt: number;
  readonly address: string;
}

export type Stop = Omit<RunEventBodies['run.stopped'], 'detail'> & { readonly detail: string };

/** How an attempt ended; what it made stands in content. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly cause?: RetryCause;
  readonly title?: ContentRef;
  readonly detail?: ContentRef;
  readonly result?: ContentRef;
  readonly evidence?: ContentRef;
  readonly memoHits?: number;
  /** Recorded in the same transaction: what the attempt found out about others. */
  readonly also?: readonly NewEvent[];
  /** The run starts nothing more of this sort unless the attempt is retried. */
  readonly stop?: Stop;
}

/** What the loop asks others to do. Nothing here rejects but by a defect, which ends the step and not the process. */
export interface EngineWork {
  condition(node: CompiledNode, state: FlowState): boolean;
  items(node: CompiledNode, state: FlowState): readonly Json[];
  /** Why a node that has something to do is left out. */
  leftOut(node: CompiledNode): string | undefined;
  attempt(attempt: Attempt, state: FlowState, signal: AbortSignal): Promise<AttemptEnd>;
  settle(node: CompiledNode, state: FlowState, signal: AbortSignal): Promise<readonly NewEvent[]>;
  output(output: string, state: FlowState, signal: AbortSignal): Promise<RunEventBodies['effect.ended']>;
}

export interface EngineOptions {
  readonly flow: CompiledFlow;
  readonly journal: RunJournal;
  readonly history: readonly RunEvent[];
  readonly clock: Clock;
  readonly epoch: string;
  readonly work: EngineWork;
  /** Aborting cancels the run. */
  readonly cancel: AbortSignal;
  /** Aborting leaves the run as it is, to be resumed. */
  readonly suspend: AbortSignal;
  readonly durability?: Durability;
}

type Message = () => readonly NewEvent[];

/**
 * The loop: asks the state what is due, records what it decides, starts what was recorded, and records how it ended.
 * Everything that came in while it worked goes into one transaction.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #abort = new AbortController();
  readonly #inbox: Message[] = [];
  readonly #busy = new Set<string>();
  #running = 0;
  #hasEffect = false;
  #wake: () => void = () => {};
  #state: FlowState;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#state = startState(options.flow);
    for (const event of options.history) this.#evolve(event);
  }

  get state(): FlowState {
    return this.#state;
  }

  /** Starts no more model calls (or nothing more at all) from now on. */
  stop(stop: Stop): void {
    this.#tell(() => this.#stopEvents(stop));
  }

  /** Works until the flow is done (true) or the run was suspended (false). */
  async drive(): Promise<boolean> {
    const { cancel, suspend } = this.#options;
    const onAbort = () => this.#wake();
    const onSuspend = () => {
      this.#abort.abort(suspend.reason);
      this.#wake();
    };
    cancel.addEventListener('abort', onAbort);
    suspend.addEventListener('abort', onSuspend);
    try {
      if (suspend.aborted) return false;
      for (const { node, item, attempt } of runningAttempts(this.#state)) this.#launch(node, item, attempt);
      return await this.#loop();
    } finally {
      cancel.removeEventListener('abort', onAbort);
      suspend.removeEventListener('abort', onSuspend);
      this.#abort.abort(new Error('The run has ended.'));
      while (this.#running > 0) await this.#rest(Infinity);
    }
  }

  async #loop(): Promise<boolean> {
    const { cancel, suspend } = this.#options;
    while (!isDone(this.#state)) {
      if (suspend.aborted) return false;
      const events = this.#inbox.splice(0).flatMap((message) => message());
      if (cancel.aborted && !this.#state.cancelled) {
        events.push(runEvent('run.cancel-requested', {}));
        this.#abort.abort(cancel.reason);
      }
      this.#stage(events);
      const { begun, wakeAt } = this.#startDue();
      if (begun === 0 && this.#inbox.length === 0 && !isDone(this.#state)) await this.#rest(wakeAt);
    }
    await this.#drain();
    return true;
  }

  /** A cancelled run ends while an effect may be on its way: what it did is recorded all the same. */
  async #drain(): Promise<void> {
    while (this.#running > 0) await this.#rest(Infinity);
    this.#stage(this.#inbox.splice(0).flatMap((message) => message()));
    this.#flush();
  }

  /** Records and starts whatever is due; says how much that was and when the next retry is. */
  #startDue(): { begun: number; wakeAt: number } {
    const now = this.#options.clock.now();
    const events: NewEvent[] = [];
    // What is begun reaches outside, so it waits until it is recorded that it began.
    const launches: (() => number)[] = [];
    let wakeAt = Infinity;
    for (const due of next(this.#state)) {
      if (due.do === 'start' && due.notBefore > now) wakeAt = Math.min(wakeAt, due.notBefore);
      else if (due.do === 'start' && due.item === null && this.#whyLeftOut(due.node) !== undefined) {
        events.push(this.#leftOut(this.#node(due.node), this.#whyLeftOut(due.node) ?? ''));
      } else if (due.do === 'start') {
        launches.push(() => this.#launch(due.node, due.item, due.attempt));
        const address = attemptAddress(due.node, due.item, due.attempt);
        events.push(runEvent('attempt.started', { epoch: this.#options.epoch }, address));
      } else if (due.do === 'settle') launches.push(() => this.#settle(due.node));
      else if (due.do === 'output') launches.push(() => this.#output(due.output));
      else events.push(this.#decide(due));
    }
    this.#stage(events);
    this.#flush();
    const begun = launches.reduce((sum, launch) => sum + launch(), events.length);
    return { begun, wakeAt };
  }

  #decide(due: Due & { do: 'condition' | 'items' | 'skip' }): NewEvent {
    if (due.do === 'skip')
      return runEvent('node.skipped', { reason: due.reason }, itemAddress(due.node, due.item));
    const { work, journal } = this.#options;
    const node = this.#node(due.node);
    try {
      if (due.do === 'condition')
        return runEvent('node.condition', { value: work.condition(node, this.#state) }, node.id);
      const list = work.items(node, this.#state);
      // With nothing to do it does not matter what is missing for it.
      const leftOut = list.length === 0 ? undefined : work.leftOut(node);
      if (leftOut !== undefined) return this.#leftOut(node, leftOut);
      return runEvent('node.items', { count: list.length, list: journal.putJson(list) }, node.id);
    } catch (error) {
      return runEvent('node.broken', { detail: journal.putText(messageOf(error)) }, node.id);
    }
  }

  #whyLeftOut(id: string): string | undefined {
    return this.#options.work.leftOut(this.#node(id));
  }

  #leftOut(node: CompiledNode, why: string): NewEvent {
    const detail = this.#options.journal.putText(why);
    return runEvent('node.skipped', { reason: 'model', detail }, node.id);
  }

  #launch(id: string, item: number | null, attempt: number): number {
    const node = this.#node(id);
    const address = attemptAddress(id, item, attempt);
    const work = () =>
      this.#options.work.attempt({ node, item, attempt, address }, this.#state, this.#abort.signal);
    this.#follow(
      work,
      (end) => this.#endEvents(node, item, attempt, end),
      (error) => this.#endEvents(node, item, attempt, this.#defect(error)),
    );
    return 0;
  }

  #settle(id: string): number {
    if (this.#busy.has(`settle ${id}`)) return 0;
    this.#busy.add(`settle ${id}`);
    const node = this.#node(id);
    this.#follow(
      () => this.#options.work.settle(node, this.#state, this.#abort.signal),
      (events) => (this.#state.nodes.get(id)?.phase === 'settle' ? events : []),
      (error) =>
        this.#state.nodes.get(id)?.phase === 'settle'
          ? [runEvent('node.broken', { detail: this.#options.journal.putText(messageOf(error)) }, id)]
          : [],
    );
    return 1;
  }

  #output(id: string): number {
    if (this.#busy.has(`output ${id}`)) return 0;
    this.#busy.add(`output ${id}`);
    const ended = (body: RunEventBodies['effect.ended']) =>
      this.#state.cancelled && body.result !== 'done' ? [] : [runEvent('effect.ended', body)];
    this.#follow(
      () => this.#options.work.output(id, this.#state, this.#abort.signal),
      ended,
      (error) =>
        ended({ output: id, result: 'failed', detail: this.#options.journal.putText(messageOf(error)) }),
    );
    return 1;
  }

  #follow<T>(
    work: () => Promise<T>,
    done: (value: T) => readonly NewEvent[],
    failed: (error: unknown) => readonly NewEvent[],
  ): void {
    this.#running += 1;
    const settle = (message: Message) => {
      this.#running -= 1;
      this.#tell(message);
    };
    let promise: Promise<T>;
    try {
      promise = work();
    } catch (error) {
      promise = Promise.reject(error as Error);
    }
    promise.then(
      (value) => settle(() => done(value)),
      (error: unknown) =>
        settle(() => {
          // Nothing can be recorded, so this is not how it ended: the run goes on from its record when there is space.
          if (isDiskFull(error)) throw error;
          return failed(error);
        }),
    );
  }

  #tell(message: Message): void {
    this.#inbox.push(message);
    this.#wake();
  }

  /** A result of an attempt that is no longer awaited is dropped. */
  #endEvents(node: CompiledNode, item: number | null, attempt: number, end: AttemptEnd): readonly NewEvent[] {
    if (!isCurrent(this.#state, node.id, item, attempt)) return [];
    const { also = [], stop, ...body } = end;
    const retries = mayRetry(this.#state, node, { ...body, attempt });
    const ended = runEvent(
      'attempt.ended',
      { ...body, ...(retries ? { retryAt: this.#retryAt(node, attempt) } : {}) },
      attemptAddress(node.id, item, attempt),
    );
    return [...also, ended, ...(stop === undefined || retries ? [] : this.#stopEvents(stop))];
  }

  /** Doubles from the first to the last value of the file's range. */
  #retryAt(node: CompiledNode, attempt: number): number {
    const [least, most] = node.retry.backoffMs;
    return this.#options.clock.now() + Math.min(most, least * 2 ** (attempt - 1));
  }

  #stopEvents({ detail, ...stop }: Stop): readonly NewEvent[] {
    if (this.#state.stopped === 'all' || (this.#state.stopped === stop.what && !stop.failed)) return [];
    return [runEvent('run.stopped', { ...stop, detail: this.#options.journal.putText(detail) })];
  }

  #defect(error: unknown): AttemptEnd {
    if (this.#abort.signal.aborted) return { outcome: 'cancelled' };
    return { outcome: 'failed', cause: 'error', detail: this.#options.journal.putText(messageOf(error)) };
  }

  /** The state goes ahead of the record by no more than one synchronous turn: `#flush` ends it. */
  #stage(events: readonly NewEvent[]): void {
    this.#hasEffect ||= events.some((event) => event.type === 'effect.ended');
    for (const event of this.#options.journal.stage(events)) this.#evolve(event);
  }

  #flush(): void {
    const { journal, durability = 'step' } = this.#options;
    journal.flush(this.#hasEffect ? 'decision' : durability);
    if (this.#hasEffect) failpoint('runner.effect.after-receipt');
    this.#hasEffect = false;
  }

  #evolve(event: RunEvent): void {
    const flowEvent = flowEventOf(event);
    if (flowEvent !== undefined) this.#state = evolve(this.#state, flowEvent);
  }

  #node(id: string): CompiledNode {
    const found = this.#state.nodes.get(id);
    if (found === undefined) throw new Error(`the flow has no node ${id}`);
    return found.node;
  }

  /** Until something comes in or it is time; then until the end of this turn, so that what ended together is recorded together. */
  async #rest(wakeAt: number): Promise<void> {
    const timer = wakeAt === Infinity ? undefined : new AbortController();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timer === undefined) return;
      const waitMs = Math.max(0, wakeAt - this.#options.clock.now());
      this.#options.clock.sleep(waitMs, timer.signal).then(resolve, () => {});
    });
    this.#wake = () => {};
    timer?.abort();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
