import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { foldersOf } from '../paths.ts';
import { GitError, splitZ } from '../trees/git.ts';
import type { PrivateRepository } from '../trees/private-repository.ts';
import type { TreeId } from '../types.ts';
import { copyDependencies, isUntouched, prepareMountPoint, type Manifest } from './dependencies.ts';

/** How dependency folders come into checkouts: bound read-only by the sandbox, or copied. */
export type Provision = 'bind' | 'copy';

/** One place for checkouts: a folder for the tree, and beside it what a command may fill (temp and home folder). */
export class Slot {
  readonly dir: string;
  readonly work: string;
  readonly tmp: string;
  readonly home: string;
  readonly #repository: PrivateRepository;
  readonly #root: string;
  readonly #copies = new Map<string, Manifest>();
  /** Dependency folders that the sandbox has to bind, relative to the tree. */
  bound: readonly string[] = [];

  constructor(dir: string, repository: PrivateRepository, root: string) {
    this.dir = dir;
    this.work = path.join(dir, 'work');
    this.tmp = path.join(dir, 'tmp');
    this.home = path.join(dir, 'home');
    this.#repository = repository;
    this.#root = root;
  }

  /** Makes the folder hold exactly `tree` and the dependencies, whatever a command did to it before. */
  async fill(
    tree: TreeId,
    dependencies: readonly string[],
    provision: Provision,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#reset(tree, dependencies, signal);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      await removeCompletely(this.dir); // A command closed a folder or worse: start from nothing.
      this.#copies.clear();
      await this.#reset(tree, dependencies, signal);
    }
    await this.#provide(dependencies, provision, signal);
  }

  async #reset(tree: TreeId, dependencies: readonly string[], signal: AbortSignal): Promise<void> {
    await Promise.all([this.tmp, this.home].map(removeCompletely));
    for (const dir of [this.work, this.tmp, this.home]) await mkdir(dir, { recursive: true });
    const env = { GIT_WORK_TREE: this.work, GIT_INDEX_FILE: path.join(this.dir, 'index') };
    const call = { cwd: this.work, env };
    await rm(path.join(this.dir, 'index.lock'), { force: true });
    const kept = dependencies.flatMap((folder) => ['-e', `/${escapePattern(folder)}/`]);
    await this.#repository.git(['clean', '-ffdxq', ...kept], signal, call);
    await this.#repository.git(['read-tree', '--reset', '-u', tree], signal, call);
    const files = splitZ(await this.#repository.git(['ls-files', '-z'], signal, call));
    // git itself never removes a ".git", and a command may have made one in any folder.
    for (const folder of new Set(['', ...files.flatMap(foldersOf)])) {
      const made = path.join(this.work, folder, '.git');
      if (existsSync(made)) await removeCompletely(made);
    }
  }

  async #provide(dependencies: readonly string[], provision: Provision, signal: AbortSignal): Promise<void> {
    const bound: string[] = [];
    for (const folder of dependencies) {
      if (provision === 'bind') {
        if (this.#copies.delete(folder)) await removeCompletely(path.join(this.work, folder));
        if (await prepareMountPoint(this.work, folder)) bound.push(folder);
        continue;
      }
      const manifest = this.#copies.get(folder);
      if (
        manifest !== undefined &&
        (await isUntouched(path.join(this.work, folder), manifest).catch(() => false))
      )
        continue;
      const copied = await copyDependencies(this.#root, this.work, folder, signal);
      if (copied === undefined) this.#copies.delete(folder);
      else this.#copies.set(folder, copied);
    }
    this.bound = bound;
  }
}

/** Removes a folder even if a command took away the right to do so. */
export async function removeCompletely(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== 'EACCES' &&
      (error as NodeJS.ErrnoException).code !== 'EPERM'
    )
      throw error;
    await openFolders(dir);
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Gives back the right to remove what is in a folder. Parts may vanish meanwhile: the failed removal is still at work. */
async function openFolders(dir: string): Promise<void> {
  await chmod(dir, 0o700).catch(ignoreMissing);
  for (const entry of (await readdir(dir, { withFileTypes: true }).catch(ignoreMissing)) ?? []) {
    if (entry.isDirectory()) await openFolders(path.join(dir, entry.name));
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]!# ]/g, (character) => `\\${character}`);
}
