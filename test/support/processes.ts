import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What must be true to look at other processes in detail; elsewhere such a test is left out. */
export const canSeeProcesses = process.platform === 'linux';

/**
 * Command lines of all living processes that belong to a folder: their environment, arguments or working directory name it.
 * This process and those that have ended but were not waited for are not among them.
 */
export function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      const belongs = [command, read(`/proc/${pid}/environ`), workingDirectory(pid)].some((text) =>
        text.includes(folder),
      );
      return belongs && isAlive(Number(pid)) ? [`${pid}: ${command}`] : [];
    });
}

/** Whether a process works: one that has ended answers to signals until somebody waits for it, which Linux tells. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(read(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** Nothing for a process that is gone or not ours. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
