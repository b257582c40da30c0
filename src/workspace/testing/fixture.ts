import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { gitEnvironment } from '../trees/git.ts';

/** A folder of its own below the temp folder, as a real path; the caller removes it with `removeFolder`. */
export function temporaryFolder(name = 'pantheon tést '): string {
  return realpathSync(mkdtempSync(path.join(os.tmpdir(), name)));
}

/** Removes a folder even if a test has closed parts of it. */
export function removeFolder(dir: string): void {
  try {
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Runs the machine's git as a person would, with a name and without the machine's own configuration. */
export function personsGit(cwd: string, ...args: string[]): string {
  const identity = [
    '-c',
    'user.name=Ann',
    '-c',
    'user.email=ann@example.org',
    '-c',
    'protocol.file.allow=always',
  ];
  const env = gitEnvironment({
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_EDITOR: 'true',
  });
  return execFileSync('git', [...identity, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

/** Writes files below `dir`, with their folders. */
export function writeFiles(dir: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Path, kind, mode, times and content hash of everything below `dir`: equal texts mean byte-identical folders. */
export function fingerprint(dir: string): string {
  const lines: string[] = [];
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const found = lstatSync(file, { bigint: true });
    const content = entry.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
    lines.push(`${path.relative(dir, file)} ${found.mode} ${found.mtimeNs} ${found.ino} ${content}`);
  }
  return lines.toSorted().join('\n');
}
