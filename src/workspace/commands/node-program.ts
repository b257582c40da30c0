import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where a command's program is, or `undefined` if `PATH` has none. A name with a slash is relative to `cwd`. */
export async function findProgram(
  name: string,
  searchPath: string,
  cwd: string,
): Promise<string | undefined> {
  if (name.includes('/') || (process.platform === 'win32' && name.includes('\\'))) {
    const file = path.resolve(cwd, name);
    return (await isProgram(file)) ? file : undefined;
  }
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', '.com', ''] : [''];
  for (const dir of foldersOfPath(searchPath)) {
    for (const ending of endings) {
      const file = path.join(dir, name + ending);
      if (await isProgram(file)) return file;
    }
  }
  return undefined;
}

/** The absolute folders of a `PATH`. Relative ones are left out: what they mean would depend on the checkout. */
export function foldersOfPath(searchPath: string): string[] {
  return [...new Set(searchPath.split(path.delimiter).filter((dir) => path.isAbsolute(dir)))];
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
