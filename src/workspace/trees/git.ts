import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

import { UserError } from '../../common/index.ts';

/** Oldest git that has every option used here (`init --initial-branch` and friends); older ones were never tried. */
const OLDEST_GIT = [2, 30] as const;

/** git ended with an exit code other than 0. */
export class GitError extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args.join(' ')} ended with ${exitCode ?? 'a signal'}: ${stderr.trim()}`);
    this.name = 'GitError';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

export interface GitCall {
  readonly cwd: string;
  /** Variables besides the machine's own; every inherited `GIT_*` variable is dropped. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Flags that keep git from prompting, from running what a repository configures, and from taking optional locks. */
const SAFE_FLAGS = [
  '--no-optional-locks',
  '--no-pager',
  '--literal-pathspecs',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.quotePath=false',
  '-c',
  'protocol.ext.allow=never',
] as const;

/** The machine's variables without `GIT_*`, with git's messages in English and no questions asked. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.toUpperCase().startsWith('GIT_')) env[name] = value;
  }
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', ...extra };
}

/** The arguments of a git call with the flags that every call gets. */
export function gitArguments(args: readonly string[]): string[] {
  return [...SAFE_FLAGS, ...args];
}

/**
 * Runs git and returns what it wrote to stdout.
 * Throws `GitError` for exit codes other than 0 and `UserError` `git-missing` if there is no git.
 */
export function runGit(args: readonly string[], call: GitCall, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const child = spawn('git', gitArguments(args), {
      cwd: call.cwd,
      env: gitEnvironment(call.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const stop = () => child.kill();
    signal.addEventListener('abort', stop, { once: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // git may end before it has read all; its exit code says why.
    child.on('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', stop);
      if (error.code !== 'ENOENT') reject(error);
      // The system says the same of a folder that is not there as of a program.
      else reject(existsSync(call.cwd) ? gitMissing('git was not found.') : folderGone(call.cwd));
    });
    child.on('close', (exitCode) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason as Error);
      else if (exitCode === 0) resolve(Buffer.concat(stdout));
      else reject(failure(args, exitCode, Buffer.concat(stderr).toString('utf8')));
    });
    child.stdin.end(call.input ?? '');
  });
}

/** As `runGit`, but an exit code other than 0 gives `undefined` ("there is none"). */
export async function tryGit(
  args: readonly string[],
  call: GitCall,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await runGit(args, call, signal)).toString('utf8').trim();
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** The version of the installed git, for example `2.39.5`. Throws `UserError` `git-missing` if there is none or it is too old. */
export async function probeGit(signal: AbortSignal = new AbortController().signal): Promise<string> {
  const text = (await runGit(['--version'], { cwd: process.cwd() }, signal)).toString('utf8');
  const version = /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1]);
  if (isOld) throw gitMissing(`git ${version} is too old.`);
  return version;
}

function folderGone(folder: string): UserError {
  return new UserError(
    'no-such-folder',
    `The folder ${folder} is not there any more.`,
    'Put it back; `pantheon queue` lists what is still planned for it.',
  );
}

function failure(args: readonly string[], exitCode: number | null, stderr: string): Error {
  const error = new GitError(args, exitCode, stderr);
  if (!/No space left on device|Disk quota exceeded/i.test(stderr)) return error;
  return new UserError(
    'disk-full',
    'There is no room left on the disk that holds the data folder.',
    'Make room, or move the data with PANTHEON_HOME, and run it again.',
    { cause: error },
  );
}

function gitMissing(message: string): UserError {
  return new UserError(
    'git-missing',
    message,
    `Install git ${OLDEST_GIT.join('.')} or newer (https://git-scm.com/downloads) and try again.`,
  );
}

/** Splits output that git wrote with `-z`. */
export function splitZ(output: Buffer): string[] {
  const text = output.toString('utf8');
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}
