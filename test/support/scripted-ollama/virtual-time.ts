import type { Disposable } from '../../../src/common/index.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/**
 * A clock that jumps: whoever sleeps is woken as soon as everything already under way has had its turn, and the time is
 * then the time it asked for. In `real` mode the same interface sleeps for real.
 */
export class VirtualTime implements Disposable {
  readonly #mode: 'virtual' | 'real';
  readonly #startMs = performance.now();
  #sleepers: Sleeper[] = [];
  #timers = new Map<NodeJS.Timeout, () => void>();
  #nowMs = 0;
  #pump: NodeJS.Immediate | undefined;

  constructor(mode: 'virtual' | 'real') {
    this.#mode = mode;
  }

  /** Milliseconds since the start. */
  now(): number {
    return this.#mode === 'real' ? performance.now() - this.#startMs : this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      if (this.#mode === 'real') {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          wake();
        }, ms);
        this.#timers.set(timer, wake);
        return;
      }
      this.#sleepers.push({ dueMs: this.#nowMs + ms, wake });
      this.#sleepers.sort((a, b) => a.dueMs - b.dueMs);
      this.#pump ??= setImmediate(() => this.#wakeNext());
    });
  }

  #wakeNext(): void {
    this.#pump = undefined;
    const next = this.#sleepers.shift();
    if (next === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.wake();
    if (this.#sleepers.length > 0) this.#pump = setImmediate(() => this.#wakeNext());
  }

  dispose(): void {
    if (this.#pump !== undefined) clearImmediate(this.#pump);
    for (const [timer, wake] of this.#timers) {
      clearTimeout(timer);
      wake();
    }
    this.#timers.clear();
    for (const { wake } of this.#sleepers.splice(0)) wake();
  }
}
