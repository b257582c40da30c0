/** A day and a time on it, as a clock on the wall shows them. */
export interface WallTime {
  readonly year: number;
  /** 0 to 11; out of range values carry over, as in `Date`. */
  readonly month: number;
  readonly day: number;
  /** Minutes since midnight; 1440 is the next midnight. */
  readonly minute: number;
}

/**
 * The instant at which clocks here first show this time, in milliseconds since the epoch. A time that daylight saving
 * leaves out becomes the instant of the change; of a time that comes twice it is the first.
 */
export function instantOf({ year, month, day, minute }: WallTime): number {
  const guess = new Date(year, month, day, 0, minute);
  const wanted = Date.UTC(year, month, day, 0, minute);
  if (wallClock(guess) === wanted) return guess.getTime();
  return changeBefore(guess.getTime());
}

/** What the wall clock shows, as if it were UTC: comparable and free of offsets. */
function wallClock(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes());
}

/** Last change of the offset before an instant that lies less than a day after one. */
function changeBefore(afterMs: number): number {
  const offset = (ms: number) => new Date(ms).getTimezoneOffset();
  let low = afterMs - 26 * 3_600_000;
  let high = afterMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === offset(afterMs)) high = middle;
    else low = middle;
  }
  return high;
}
