import type { Clock } from '../../src/common/index.ts';

/** A clock that moves when told to; sleepers wake when their time has come. */
export class HandClock implements Clock {
  nowMs: number;
  readonly sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }
  now(): number {
    return this.nowMs;
  }
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((wake, reject) => {
      this.sleepers.push({ untilMs: this.nowMs + ms, wake });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
  advance(ms: number): void {
    this.nowMs += ms;
    for (const { untilMs, wake } of this.sleepers) if (untilMs <= this.nowMs) wake();
  }
}
