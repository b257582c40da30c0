import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A folder for PATH with the programs that are usual, but not those that are left out. */
export function pathWithout(folder: string, ...without: string[]): string {
  mkdirSync(folder);
  for (const name of ['sh', 'bash', 'env', 'dirname', 'readlink', 'true', 'bwrap', 'git', 'node', 'npm']) {
    if (without.includes(name)) continue;
    const found = spawnText('sh', ['-c', `command -v ${name}`]).trim();
    if (found.startsWith('/')) symlinkSync(realpathSync(found), join(folder, name));
  }
  return folder;
}

function spawnText(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
