import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface FoundNode {
  /** `20.20.0` */
  readonly version: string;
  /** The folder that holds `node` and its `npm`. */
  readonly folder: string;
}

/** The Node that runs this, and the system's own where that is another one: what a person has as `node` on PATH. */
export function findNodes(): FoundNode[] {
  const folders = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = new Map<string, FoundNode>();
  for (const folder of folders) {
    const node = join(folder, 'node');
    if (folder === '' || !existsSync(node)) continue;
    const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
    if (!found.has(version)) found.set(version, { version, folder });
  }
  return [...found.values()];
}
