import { readdir, readFile, stat } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf } from '../common/index.ts';
import { loadSpecs, type Origin, type SpecSet, type SpecSource } from '../spec/index.ts';

/** Folders in which agents and flows are looked for, nearest first. */
export interface SpecFolders {
  readonly workspaceRoot: string;
  readonly home: string;
  /** The bundled `agents/` beside the code. */
  readonly bundled: string;
}

/** Reads every agent, flow and settings file that counts for a workspace and compiles them. */
export async function readSpecs(folders: SpecFolders): Promise<SpecSet> {
  const own = join(folders.workspaceRoot, '.pantheon');
  const sources = (
    await Promise.all([
      sourcesBelow(own, join(own, 'agents'), 'workspace'),
      sourcesBelow(own, join(own, 'flows'), 'workspace'),
      settingsFile(own),
      sourcesBelow(folders.home, join(folders.home, 'agents'), 'user'),
      sourcesBelow(folders.home, join(folders.home, 'flows'), 'user'),
      sourcesBelow(folders.bundled, folders.bundled, 'bundled'),
    ])
  ).flat();
  return loadSpecs(sources, { read: readIfThere });
}

/** Text of a file for the pure loader, which asks for schemas and the like by path. */
export function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

const specFile = /\.(agent\.md|flow\.ya?ml)$/;
const maxDepth = 4;

async function sourcesBelow(root: string, folder: string, origin: Origin, depth = 0): Promise<SpecSource[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<SpecSource[]> => {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && depth < maxDepth && entry.name !== 'node_modules') {
          return await sourcesBelow(root, path, origin, depth + 1);
        }
        if (!specFile.test(entry.name)) return [];
        return [await sourceAt(path, root, origin)];
      }),
  );
  return found.flat();
}

async function settingsFile(root: string): Promise<SpecSource[]> {
  const path = join(root, 'pantheon.yaml');
  return existsSync(path) ? [await sourceAt(path, root, 'workspace')] : [];
}

/** More than any file that is accepted has. */
const maxBytes = 4_000_000;

/** A file that cannot be read is a remark about that file; the others count all the same. */
async function sourceAt(path: string, root: string, origin: Origin): Promise<SpecSource> {
  const source = { path: slashes(path), root: slashes(root), origin };
  try {
    const info = await stat(path);
    if (!info.isFile()) return { ...source, text: '', unreadable: 'it is no file' };
    if (info.size > maxBytes) return { ...source, text: '', unreadable: 'it is too large' };
    return { ...source, text: await readFile(path, 'utf8') };
  } catch (error) {
    return { ...source, text: '', unreadable: messageOf(error) };
  }
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
