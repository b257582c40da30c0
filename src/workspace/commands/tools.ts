import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { findProgram, foldersOfPath } from './node-program.ts';
import type { Bind } from './sandbox.ts';

/** Tool managers that live in the home folder and need more of themselves than what stands on `PATH`. */
const MANAGERS = [
  '.volta',
  '.asdf',
  '.nvm',
  '.fnm',
  '.pyenv',
  '.rbenv',
  '.bun',
  '.deno',
  '.rustup',
  '.local/share/mise',
  '.local/share/fnm',
  '.local/share/pnpm',
];

/** Programs whose real place is looked up, since a link on `PATH` may lead into a hidden folder. */
const PROGRAMS = ['node', 'npm', 'npx', 'pnpm', 'yarn', 'python3', 'python'];

const NODE_PROBE_LIMIT_MS = 5000;

/** What has to be bound back so that the programs of `PATH` work although the folders they live in are hidden. */
export async function toolBinds(
  searchPath: string,
  hidden: readonly string[],
  home: string,
): Promise<Bind[]> {
  const found = new Map<string, Bind>();
  const add = (to: string) => {
    const isHidden = hidden.some((dir) => isBelow(dir, to));
    if (isHidden && existsSync(to) && !found.has(to)) found.set(to, { from: realpathSync(to), to });
  };
  for (const dir of foldersOfPath(searchPath)) toolFolders(dir, home).forEach(add);
  for (const name of PROGRAMS) {
    const file = await findProgram(name, searchPath, home);
    if (file === undefined) continue;
    const folder = path.dirname(realpathSync(file));
    add(
      path.basename(folder) === 'bin' && isOwnFolder(path.dirname(folder), home)
        ? path.dirname(folder)
        : folder,
    );
  }
  return [...found.values()];
}

/** A folder of `PATH`, with what its programs need beside it. */
function toolFolders(dir: string, home: string): string[] {
  const manager = MANAGERS.map((name) => path.join(home, name)).find((folder) => isBelow(folder, dir));
  if (manager !== undefined) return [manager];
  const parent = path.dirname(dir);
  const modules = path.join(parent, 'lib', 'node_modules');
  if (!existsSync(modules)) return [dir];
  return isOwnFolder(parent, home) ? [parent] : [dir, modules];
}

/** False for folders that hold a person's other things too. */
function isOwnFolder(dir: string, home: string): boolean {
  return !isBelow(dir, home) && dir !== path.join(home, '.local');
}

/**
 * `PATH` with a Node that works. If the given one has none, or one that does not start without the person's home folder,
 * a folder that leads to `node` is put before it.
 */
export async function pathWithNode(searchPath: string, node: string, shimFolder: string): Promise<string> {
  const found = await findProgram('node', searchPath, '/');
  if (found !== undefined && (await starts(found, searchPath))) return searchPath;
  await mkdir(shimFolder, { recursive: true });
  if (process.platform === 'win32') {
    await writeFile(path.join(shimFolder, 'node.cmd'), `@set ELECTRON_RUN_AS_NODE=1\r\n@"${node}" %*\r\n`);
  } else {
    const quoted = `'${node.replaceAll("'", String.raw`'\''`)}'`;
    const script = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted} "$@"\n`;
    await writeFile(path.join(shimFolder, 'node'), script, { mode: 0o755 });
  }
  return [shimFolder, ...foldersOfPath(searchPath)].join(path.delimiter);
}

function starts(node: string, searchPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const env = { PATH: searchPath, HOME: '/nonexistent', SystemRoot: process.env.SystemRoot };
    execFile(node, ['--version'], { env, timeout: NODE_PROBE_LIMIT_MS, encoding: 'utf8' }, (error, stdout) =>
      resolve(error === null && /^v\d+\./.test(stdout)),
    );
  });
}

/** True if `inner` is `outer` or lies below it. */
export function isBelow(outer: string, inner: string): boolean {
  const relative = path.relative(outer, inner);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
