import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { foldersOf } from '../paths.ts';

const run = promisify(execFile);

/** Size, times and mode of everything in a copied folder, by path: what differs from it was changed by a command. */
export type Manifest = ReadonlyMap<string, string>;

/**
 * Prepares an empty folder in the checkout over which the sandbox binds the person's dependency folder.
 * Returns false if there is no place for it: a link or file stands on the way.
 */
export async function prepareMountPoint(work: string, folder: string): Promise<boolean> {
  if (!(await hasPlace(work, folder))) return false;
  await mkdir(path.join(work, folder), { recursive: true });
  return true;
}

/**
 * Copies a dependency folder into a checkout, by reflink where the file system can. Hard links would let a test change
 * the person's files. Links inside that lead absolutely into the workspace are made to lead into the checkout; relative
 * ones do that by themselves. Returns `undefined` if there is no place for it.
 */
export async function copyDependencies(
  root: string,
  work: string,
  folder: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  if (!(await hasPlace(work, folder))) return undefined;
  const target = path.join(work, folder);
  await rm(target, { recursive: true, force: true });
  await mkdir(path.dirname(target), { recursive: true });
  await copyFolder(path.join(root, folder), target, signal);
  await redirectLinks(target, root, work);
  return readManifest(target);
}

/** True if nothing in the folder changed since its manifest was read. */
export async function isUntouched(dir: string, manifest: Manifest): Promise<boolean> {
  const now = await readManifest(dir);
  if (now.size !== manifest.size) return false;
  for (const [name, stamp] of manifest) if (now.get(name) !== stamp) return false;
  return true;
}

async function readManifest(dir: string): Promise<Manifest> {
  const manifest = new Map<string, string>();
  await walk(dir, async (file) => {
    const found = await lstat(file, { bigint: true });
    manifest.set(file, `${found.mode} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`);
  });
  return manifest;
}

async function copyFolder(source: string, target: string, signal: AbortSignal): Promise<void> {
  const flags = { linux: ['-a', '--reflink=auto'], darwin: ['-Rc'] }[process.platform as 'linux' | 'darwin'];
  if (flags !== undefined) {
    try {
      await run('cp', [...flags, '--', source, target], { signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      await rm(target, { recursive: true, force: true });
      if (process.platform === 'linux' && (error as { code?: unknown }).code === 1) throw error;
    }
  }
  await cp(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

async function redirectLinks(dir: string, root: string, work: string): Promise<void> {
  await walk(dir, async (file, isLink) => {
    if (!isLink) return;
    const target = await readlink(file);
    const inside = path.isAbsolute(target) ? path.relative(root, target) : '..';
    if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) return;
    await rm(file);
    await symlink(path.relative(path.dirname(file), path.join(work, inside)), file);
  });
}

async function walk(dir: string, visit: (file: string, isLink: boolean) => Promise<void>): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  await Promise.all(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => visit(path.join(dir, entry.name), entry.isSymbolicLink())),
  );
  for (const entry of entries) if (entry.isDirectory()) await walk(path.join(dir, entry.name), visit);
}

async function hasPlace(work: string, folder: string): Promise<boolean> {
  for (const step of [...foldersOf(folder), folder]) {
    const found = await lstat(path.join(work, step)).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) return false;
  }
  return true;
}
