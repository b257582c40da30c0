import { existsSync } from 'node:fs';
import { cp, link, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const left = /\.(map|vsix|d\.ts|d\.mts|d\.cts|tsbuildinfo|bundle)$|[\\/](training|__pycache__|addon)$/;
/** Whether a file is needed to run: no sources, maps, types or training data. */
export function isRuntimeFile(path: string): boolean {
  return !left.test(path);
}

/** Folders of a package and of everything that it needs at run time, as installed below `root`. */
export async function packageClosure(root: string, name: string): Promise<readonly string[]> {
  const found = new Set<string>();
  const visit = async (from: string, wanted: string): Promise<void> => {
    const folder = findPackage(root, from, wanted);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
      optionalDependencies?: Record<string, string>;
    };
    for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      await visit(folder, next);
    }
  };
  await visit(root, name);
  return [...found];
}

function findPackage(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/**
 * Hard links where the system allows them, since installed packages are replaced, never rewritten, by npm; copies otherwise
 * and on Windows, where a loaded library cannot be deleted through any of its links. Nested packages are visited on their own.
 */
export async function linkTree(
  from: string,
  to: string,
  isWanted: (path: string) => boolean = isRuntimeFile,
): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.name === 'node_modules' || !isWanted(source)) continue;
    if (entry.isDirectory()) await linkTree(source, target, isWanted);
    else if (entry.isSymbolicLink()) await linkFile(await realpath(source), target);
    else await linkFile(source, target);
  }
}

async function linkFile(from: string, to: string): Promise<void> {
  if ((await stat(from)).isDirectory()) return;
  if (process.platform !== 'win32') {
    try {
      return await link(from, to);
    } catch {
      // Another file system, or one without hard links: copy.
    }
  }
  await cp(from, to);
}
