import { isDiskFull, messageOf, systemClock, type Disposable, type Json } from '../common/index.ts';
import type { RunOutcome } from '../protocol/index.ts';
import type { RunRequest, Runner } from '../runner/index.ts';
import type { Claim, Queue } from '../schedule/index.ts';
import type { Log } from './log.ts';

/** What a queue item needs for its run, besides what the queue itself knows. */
export interface Job {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly env: Readonly<Record<string, string>>;
  /** The thread in which the run answers. */
  readonly thread?: string;
}

export interface RunLoopOptions {
  readonly queue: Queue;
  readonly runner: Runner;
  readonly log: Log;
  /** Called when a run began or ended. */
  readonly onChanged: () => void;
  /** Called when a run cannot go on for now, with why. */
  readonly onStuck: (run: string, text: string) => void;
}

const diskPauseMs = 5_000;

/** Takes items from the queue and has them run, several at once where the queue's limits allow it. */
export class RunLoop implements Disposable {
  readonly #options: RunLoopOptions;
  readonly #stop = new AbortController();
  readonly #stuck = new Map<string, string>();
  readonly #running = new Map<string, { readonly cancel: AbortController; readonly done: Promise<void> }>();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: RunLoopOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier daemon left running, then with the queue. */
  start(): void {
    const { resumed, givenUp } = this.#options.queue.recover();
    for (const { run, detail } of givenUp) {
      this.#options.log.error({ run, detail }, 'run given up');
      this.#options.runner.giveUp(run, detail);
    }
    for (const claim of resumed) this.#run(claim);
    this.#loop = this.#turn();
  }

  get runs(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Why a run does not go on for now, if it does not. */
  stuck(run: string): string | undefined {
    return this.#stuck.get(run);
  }

  /** Cancels a run that goes on and waits for its end; false if it does not run. */
  async cancel(run: string): Promise<boolean> {
    const running = this.#running.get(run);
    if (running === undefined) return false;
    running.cancel.abort(new Error('Cancelled.'));
    await running.done;
    return true;
  }

  /** Starts nothing more and suspends what runs: the next daemon goes on with it. */
  async dispose(): Promise<void> {
    this.#stop.abort(new Error('The daemon ends.'));
    await this.#loop;
    await this.#options.runner.dispose();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    try {
      this.#options.queue.suspend();
    } catch (error) {
      // Without space nothing is recorded: this end then counts as one of a run that ends daemons.
      this.#options.log.error({ error: messageOf(error) }, 'what runs could not be marked');
    }
  }

  async #turn(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for (
          let claim = this.#options.queue.claimNext();
          claim !== undefined;
          claim = this.#options.queue.claimNext()
        ) {
          this.#run(claim);
        }
        await this.#options.queue.untilWorthLooking(signal);
      } catch (error) {
        if (signal.aborted) return;
        // A full disk must not end the night: look again when something changed or after a while.
        this.#options.log.error({ error: messageOf(error) }, 'the queue could not be read');
        await this.#pause(diskPauseMs);
      }
    }
  }

  #run(claim: Claim): void {
    const cancel = new AbortController();
    const done = this.#execute(claim, cancel.signal)
      // Not even its end could be recorded: the next daemon finds it running.
      .catch((error: unknown) =>
        this.#options.log.error({ run: claim.run, error: messageOf(error) }, 'run left'),
      )
      .finally(() => {
        this.#running.delete(claim.run);
        this.#options.onChanged();
      });
    this.#running.set(claim.run, { cancel, done });
    this.#options.onChanged();
  }

  async #execute(claim: Claim, signal: AbortSignal): Promise<void> {
    const job = claim.job as unknown as Job;
    const request: RunRequest = {
      id: claim.run,
      flow: claim.flow,
      inputs: job.inputs,
      workspaceRoot: claim.workspace,
      priority: claim.interactive ? 'interactive' : 'night',
      env: job.env,
      ...(job.thread === undefined ? {} : { thread: job.thread }),
    };
    const { queue, runner, log } = this.#options;
    let outcome: RunOutcome;
    let detail: string | null;
    try {
      const view = await this.#whileDiskIsFull(claim.run, () => runner.execute(request, signal));
      if (view.state !== 'finished') return;
      outcome = view.outcome ?? 'failed';
      detail = view.detail ?? null;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.error(
        { run: claim.run, error: error instanceof Error ? error.stack : String(error) },
        'run failed',
      );
      outcome = 'failed';
      detail = messageOf(error);
    }
    await this.#whileDiskIsFull(claim.run, () => queue.finish(claim.item, outcome, detail));
  }

  /** Works, and while the disk is full waits and works again: a night must not end because of an hour without space. */
  async #whileDiskIsFull<T>(run: string, work: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        const done = await work();
        this.#stuck.delete(run);
        return done;
      } catch (error) {
        if (!isDiskFull(error) || this.#stop.signal.aborted) throw error;
        this.#options.log.error({ run, error: messageOf(error) }, 'the disk is full');
        const text = 'the disk is full; goes on when there is space';
        this.#stuck.set(run, text);
        this.#options.onStuck(run, text);
        await this.#pause(diskPauseMs);
      }
    }
  }

  /** Also ends when the daemon does. */
  async #pause(ms: number): Promise<void> {
    await systemClock.sleep(ms, this.#stop.signal).catch(() => {});
  }
}
