import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';

import { isBelow } from '../commands/tools.ts';

const LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Reads a file that a command wrote, as UTF-8, or `undefined` if there is none. A link that leads out of `folder`, a
 * pipe or a file above 64 MB counts as none: the command's word is not trusted.
 */
export async function readPlainFile(file: string, folder: string): Promise<string | undefined> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined || !isBelow(await realpath(folder), real)) return undefined;
  const handle = await open(
    real,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const found = await handle.stat();
    return found.isFile() && found.size <= LIMIT_BYTES ? await handle.readFile('utf8') : undefined;
  } finally {
    await handle.close();
  }
}
