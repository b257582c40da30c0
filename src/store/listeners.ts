import type { Disposable } from '../common/index.ts';
import type { StoredEvent } from './types.ts';

type Listener = (events: readonly StoredEvent[]) => void;

/** Tells listeners of commits in commit order, also when a listener appends: the new events wait for their turn. */
export class Listeners {
  readonly #listeners = new Set<{ readonly hear: Listener }>();
  readonly #waiting: (readonly StoredEvent[])[] = [];
  readonly #onError: (error: unknown) => void;
  #telling = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(listener: Listener): Disposable {
    const entry = { hear: listener };
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  }

  tell(events: readonly StoredEvent[]): void {
    this.#waiting.push(events);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#tellAll(next);
    } finally {
      this.#telling = false;
    }
  }

  #tellAll(events: readonly StoredEvent[]): void {
    for (const { hear } of this.#listeners) {
      try {
        hear(events);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
