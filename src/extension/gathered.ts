/** Work that is asked for often: requests that come while it is under way are gathered into one more. */
export class Gathered {
  readonly #work: () => Promise<void>;
  #current: Promise<void> | undefined;
  #isStale = false;

  /** `work` deals with its own failures: it must not reject. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  request(): void {
    this.#isStale = true;
    this.#current ??= this.#untilFresh().finally(() => {
      this.#current = undefined;
    });
  }

  /** Resolves when the work was done after the last request. */
  async settled(): Promise<void> {
    await this.#current;
  }

  async #untilFresh(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#work();
    }
  }
}
