import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { endTree } from './end-tree.ts';
import { membersOf, readProcess, type TreeRoot } from './process-table.ts';

interface CommandRecord extends TreeRoot {
  readonly boot: string;
}

/** Of a command that is about to start: its processes are found by their box alone. */
export const unknownProcess = { pid: -1, startTime: '0' } as const;

/** Where running commands are noted down. */
export function recordsFolder(home: string): string {
  return path.join(home, 'runtime', 'commands');
}

/** Notes a running command down, so that it can be found if both its keeper and the owner of the keeper are killed. */
export function writeRecord(file: string, root: TreeRoot): void {
  mkdirSync(path.dirname(file), { recursive: true });
  // Whole or not at all: the record before it counts until this one is there.
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify({ ...root, boot: bootId() } satisfies CommandRecord));
  renameSync(draft, file);
}

export function removeRecord(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Ends the processes of commands that survived a kill of their keeper, by process id and start time, and returns how
 * many commands had survivors. Call it once at start, before any command of this home runs.
 */
export async function endSurvivors(home: string): Promise<number> {
  const folder = recordsFolder(home);
  let survivors = 0;
  for (const name of listFolder(folder)) {
    if (await endRecorded(path.join(folder, name))) survivors += 1;
  }
  return survivors;
}

/** Ends what is left of one recorded command and forgets it. True if the command itself was still alive. */
export async function endRecorded(file: string): Promise<boolean> {
  const record = readRecord(file);
  let wasAlive = false;
  if (record !== undefined && record.boot === bootId()) {
    wasAlive =
      record.pid === unknownProcess.pid
        ? membersOf(record).length > 0
        : readProcess(record.pid)?.startTime === record.startTime;
    await endTree(record, 0);
  }
  removeRecord(file);
  return wasAlive;
}

function readRecord(file: string): CommandRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<CommandRecord>;
    const { pid, startTime, box, boot } = value;
    const isWhole =
      Number.isInteger(pid) &&
      [startTime, box, boot].every((part) => typeof part === 'string' && part !== '');
    return isWhole ? (value as CommandRecord) : undefined;
  } catch {
    return undefined; // Cut short by the crash that it was written for.
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Process ids and start times start over with each boot. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown'; // Start times of other systems are dates.
  }
}
