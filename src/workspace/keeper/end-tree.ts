import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

import { membersOf, type ProcessEntry, type TreeRoot } from './process-table.ts';

/** How often the process table is read while processes are ending. */
const POLL_MS = 20;

/** Processes that outlive SIGKILL so long hang in the kernel; nobody can end them. */
const GIVE_UP_MS = 5000;

/**
 * Ends a command and everything it started: SIGTERM, after `graceMs` SIGKILL, until nothing is left.
 * Returns false if something could not be ended.
 */
export async function endTree(root: TreeRoot, graceMs: number): Promise<boolean> {
  if (process.platform === 'win32') return endTreeOnWindows(root.pid);
  const startedAt = performance.now();
  for (let asked = new Set<number>(); ;) {
    const members = membersOf(root);
    if (members.length === 0) return true;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > graceMs + GIVE_UP_MS) return false;
    if (waitedMs >= graceMs) members.forEach((member) => send(member, 'SIGKILL'));
    else members.filter((member) => !asked.has(member.pid)).forEach((member) => send(member, 'SIGTERM'));
    asked = new Set(members.map((member) => member.pid));
    await wait(POLL_MS);
  }
}

function send(member: ProcessEntry, signal: NodeJS.Signals): void {
  try {
    process.kill(member.pid, signal);
  } catch {
    // It ended between being seen and being signalled.
  }
}

function endTreeOnWindows(pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }, (error) =>
      resolve(error === null),
    );
  });
}
