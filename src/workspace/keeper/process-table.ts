import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Together with `pid` it names one process of this boot; on Linux in clock ticks since boot, so it can be ordered. */
  readonly startTime: string;
}

/** The command whose process tree is meant. */
export interface TreeRoot {
  readonly pid: number;
  readonly startTime: string;
  readonly box: string;
}

/** All processes that this user can see, without those that have ended but were not yet collected. */
export function readProcesses(): ProcessEntry[] {
  if (process.platform === 'linux') return readProc();
  if (process.platform === 'win32') return [];
  return readPs();
}

/** One process, or `undefined` if it has ended. */
export function readProcess(pid: number): ProcessEntry | undefined {
  if (process.platform === 'linux') return readStat(pid);
  return readProcesses().find((entry) => entry.pid === pid);
}

/**
 * The processes that belong to a command: its descendants, the members of its group and session, and those that have
 * left all of that (a daemon whose parents have ended) but still work in its box or have its `TMPDIR`.
 */
export function membersOf(root: TreeRoot): ProcessEntry[] {
  const all = readProcesses().filter((entry) => entry.pid !== process.pid);
  const found = new Set<number>();
  for (const entry of all) if (isMember(entry, root)) found.add(entry.pid);
  for (let grew = true; grew;) {
    const before = found.size;
    for (const entry of all) if (found.has(entry.parent)) found.add(entry.pid);
    grew = found.size > before;
  }
  return all.filter((entry) => found.has(entry.pid));
}

function isMember(entry: ProcessEntry, root: TreeRoot): boolean {
  if (entry.pid === root.pid) return entry.startTime === root.startTime;
  if (isOlder(entry, root)) return false;
  return entry.group === root.pid || entry.session === root.pid || worksIn(entry.pid, root.box);
}

function isOlder(entry: ProcessEntry, root: TreeRoot): boolean {
  return process.platform === 'linux' && Number(entry.startTime) < Number(root.startTime);
}

function worksIn(pid: number, box: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    if (cwd === box || cwd.startsWith(`${box}/`)) return true;
    const environ = `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
    return environ.includes(`\0TMPDIR=${box}/`);
  } catch {
    return false; // It has ended, or belongs to another user.
  }
}

function readProc(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

/** Fields of `/proc/<pid>/stat` by their numbers in proc(5); the name in field 2 may hold anything, brackets included. */
function readStat(pid: number): ProcessEntry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group, session] = fields;
    if (state === 'Z' || state === 'X') return undefined;
    const startTime = fields[19] ?? '';
    return { pid, parent: Number(parent), group: Number(group), session: Number(session), startTime };
  } catch {
    return undefined;
  }
}

function readPs(): ProcessEntry[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C' },
  });
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, state = 'Z', ...start] = line.trim().split(/\s+/);
    if (state.startsWith('Z')) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: 0,
        startTime: start.join(' '),
      },
    ];
  });
}
