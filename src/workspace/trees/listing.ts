import { lstat } from 'node:fs/promises';
import path from 'node:path';

import { UserError } from '../../common/index.ts';
import { GitError, runGit, splitZ, tryGit, type GitCall } from './git.ts';
import { DEPENDENCY_FOLDERS } from './ignored.ts';
import type { PrivateRepository } from './private-repository.ts';

/** Untracked files above this size (data sets, core dumps) stay out of the tree; tracked ones are always taken. */
const UNTRACKED_LIMIT_BYTES = 100 * 1024 * 1024;

export interface Listing {
  /** Paths relative to the root, with `/`, in no particular order; files and symlinks only. */
  readonly paths: readonly string[];
  /** What was left out, one sentence each. */
  readonly notes: readonly string[];
}

/** How git is asked about one folder: by the repository it belongs to, or by rules alone where there is none. */
interface Asked {
  readonly call: GitCall;
  readonly isRepository: boolean;
}

/**
 * Lists the files of the workspace as the person's own git sees them: tracked and unignored ones, with submodules and
 * nested repositories asked by their own git. A folder without git follows its `.gitignore` files and a built-in list.
 * `hidden` is a folder that never belongs to it (the product's own data).
 */
export async function listWorkspace(
  root: string,
  repository: PrivateRepository,
  hidden: string,
  signal: AbortSignal,
): Promise<Listing> {
  const paths = new Set<string>();
  const notes: string[] = [];
  const hiddenPrefix = relativePrefix(root, hidden);
  const pending = [''];
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    const found = await listFolder(path.join(root, prefix), repository, signal);
    for (const name of found.files) {
      const file = prefix + name;
      if (hiddenPrefix !== undefined && file.startsWith(hiddenPrefix)) continue;
      if (file.includes('\uFFFD')) notes.push(`Left out, its name is not UTF-8: ${file}`);
      else paths.add(file);
    }
    for (const name of found.tooLarge) {
      paths.delete(prefix + name);
      notes.push(`Left out, untracked and larger than 100 MB: ${prefix}${name}`);
    }
    pending.push(
      ...found.nested.map((name) => `${prefix}${name}/`).filter((nested) => nested !== hiddenPrefix),
    );
  }
  return { paths: [...paths], notes };
}

/** Ignored folders of the workspace that hold dependencies (`node_modules`, `packages/a/node_modules`, `.venv` …). */
export async function listDependencyFolders(
  root: string,
  repository: PrivateRepository,
  signal: AbortSignal,
): Promise<string[]> {
  const asked = await whoToAsk(root, repository, signal);
  const output = await runGit(
    ['ls-files', '-z', '--others', '--ignored', '--directory', ...excludes(repository)],
    asked.call,
    signal,
  );
  return splitZ(output)
    .filter((entry) => entry.endsWith('/') && !entry.includes('\uFFFD'))
    .map((entry) => entry.slice(0, -1))
    .filter((folder) => folder.split('/').some((name) => DEPENDENCY_FOLDERS.includes(name)));
}

/** Commit and branch the person is on; `null` where there is none. */
export async function readHead(
  root: string,
  signal: AbortSignal,
): Promise<{ head: string | null; branch: string | null }> {
  const [head, branch] = await Promise.all([
    tryGit(['rev-parse', '--verify', '-q', 'HEAD^{commit}'], { cwd: root }, signal),
    tryGit(['symbolic-ref', '--short', '-q', 'HEAD'], { cwd: root }, signal),
  ]);
  return { head: head ?? null, branch: branch ?? null };
}

async function listFolder(dir: string, repository: PrivateRepository, signal: AbortSignal) {
  const asked = await whoToAsk(dir, repository, signal);
  const [tracked, others] = await Promise.all([
    asked.isRepository ? runGit(['ls-files', '-z', '--stage'], asked.call, signal) : Buffer.alloc(0),
    runGit(['ls-files', '-z', '--others', ...excludes(repository)], asked.call, signal),
  ]);
  const files: string[] = [];
  const nested: string[] = [];
  const tooLarge: string[] = [];
  for (const line of splitZ(tracked)) {
    const name = line.slice(line.indexOf('\t') + 1);
    if (!line.startsWith('160000 ')) files.push(name);
    else if (await isFolder(path.join(dir, name))) nested.push(name);
    else files.push(name); // A link or file stands where a submodule was; a missing one is taken as deleted.
  }
  for (const name of splitZ(others)) {
    if (name.endsWith('/')) nested.push(name.slice(0, -1));
    else if (await isTooLarge(path.join(dir, name))) tooLarge.push(name);
    else files.push(name);
  }
  return { files, nested, tooLarge };
}

function excludes(repository: PrivateRepository): string[] {
  return ['--exclude-standard', `--exclude-from=${repository.dependencyRules}`];
}

async function whoToAsk(dir: string, repository: PrivateRepository, signal: AbortSignal): Promise<Asked> {
  if (await isOwnWorkTree(dir, signal)) return { call: { cwd: dir }, isRepository: true };
  const env = {
    ...repository.env,
    GIT_WORK_TREE: dir,
    GIT_INDEX_FILE: path.join(repository.dir, 'scratch', 'always-empty'),
  };
  return { call: { cwd: dir, env }, isRepository: false };
}

/** True if `dir` is in a work tree of git that does not ignore it (a folder may lie ignored in somebody's larger repository). */
export async function isOwnWorkTree(dir: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await runGit(
      ['rev-parse', '--is-inside-work-tree', '--show-prefix'],
      { cwd: dir },
      signal,
    );
    const [inside, prefix = ''] = answer.toString('utf8').split('\n');
    if (inside !== 'true') return false;
    if (prefix === '') return true;
    const isIgnored = (await tryGit(['check-ignore', '-q', '.'], { cwd: dir }, signal)) !== undefined;
    return !isIgnored;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (!error.stderr.includes('dubious ownership')) return false;
    throw new UserError(
      'git-ownership',
      `git refuses ${dir}: it belongs to another user.`,
      `If you trust this folder, run: git config --global --add safe.directory "${dir}"`,
    );
  }
}

async function isFolder(file: string): Promise<boolean> {
  return lstat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isTooLarge(file: string): Promise<boolean> {
  return lstat(file).then(
    (found) => found.isFile() && found.size > UNTRACKED_LIMIT_BYTES,
    () => false,
  );
}

/** `inner` relative to `root` with a closing `/`, or `undefined` if it does not lie below it. */
function relativePrefix(root: string, inner: string): string | undefined {
  const relative = path.relative(root, inner).split(path.sep).join('/');
  const isBelow =
    relative !== '' && relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative);
  return isBelow ? `${relative}/` : undefined;
}
