/** One call as it was seen from outside, in milliseconds of one clock. */
export interface ObservedCall {
  readonly firstTokenMs: number;
  readonly endedMs: number;
}

/** More calls at once than this never paid on machines of people. */
const MOST = 8;
/** Answers after which a limit that was found is tried again. */
const TRY_AGAIN_AFTER = 200;
/** As many times in a row must a further call have waited for the others before it counts as refused. */
const REFUSED_AFTER = 3;

/**
 * How many calls a server really works on at once for one model, observed by overlap: while `limit` calls are under way
 * one of them got its first token after the others had ended, or it did not. The limit grows when calls overlap and goes
 * back when the further call only waited.
 */
export class ParallelEstimate {
  #proven = 1;
  #trying = 2;
  #refused = 0;
  #answersSinceRefusal = 0;

  /** Calls to have under way. */
  get limit(): number {
    return this.#trying;
  }

  /** Calls that were seen to be worked on at once. */
  get proven(): number {
    return this.#proven;
  }

  /** Takes note of a call that has ended; `others` ran at some time while it ran, ended or not. */
  observe(
    call: ObservedCall,
    others: readonly { readonly firstTokenMs?: number; readonly endedMs?: number }[],
  ): void {
    const overlapping = others.filter(
      ({ firstTokenMs, endedMs }) =>
        firstTokenMs !== undefined &&
        firstTokenMs < call.endedMs &&
        (endedMs ?? Infinity) > call.firstTokenMs,
    ).length;
    const atOnce = overlapping + 1;
    if (atOnce >= this.#trying) {
      this.#proven = Math.max(this.#proven, atOnce);
      this.#trying = Math.min(MOST, this.#proven + 1);
      this.#refused = 0;
    } else if (others.length + 1 >= this.#trying && this.#trying > this.#proven) {
      if (++this.#refused >= REFUSED_AFTER) {
        this.#trying = this.#proven;
        this.#answersSinceRefusal = 0;
      }
    } else if (this.#trying === this.#proven && ++this.#answersSinceRefusal >= TRY_AGAIN_AFTER) {
      this.#refused = 0;
      this.#trying = Math.min(MOST, this.#proven + 1);
    }
  }
}
