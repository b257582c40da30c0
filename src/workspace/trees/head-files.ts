import type { TreeEntry } from '../types.ts';
import { GitError, runGit, splitZ } from './git.ts';
import { isOwnWorkTree } from './listing.ts';

/** A file as HEAD has it where that is not what a tree has; `content: null` where HEAD has none. */
export interface HeadFile {
  readonly path: string;
  readonly mode: TreeEntry['mode'];
  readonly content: Buffer | null;
}

/**
 * What HEAD of the repository that `root` lies in has otherwise than a tree, file by file, paths relative to `root`.
 * Files that differ only in line ends are equal: a repository may store them in another form than it checks them out.
 * `undefined` where there is no repository or no commit. Reads the person's repository and writes nothing.
 */
export async function headFiles(
  root: string,
  tree: ReadonlyMap<string, TreeEntry>,
  read: (blob: string) => Promise<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly HeadFile[] | undefined> {
  const listed = await listHead(root, signal);
  if (listed === undefined) return undefined;
  const { files: head, submodules } = listed;
  const isOwn = (path: string) => !submodules.some((folder) => path.startsWith(`${folder}/`));
  const differing = [...head.values()].filter(
    ({ path, blob, mode }) => tree.get(path)?.blob !== blob || tree.get(path)?.mode !== mode,
  );
  const contents = await readBlobs(
    root,
    differing.map(({ blob }) => blob),
    signal,
  );
  const changed: HeadFile[] = [];
  for (const [index, { path, mode, blob }] of differing.entries()) {
    const content = contents[index];
    if (content === undefined) continue;
    const now = tree.get(path);
    if (now !== undefined && now.mode === mode && now.blob !== blob) {
      if (withoutReturns(content).equals(withoutReturns(await read(now.blob)))) continue;
    }
    changed.push({ path, mode, content });
  }
  for (const { path, mode } of tree.values()) {
    if (!head.has(path) && isOwn(path)) changed.push({ path, mode, content: null });
  }
  return changed;
}

async function listHead(
  root: string,
  signal: AbortSignal,
): Promise<{ files: ReadonlyMap<string, TreeEntry>; submodules: readonly string[] } | undefined> {
  if (!(await isOwnWorkTree(root, signal))) return undefined;
  const files = new Map<string, TreeEntry>();
  const submodules: string[] = [];
  try {
    for (const line of splitZ(await runGit(['ls-tree', '-r', '-z', 'HEAD'], { cwd: root }, signal))) {
      const tab = line.indexOf('\t');
      const [mode, , blob = ''] = line.slice(0, tab).split(' ');
      const path = line.slice(tab + 1);
      if (mode === '160000') submodules.push(path);
      else files.set(path, { path, mode: mode as TreeEntry['mode'], blob });
    }
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
  return { files, submodules };
}

/** Contents in the order of the names; `undefined` for what the repository has not got (a partial clone). */
async function readBlobs(
  root: string,
  blobs: readonly string[],
  signal: AbortSignal,
): Promise<readonly (Buffer | undefined)[]> {
  if (blobs.length === 0) return [];
  const input = blobs.map((blob) => `${blob}\n`).join('');
  // Nothing is fetched: what is not here is left out.
  const call = { cwd: root, input, env: { GIT_NO_LAZY_FETCH: '1' } };
  const output = await runGit(['cat-file', '--batch'], call, signal);
  let at = 0;
  return blobs.map(() => {
    const end = output.indexOf(0x0a, at);
    const [, type, size = '0'] = output.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (type !== 'blob') return undefined;
    const content = output.subarray(at, at + Number(size));
    at += Number(size) + 1;
    return content;
  });
}

function withoutReturns(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.includes(0x0d) ? bytes.filter((byte) => byte !== 0x0d) : bytes);
}
