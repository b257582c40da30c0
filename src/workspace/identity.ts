import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

import { sha256 } from '../common/index.ts';

/** Names a workspace: the first 16 hex digits of the SHA-256 of its real path. A folder that does not exist is named by its absolute path. */
export function workspaceId(root: string): string {
  return sha256(realFolder(root)).slice(0, 16);
}

/** The real path of a workspace's root. */
export function realFolder(root: string): string {
  const absolute = path.resolve(root);
  try {
    return realpathSync.native(absolute);
  } catch {
    return absolute;
  }
}

/** The workspace that a folder belongs to: the nearest folder with `.pantheon`, else the root of its git work tree, else itself. */
export function findWorkspaceRoot(dir: string): string {
  const start = realFolder(dir);
  return (
    nearest(start, isSpecFolder) ?? nearest(start, (folder) => existsSync(path.join(folder, '.git'))) ?? start
  );
}

/** The person's own data may be at `~/.pantheon`; it does not make the home folder a workspace. */
function isSpecFolder(folder: string): boolean {
  const own = path.join(folder, '.pantheon');
  return (
    statSync(own, { throwIfNoEntry: false })?.isDirectory() === true && !existsSync(path.join(own, 'data'))
  );
}

function nearest(start: string, matches: (folder: string) => boolean): string | undefined {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (matches(folder)) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}
