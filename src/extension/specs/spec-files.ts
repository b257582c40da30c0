import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Origin, SpecLookup, SpecSource } from '../../spec/index.ts';

/** Folders in which agents and flows are looked for, nearest first. */
export interface SpecPlaces {
  readonly project: string;
  /** Pantheon's data folder. */
  readonly home: string;
  /** The bundled `agents/`. */
  readonly bundled: string;
}

const specFile = /\.(agent\.md|flow\.ya?ml)$/;
const maxDepth = 4;

/** Texts of every agent, flow and settings file that counts for a project. */
export async function readSpecFiles({ project, home, bundled }: SpecPlaces): Promise<readonly SpecSource[]> {
  const own = join(project, '.pantheon');
  const found = await Promise.all([
    below(own, join(own, 'agents'), 'workspace', 0),
    below(own, join(own, 'flows'), 'workspace', 0),
    one(own, join(own, 'pantheon.yaml'), 'workspace'),
    below(home, join(home, 'agents'), 'user', 0),
    below(home, join(home, 'flows'), 'user', 0),
    below(bundled, bundled, 'bundled', 0),
  ]);
  return found.flat();
}

async function below(root: string, folder: string, origin: Origin, depth: number): Promise<SpecSource[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<SpecSource[]> => {
        const path = join(folder, entry.name);
        if (!entry.isDirectory()) return specFile.test(entry.name) ? await one(root, path, origin) : [];
        const isWanted = depth < maxDepth && entry.name !== 'node_modules' && entry.name !== 'training';
        return isWanted ? await below(root, path, origin, depth + 1) : [];
      }),
  );
  return found.flat();
}

async function one(root: string, path: string, origin: Origin): Promise<SpecSource[]> {
  try {
    return [{ path: slashes(path), root: slashes(root), origin, text: await readFile(path, 'utf8') }];
  } catch {
    // It went away between listing and reading, or cannot be read: then it does not count.
    return [];
  }
}

/** What a file refers to, read when it is asked for. */
export const lookup: SpecLookup = {
  read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
};

export function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
