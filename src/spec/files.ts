import { messageOf } from '../common/index.ts';
import type { Origin, SpecSource } from './types.ts';

/** Folders in which agents and flows are looked for, nearest first. Paths are absolute. */
export interface SpecPlaces {
  readonly workspaceRoot: string;
  /** Pantheon's data folder. */
  readonly home: string;
  /** The bundled `agents/`. */
  readonly bundled: string;
}

/** What the reader asks of a disk: the part of `node:fs/promises` that it uses. */
export interface SpecDisk {
  readdir(
    path: string,
    options: { withFileTypes: true },
  ): Promise<readonly { readonly name: string; isDirectory(): boolean }[]>;
  stat(path: string): Promise<{ readonly size: number; isFile(): boolean }>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
}

const specFile = /\.(agent\.md|flow\.ya?ml)$/;
const maxDepth = 4;
/** More than any file that is accepted has. */
const maxBytes = 4_000_000;
/** Folders below `agents/` that hold no agents. */
const passedBy = new Set(['node_modules', 'training']);

/** Texts of every agent, flow and settings file that counts for a workspace, in one order wherever they are read. */
export async function readSpecFiles(places: SpecPlaces, disk: SpecDisk): Promise<readonly SpecSource[]> {
  const [own, home, bundled] = [
    `${slashes(places.workspaceRoot)}/.pantheon`,
    slashes(places.home),
    slashes(places.bundled),
  ];
  const found = await Promise.all([
    below(disk, own, `${own}/agents`, 'workspace', 0),
    below(disk, own, `${own}/flows`, 'workspace', 0),
    settingsFile(disk, own),
    below(disk, home, `${home}/agents`, 'user', 0),
    below(disk, home, `${home}/flows`, 'user', 0),
    below(disk, bundled, bundled, 'bundled', 0),
  ]);
  return found.flat();
}

async function below(
  disk: SpecDisk,
  root: string,
  folder: string,
  origin: Origin,
  depth: number,
): Promise<readonly SpecSource[]> {
  const entries = await disk.readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<readonly SpecSource[]> => {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory() && depth < maxDepth && !passedBy.has(entry.name))
          return await below(disk, root, path, origin, depth + 1);
        return specFile.test(entry.name) ? [await sourceAt(disk, path, root, origin)] : [];
      }),
  );
  return found.flat();
}

async function settingsFile(disk: SpecDisk, root: string): Promise<readonly SpecSource[]> {
  const path = `${root}/pantheon.yaml`;
  const isThere = await disk.stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? [await sourceAt(disk, path, root, 'workspace')] : [];
}

/** A file that cannot be read is a remark about that file; the others count all the same. */
async function sourceAt(disk: SpecDisk, path: string, root: string, origin: Origin): Promise<SpecSource> {
  const source = { path, root, origin };
  try {
    const info = await disk.stat(path);
    if (!info.isFile()) return { ...source, text: '', unreadable: 'it is no file' };
    if (info.size > maxBytes) return { ...source, text: '', unreadable: 'it is too large' };
    return { ...source, text: await disk.readFile(path, 'utf8') };
  } catch (error) {
    return { ...source, text: '', unreadable: messageOf(error) };
  }
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
