import { setTimeout as sleep } from 'node:timers/promises';

import { execa } from 'execa';

const lookMs = 20;
/** Processes that were killed are gone within this, unless nobody on the machine waits for them. */
const patienceMs = 2_000;

/**
 * Runs a command and gives what it printed, whatever its exit code. It has a process group of its own, and when it is over or
 * cancelled nobody of the group is left: a test runner that is ended goes before the tests that it started.
 */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
  signal: AbortSignal,
): Promise<string> {
  const hasGroup = process.platform !== 'win32';
  const child = execa(command, args, {
    ...options,
    reject: false,
    cancelSignal: signal,
    detached: hasGroup,
  });
  try {
    const { stdout } = await child;
    signal.throwIfAborted();
    return stdout;
  } finally {
    if (hasGroup && child.pid !== undefined) await endGroup(child.pid);
  }
}

async function endGroup(leader: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookMs) {
    try {
      process.kill(-leader, 'SIGKILL');
    } catch {
      return;
    }
    await sleep(lookMs);
  }
}
