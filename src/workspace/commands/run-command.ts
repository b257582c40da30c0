import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type { Slot } from '../checkouts/slot.ts';
import type { Keeper } from '../keeper/client.ts';
import type { Ended } from '../keeper/messages.ts';
import type { CommandRequest, CommandResult } from '../types.ts';
import { findProgram } from './node-program.ts';
import { bubblewrapCommand, privateFolders, type Bind } from './sandbox.ts';
import { isBelow, toolBinds } from './tools.ts';

/** What is the same for all commands of one workspace. */
export interface CommandPlace {
  readonly keeper: Keeper;
  /** `PANTHEON_HOME`. */
  readonly home: string;
  readonly root: string;
  readonly searchPath: string;
  /** The Node that `PATH` leads to if it has none of its own. */
  readonly node: string;
  /** Why there is no sandbox, or `undefined` if there is one. */
  readonly sandboxNote: string | undefined;
}

/** Exit code of shells for a program that does not exist. */
const NOT_FOUND = 127;

/** Variables without which programs do not start on Windows. */
const WINDOWS_VARIABLES = [
  'SystemRoot',
  'SystemDrive',
  'ComSpec',
  'PATHEXT',
  'windir',
  'NUMBER_OF_PROCESSORS',
];

/**
 * Runs a command in a checkout, isolated where the platform can, and returns when its whole process tree has ended.
 * A program that does not exist gives exit code 127. Rejects only if it was aborted or the keeper died.
 */
export async function runCommand(
  place: CommandPlace,
  slot: Slot,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  const [name = '', ...args] = request.argv;
  const program = await findProgram(name, place.searchPath, slot.work);
  const isSandboxed = place.sandboxNote === undefined;
  const sandbox = {
    sandboxed: isSandboxed,
    ...(isSandboxed ? {} : { sandboxNote: place.sandboxNote ?? '' }),
  };
  if (program === undefined) return { ...notStarted(`${name}: no such program on PATH\n`), ...sandbox };
  const bare = commandEnvironment(place, slot, request.env);
  const ended = await place.keeper.run(
    {
      argv: isSandboxed ? await sandboxed(place, slot, request, bare) : [program, ...args],
      cwd: slot.work,
      env: isSandboxed ? { PATH: process.env.PATH ?? '', TMPDIR: slot.tmp } : bare,
      timeoutMs: request.timeoutMs,
      box: slot.dir,
      contained: isSandboxed,
    },
    signal,
  );
  return { ...resultOf(ended), ...sandbox };
}

/** Where a path of the checkout or its temp folder is for a command that runs in it. */
export function seenByCommand(place: CommandPlace, slot: Slot, file: string): string {
  if (place.sandboxNote !== undefined) return file;
  return isBelow(slot.tmp, file) ? path.join('/tmp', path.relative(slot.tmp, file)) : file;
}

/** Folders that stand for the root of the tree in what a command says: its checkout, and the workspace's own place in the sandbox. */
export function rootsSeenByCommand(place: CommandPlace, slot: Slot): string[] {
  return place.sandboxNote === undefined ? [slot.work, place.root] : [slot.work];
}

function commandEnvironment(
  place: CommandPlace,
  slot: Slot,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const isSandboxed = place.sandboxNote === undefined;
  const home = isSandboxed ? os.homedir() : slot.home;
  const tmp = isSandboxed ? '/tmp' : slot.tmp;
  const base: Record<string, string> = { PATH: place.searchPath, HOME: home, TMPDIR: tmp, LANG: 'C.UTF-8' };
  if (process.platform === 'win32') {
    for (const name of WINDOWS_VARIABLES) base[name] = process.env[name] ?? '';
    Object.assign(base, { USERPROFILE: home, TEMP: tmp, TMP: tmp });
  }
  return { ...base, ...env };
}

/**
 * The sandboxed form of a command. The checkout also stands at the workspace's own place, so that an absolute path into
 * the workspace (a link of a package manager, an installed Python package) means the checkout and not the person's files.
 */
async function sandboxed(
  place: CommandPlace,
  slot: Slot,
  request: CommandRequest,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { root, home } = place;
  const ownHome = realOrSame(os.homedir());
  const folders = [...new Set([...privateFolders(), home].map(realOrSame))];
  const hidden = folders.filter((dir) => dir !== '/' && existsSync(dir));
  // Where the product's data lies in the workspace, or the workspace is everything, only the checkout itself is shown.
  const hasOwnPlace = !isBelow(root, home) && root !== '/';
  const places = hasOwnPlace ? [slot.work, root] : [slot.work];
  const readable: Bind[] = [
    ...places.flatMap((to) =>
      slot.bound.map((folder) => ({ from: path.join(root, folder), to: path.join(to, folder) })),
    ),
    ...request.readable.filter((file) => existsSync(file)).map((file) => ({ from: file, to: file })),
    ...(await toolBinds(place.searchPath, [...hidden, root], ownHome)),
    ...nodeBinds(place, hidden),
  ];
  return bubblewrapCommand({
    argv: request.argv,
    env,
    hidden: hidden.map((dir) => ({ dir, ...filling(dir, slot, ownHome) })),
    writable: places.map((to) => ({ from: slot.work, to })),
    readable,
    cwd: hasOwnPlace ? root : slot.work,
  });
}

/** The folder of the Node in use: an editor's program needs the libraries beside it. */
function nodeBinds(place: CommandPlace, hidden: readonly string[]): Bind[] {
  const folder = path.dirname(realOrSame(place.node));
  return hidden.some((dir) => isBelow(dir, folder) && dir !== folder) ? [{ from: folder, to: folder }] : [];
}

/** Temp and home folder are on disk, so that a test that writes much does not fill the memory. */
function filling(dir: string, slot: Slot, ownHome: string): { filledBy?: string } {
  if (dir === '/tmp') return { filledBy: slot.tmp };
  return dir === ownHome ? { filledBy: slot.home } : {};
}

function realOrSame(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function resultOf(ended: Ended): Omit<CommandResult, 'sandboxed'> {
  if (ended.startError !== undefined) return notStarted(`${ended.startError}\n`);
  const { exitCode, signal, timedOut, stdout, stderr, truncated, durationMs } = ended;
  return { exitCode, signal, timedOut, stdout, stderr, truncated, durationMs };
}

function notStarted(stderr: string): Omit<CommandResult, 'sandboxed'> {
  return {
    exitCode: NOT_FOUND,
    signal: null,
    timedOut: false,
    stdout: '',
    stderr,
    truncated: false,
    durationMs: 0,
  };
}
