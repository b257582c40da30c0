import { isAbort, messageOf, type Clock, type Disposable } from '../common/index.ts';
import type { Log } from './log.ts';

const everyMs = 3_600_000;

/** Does small work at the start of the daemon and then every hour, until it is disposed. It keeps no daemon alive. */
export class Rounds implements Disposable {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(clock: Clock, log: Log, work: (signal: AbortSignal) => Promise<unknown>) {
    this.#done = this.#turn(clock, log, work);
  }

  async dispose(): Promise<void> {
    this.#stop.abort(new Error('The daemon ends.'));
    await this.#done;
  }

  async #turn(clock: Clock, log: Log, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await work(signal).catch((error: unknown) => {
        if (!isAbort(error) && !signal.aborted) log.error({ error: messageOf(error) }, 'a round failed');
      });
      await clock.sleep(everyMs, signal).catch(() => {});
    }
  }
}
