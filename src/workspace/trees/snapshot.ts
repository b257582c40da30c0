import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import path from 'node:path';

import { foldersOf } from '../paths.ts';
import type { TreeId } from '../types.ts';
import { GitError, splitZ } from './git.ts';
import { listWorkspace, readHead } from './listing.ts';
import type { PrivateRepository } from './private-repository.ts';

/** A file may vanish or change while it is read; then everything is listed again. */
const TRIES = 4;

export interface Snapshot {
  readonly tree: TreeId;
  readonly head: string | null;
  readonly branch: string | null;
  /** What is not in the tree although it is in the folder, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Stores the workspace's files as they are on disk and returns their tree. The private index remembers size and times of
 * what was read, so that only changed files are read again. Symlinks are stored as links and never followed.
 */
export async function takeSnapshot(
  root: string,
  repository: PrivateRepository,
  hidden: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const unreadable = new Set<string>();
  let beyondLinks: ReadonlySet<string> = new Set();
  for (let attempt = 1; ; attempt += 1) {
    const listing = await listWorkspace(root, repository, hidden, signal);
    const paths = listing.paths.filter((file) => !unreadable.has(file) && !beyondLinks.has(file));
    try {
      const tree = await storeFiles(root, repository, paths, signal);
      const notes = [
        ...listing.notes,
        ...[...unreadable].map((file) => `Left out, it cannot be read: ${file}`),
      ];
      return { tree, ...(await readHead(root, signal)), notes };
    } catch (error) {
      if (!(error instanceof GitError) || attempt === TRIES) throw error;
      beyondLinks = await findBeyondLinks(root, paths);
      for (const file of await findUnreadable(root, paths)) unreadable.add(file);
    }
  }
}

async function storeFiles(
  root: string,
  repository: PrivateRepository,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<TreeId> {
  const env = { GIT_WORK_TREE: root, GIT_INDEX_FILE: path.join(repository.dir, 'index') };
  const call = { cwd: root, env };
  const present = new Set(paths);
  const known = splitZ(await repository.git(['ls-files', '-z', '--cached'], signal, call));
  const gone = known.filter((file) => !present.has(file));
  if (gone.length > 0) {
    const input = gone.map((file) => `${file}\0`).join('');
    await repository.git(['update-index', '--force-remove', '-z', '--stdin'], signal, { ...call, input });
  }
  const input = paths.map((file) => `${file}\0`).join('');
  await repository.git(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], signal, {
    ...call,
    input,
  });
  return (await repository.git(['write-tree'], signal, call)).toString('latin1').trim() as TreeId;
}

/** Files that exist but may not be read, or stand in a folder that may not be entered. */
async function findUnreadable(root: string, paths: readonly string[]): Promise<string[]> {
  const unreadable: string[] = [];
  for (const file of paths) {
    const full = path.join(root, file);
    const found = await lstat(full).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'gone' : 'closed',
    );
    if (found === 'gone') continue;
    if (found === 'closed') unreadable.push(file);
    else if (found.isSymbolicLink()) continue;
    else if (!found.isFile() || !(await canRead(full))) unreadable.push(file);
  }
  return unreadable;
}

/** Tracked files whose folder has become a symlink: they are gone, and what the link leads to is not theirs. */
async function findBeyondLinks(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const links = new Set<string>();
  for (const folder of new Set(paths.flatMap(foldersOf))) {
    const found = await lstat(path.join(root, folder)).catch(() => undefined);
    if (found?.isSymbolicLink() === true) links.add(folder);
  }
  return new Set(paths.filter((file) => foldersOf(file).some((folder) => links.has(folder))));
}

async function canRead(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
