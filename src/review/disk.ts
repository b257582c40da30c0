import { constants, lstatSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { chmod, chown, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import { failpoint, sha256, UserError } from '../common/index.ts';
import { pathProblem } from '../workspace/index.ts';

/** A file of the workspace as it is now. */
export interface DiskFile {
  /** Where the bytes are: symlinks inside the workspace resolved. */
  readonly real: string;
  readonly bytes: Uint8Array | null;
  readonly hash: string | null;
}

/**
 * Reads a file of the workspace; `bytes` is `null` if there is none. Throws `UserError` with a sentence for a path that
 * leads out of the workspace, is no file, or cannot be read.
 */
export function readDisk(root: string, path: string): DiskFile {
  const real = realPlace(root, path);
  try {
    const stat = lstatSync(real, { throwIfNoEntry: false });
    if (stat === undefined) return { real, bytes: null, hash: null };
    if (!stat.isFile()) {
      throw refusal(
        'not-a-file',
        `${path} is ${stat.isDirectory() ? 'a folder' : 'no regular file'} now.`,
        'Put a file there, or reject the hunk.',
      );
    }
    const bytes = readFileSync(real);
    return { real, bytes, hash: sha256(bytes) };
  } catch (error) {
    throw explained(error, path);
  }
}

/** Where a path of the workspace leads, its symlinks resolved; refused outside of the workspace. */
function realPlace(root: string, path: string): string {
  const problem = pathProblem(path);
  if (problem !== undefined)
    throw refusal('bad-path', `${path} is not touched: ${problem}.`, 'Reject the hunk.');
  try {
    const realRoot = realpathSync(root);
    const missing: string[] = [];
    let at = join(realRoot, path);
    while (lstatSync(at, { throwIfNoEntry: false }) === undefined) {
      missing.unshift(at.slice(dirname(at).length).replace(/^[/\\]/, ''));
      at = dirname(at);
    }
    const real = join(realpathSync(at), ...missing);
    if (real.startsWith(realRoot + sep)) return real;
    throw refusal(
      'outside-workspace',
      `${path} leads out of the workspace through a link.`,
      'Replace the link by a file, or reject the hunk.',
    );
  } catch (error) {
    throw explained(error, path);
  }
}

/** Throws a `UserError` if a file must not be replaced; asked before anything is recorded. */
export function checkWritable({ real }: DiskFile, path: string): void {
  const stat = statSync(real, { throwIfNoEntry: false });
  // The folder alone decides about a replacement; but who made a file read-only did not want it changed.
  if (stat !== undefined && (stat.mode & (constants.S_IWUSR | constants.S_IWGRP | constants.S_IWOTH)) === 0) {
    throw refusal('read-only', `${path} is read-only.`, `Make it writable (chmod u+w), then decide again.`);
  }
}

/**
 * Replaces a file as a whole or not at all: a temporary file beside it, synced, with its mode and owner, then a rename
 * and a sync of the folder. `bytes` of `null` removes the file. The hash is compared once more right before.
 * Returns false if the file is not as expected any more; throws `UserError` if the disk refuses.
 */
export async function replaceFile(
  root: string,
  path: string,
  bytes: Uint8Array | null,
  before: string | null,
  mark: string,
): Promise<boolean> {
  const now = readDisk(root, path);
  const temporary = join(dirname(now.real), temporaryName(mark));
  try {
    if (bytes !== null) await writeTemporary(now.real, temporary, bytes);
    failpoint('review.write.temporary');
    if (readDisk(root, path).hash !== before) {
      if (bytes !== null) await unlink(temporary);
      return false;
    }
    if (bytes === null) await unlink(now.real);
    else await rename(temporary, now.real);
    await syncFolder(dirname(now.real));
    return true;
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw explained(error, path);
  }
}

/** Removes what a crash may have left beside a file of an effect. */
export async function removeTemporary(root: string, path: string, mark: string): Promise<void> {
  try {
    await unlink(join(dirname(realPlace(root, path)), temporaryName(mark)));
  } catch {
    // Usually there is none; a folder that is gone or closed to us holds none of ours.
  }
}

function temporaryName(mark: string): string {
  return `.pantheon-${mark}.tmp`;
}

async function writeTemporary(real: string, temporary: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(real), { recursive: true });
  const stat = statSync(real, { throwIfNoEntry: false });
  const handle = await open(temporary, 'w', 0o666);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (stat !== undefined) await keepOwnerAndMode(temporary, stat);
}

async function keepOwnerAndMode(file: string, { mode, uid, gid }: Stats): Promise<void> {
  const made = statSync(file);
  // Only root may give files away; without that the file becomes the person's who accepts.
  if (made.uid !== uid || made.gid !== gid) await chown(file, uid, gid).catch(() => {});
  await chmod(file, mode & 0o7777);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a person can do about an error of the file system; bugs come back as they are. */
function explained(error: unknown, path: string): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return refusal(
        'disk-full',
        `The disk is full: ${path} was left as it is.`,
        'Free some space, then decide again.',
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return refusal(
        'not-writable',
        `${path} cannot be read or replaced: permission denied.`,
        'Make the file and its folder writable for you, then decide again.',
        error,
      );
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return refusal(
        'not-a-file',
        `${path} cannot be a file there any more (${error.code}).`,
        'Look at the folders on its way, or reject the hunk.',
        error,
      );
    case 'ENOENT':
      return refusal(
        'not-there',
        `${path} leads nowhere: a link or the folder of the workspace is gone.`,
        'Put it back, or reject the hunk.',
        error,
      );
    default:
      if (!('syscall' in error)) return error;
      return refusal(
        'not-writable',
        `${path} cannot be read or replaced (${String(error.code)}).`,
        'Look at the disk, then decide again.',
        error,
      );
  }
}

function refusal(code: string, message: string, remedy: string, cause?: unknown): UserError {
  return new UserError(code, message, remedy, { exitCode: 1, ...(cause === undefined ? {} : { cause }) });
}
