import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { explainDiskError, systemClock, UserError } from '../common/index.ts';
import { homePaths, isNewer, type BuildInfo } from '../protocol/index.ts';
import { DaemonConnection, type ConnectOptions } from './connection.ts';
import { copyRuntime, type Installation } from './runtime-copy.ts';

export interface StartOptions extends ConnectOptions {
  readonly installation: Installation;
  /** The Node that runs the daemon, with variables it needs (`ELECTRON_RUN_AS_NODE` in an editor). */
  readonly node: { readonly path: string; readonly env?: Readonly<Record<string, string>> };
  /** The daemon ends when this process is gone, and a start that is aborted leaves none behind. */
  readonly ownerPid?: number;
  /** How long to wait until the daemon answers. */
  readonly patienceMs?: number;
}

const pollMs = 20;

/** Connects to the daemon of the data folder, starts it when there is none, and replaces one that is older than this installation. */
export async function ensureDaemon(options: StartOptions, signal: AbortSignal): Promise<DaemonConnection> {
  const running = await DaemonConnection.open(options, signal);
  if (running !== undefined) {
    const theirs: BuildInfo = running.hello.build;
    if (!isNewer(options.installation.build, theirs)) return running;
    await stopDaemon(running, signal, { replace: true });
  }
  return await startDaemon(options, signal);
}

/** Asks a daemon to end and waits until its process is gone, its children with it. */
export async function stopDaemon(
  connection: DaemonConnection,
  signal: AbortSignal,
  options: { readonly replace?: boolean } = {},
): Promise<void> {
  const { pid } = connection.hello;
  try {
    await connection.call('daemon.stop', { commandId: `stop-${pid}-${Date.now()}`, ...options }, signal);
  } catch (error) {
    if (!connection.isClosed) throw error;
  }
  await connection.closed;
  connection.dispose();
  while (isAlive(pid)) await systemClock.sleep(pollMs, signal);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** A dead process that nobody has waited for still answers to signals; on Linux its state says so. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/\(.*\)/s, ''));
  } catch {
    return false;
  }
}

async function startDaemon(options: StartOptions, signal: AbortSignal): Promise<DaemonConnection> {
  const { home, node } = options;
  const { runtime, log, output } = await prepare(options);
  const owner = options.ownerPid === undefined ? [] : ['--owner', String(options.ownerPid)];
  const child = spawn(node.path, [join(runtime, 'dist', 'daemon.mjs'), '--home', home, ...owner], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: home,
    env: {
      // One arena of the C library's memory for all threads: they are idle nearly always, and each would keep its own.
      MALLOC_ARENA_MAX: '1',
      ...process.env,
      // The code compiled by an earlier start saves a quarter of this one; it goes with its copy of the runtime.
      NODE_COMPILE_CACHE: join(runtime, 'compiled'),
      ...node.env,
      PANTHEON_HOME: home,
    },
    windowsHide: true,
  });
  closeSync(output);
  child.unref();
  try {
    const connection = await waitUntilItAnswers(options, child, log, signal);
    // Another starter was first. Ours still waits for the lock and would be the daemon once the other one is stopped.
    if (connection.hello.pid !== child.pid) await endChild(child);
    return connection;
  } catch (error) {
    if (owner.length > 0) await endChild(child);
    throw error;
  }
}

/** Makes what a daemon needs before it runs: folders, its copy of the code, a log of its start. */
async function prepare({
  home,
  installation,
}: StartOptions): Promise<{ runtime: string; log: string; output: number }> {
  try {
    makeFolder(home);
    makeFolder(homePaths(home).logs);
    const log = join(homePaths(home).logs, 'daemon-start.log');
    return { runtime: await copyRuntime(installation, home), log, output: openSync(log, 'w', 0o600) };
  } catch (error) {
    throw explainDiskError(error, home);
  }
}

async function waitUntilItAnswers(
  options: StartOptions,
  child: ChildProcess,
  log: string,
  signal: AbortSignal,
): Promise<DaemonConnection> {
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, killedBy) => {
    ended = code === 0 ? '' : `it ended with ${killedBy ?? `exit code ${code}`}`;
  });
  const deadline = Date.now() + (options.patienceMs ?? 20_000);
  for (;;) {
    const connection = await DaemonConnection.open(options, signal);
    if (connection !== undefined) return connection;
    // Exit code 0 without an answer: another starter was first, and its daemon is about to answer.
    if (ended !== undefined && ended !== '') throw startFailed(ended, log, options.home);
    if (Date.now() > deadline) throw startFailed('it did not answer in time', log, options.home);
    await systemClock.sleep(pollMs, signal);
  }
}

/** Ends a daemon that was started for this process alone and waits for it. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}

/** Makes a folder for the person alone, and those above it. Throws `home-unwritable`. */
export function makeFolder(path: string): void {
  try {
    makeEach(path);
  } catch (error) {
    throw new UserError(
      'home-unwritable',
      `The data folder cannot be made: ${path}.`,
      'Free some space or rights there, or set PANTHEON_HOME to another folder.',
      { cause: error },
    );
  }
}

/** Node's own way to make several folders never ends where the system says that nothing is there, as below `/proc`. */
function makeEach(path: string): void {
  if (existsSync(path)) return;
  makeEach(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another starter was quicker.
    if (!existsSync(path)) throw error;
  }
}

/** What a daemon that could not start wrote for its starter, if it knew how the person can mend it. */
export function readDaemonError(said: string): UserError | undefined {
  const own = /^pantheon-daemon-error (\{.*\})$/m.exec(said)?.[1];
  if (own === undefined) return undefined;
  const { code, message, remedy } = JSON.parse(own) as { code: string; message: string; remedy: string };
  return new UserError(code, message, remedy);
}

function startFailed(why: string, log: string, home: string): unknown {
  const said = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
  const last = said.split('\n').slice(-12).join('\n');
  const own = readDaemonError(said);
  if (own !== undefined) return own;
  // On a full disk not even its own words could be written down.
  if (said === '' && hasNoSpace(home)) {
    return explainDiskError(Object.assign(new Error(why), { code: 'ENOSPC' }), home);
  }
  return new UserError(
    'daemon-start',
    `The background runner did not start: ${why}.${last === '' ? '' : `\n${last}`}`,
    `Its log is ${log}; \`pantheon doctor\` checks the machine.`,
  );
}

const leastBytes = 1_000_000;

function hasNoSpace(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < leastBytes;
}
