import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import { messageOf, UserError, type Disposable } from '../common/index.ts';
import { homePaths, socketPath, type BuildInfo, type Endpoint } from '../protocol/index.ts';

/** Makes the folders that the daemon writes to, readable for the person alone. */
export function makeHome(home: string): void {
  const paths = homePaths(home);
  try {
    for (const folder of [home, paths.data, paths.daemon, paths.logs, paths.runtime, paths.pins]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new UserError(
      'home-unwritable',
      `The data folder cannot be written: ${home} (${messageOf(error)}).`,
      'Free some space or rights there, or set PANTHEON_HOME to another folder.',
      { cause: error },
    );
  }
}

/** The token that clients show; made once, kept, readable for the person alone. */
export function takeToken(home: string): string {
  const { token } = homePaths(home);
  if (existsSync(token)) {
    const known = readFileSync(token, 'utf8').trim();
    if (known.length >= 32) return known;
  }
  const fresh = randomBytes(32).toString('hex');
  writeFileSync(token, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}

/** Socket or pipe of this data folder, in a folder of the person's with a short path. */
export function chooseSocket(home: string): string {
  const runtimeDir = process.env['XDG_RUNTIME_DIR'];
  const short = runtimeDir !== undefined && existsSync(runtimeDir) && runtimeDir.length <= 40;
  const base = short ? runtimeDir : tmpdir().length <= 40 ? tmpdir() : '/tmp';
  return socketPath(home, process.platform, join(base, `pantheon-${userInfo().uid}`));
}

/** Says where the daemon listens, until it is disposed. */
export function publishEndpoint(home: string, path: string, build: BuildInfo): Disposable {
  const file = homePaths(home).endpoint;
  const endpoint: Endpoint = { path, pid: process.pid, version: build.version };
  writeFileAtomic.sync(file, `${JSON.stringify(endpoint)}\n`, { mode: 0o600 });
  return { dispose: () => rmSync(file, { force: true }) };
}

/** What was built: `dist/build.json` beside the running bundle. */
export function readBuild(bundle: string): BuildInfo {
  return JSON.parse(readFileSync(join(dirname(bundle), 'build.json'), 'utf8')) as BuildInfo;
}
