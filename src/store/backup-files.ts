import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^pantheon-\d{8}T\d{9}Z\.db$/;

/** File name of a backup made at this moment; names sort by time. */
export function backupName(atMs: number): string {
  return `pantheon-${new Date(atMs).toISOString().replaceAll(/[-:.]/g, '')}.db`;
}

/** Time in a backup's file name, in milliseconds since the epoch. */
export function backupTime(path: string): number {
  const [, day = '', time = ''] = /-(\d{8})T(\d{9})Z\.db$/.exec(path) ?? [];
  const date = day.replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3');
  return Date.parse(`${date}T${time.replace(/(\d{2})(\d{2})(\d{2})(\d{3})/, '$1:$2:$3.$4')}Z`);
}

/** Paths of all finished backups in a folder, oldest first. A folder that does not exist holds none. */
export function listBackups(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export function newestBackup(folder: string): string | undefined {
  return listBackups(folder).at(-1);
}
