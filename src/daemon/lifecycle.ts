import type { Disposable } from '../common/index.ts';

export interface IdleOptions {
  /** How long nothing may happen before the daemon leaves. */
  readonly idleMs: number;
  /** Why it must stay, if it must: something runs, waits, is planned or is connected. */
  readonly busy: () => boolean;
  readonly leave: () => void;
}

/** Lets the daemon leave when there has been nothing to do for a while. `touch` after anything that may have changed that. */
export class IdleTimer implements Disposable {
  readonly #options: IdleOptions;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: IdleOptions) {
    this.#options = options;
    this.touch();
  }

  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Clients leave while the daemon ends; that must not start another wait.
    if (this.#disposed || this.#options.busy()) return;
    this.#timer = setTimeout(() => {
      if (this.#options.busy()) this.touch();
      else this.#options.leave();
    }, this.#options.idleMs);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}

const ownerPollMs = 500;

/** Calls `gone` once when a process has ended; for a daemon that serves one process alone. */
export function watchOwner(pid: number, gone: () => void): Disposable {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      clearInterval(timer);
      gone();
    }
  }, ownerPollMs);
  return { dispose: () => clearInterval(timer) };
}
