/**
 * Named places at which a test can end the process as a crash would: `PANTHEON_FAILPOINT=name[:k]` sends SIGKILL to the
 * own process on the k-th passage (default 1). Nothing is flushed, no handler runs. Without the variable a passage
 * costs one comparison.
 *
 * A room lists its own names (`export const STORE_FAILPOINTS = [...] as const`); the composition root hands all lists
 * to `registerFailpoints`, so that a misspelt name is found at start instead of a test that never crashes.
 */
export const FAILPOINTS: string[] = [];

interface Armed {
  readonly name: string;
  /** Passages left until the end, this one included. */
  left: number;
}

const armed: Armed | undefined = readFailpoint(process.env['PANTHEON_FAILPOINT']);

/** Reads `name[:k]`. Throws if it is neither empty nor of that form: a crash test that tests nothing must not pass. */
export function readFailpoint(text: string | undefined): Armed | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^([a-z][a-z0-9.-]*)(?::([1-9]\d*))?$/.exec(text);
  if (match?.[1] === undefined) throw new Error(`PANTHEON_FAILPOINT is not name[:k]: ${text}`);
  return { name: match[1], left: Number(match[2] ?? 1) };
}

/** Ends the process if this is the armed place and its k-th passage. */
export function failpoint(name: string): void {
  if (armed === undefined || armed.name !== name) return;
  armed.left -= 1;
  if (armed.left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Adds a room's names to `FAILPOINTS`. A name that two rooms claim is a bug. */
export function registerFailpoints(names: readonly string[]): void {
  for (const name of names) {
    if (FAILPOINTS.includes(name)) throw new Error(`two failpoints are called ${name}`);
    FAILPOINTS.push(name);
  }
}

/** Throws if a failpoint is armed whose name nobody registered. Call it once all rooms have registered theirs. */
export function checkFailpoint(): void {
  if (armed !== undefined && !FAILPOINTS.includes(armed.name)) {
    throw new Error(`no failpoint is called ${armed.name}; there are: ${FAILPOINTS.join(', ')}`);
  }
}
