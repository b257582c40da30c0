import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { runGit, tryGit, type GitCall } from './git.ts';
import { NEVER_IN_TREES } from './ignored.ts';

/** Calls git on the private bare repository of one workspace, cut off from the machine's and the person's git configuration. */
export interface PrivateRepository {
  readonly dir: string;
  /** True if the workspace's file system takes `A` and `a` for the same file. */
  readonly ignoreCase: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** An exclude file that names the folders which are left out of every tree. */
  readonly dependencyRules: string;
  git(args: readonly string[], signal: AbortSignal, call?: Partial<GitCall>): Promise<Buffer>;
}

/** Settings of the workspace's file system that decide how git reads it. */
const FILE_SYSTEM_KEYS = ['core.fileMode', 'core.symlinks', 'core.ignoreCase', 'core.precomposeUnicode'];

/** Bytes go in and come out as they are: `info/attributes` outranks every `.gitattributes` of the workspace. */
const EXACT_BYTES = '* -text -filter -ident -working-tree-encoding -eol -merge -diff\n';

/** Folders that nobody means when they say "the files of this project", where no `.gitignore` says so. */
const BUILT_IN_IGNORES = [
  ...NEVER_IN_TREES.map((name) => `${name}/`),
  'venv/',
  '__pycache__/',
  '.cache/',
  '.DS_Store',
  '.svn/',
  '.hg/',
  '.tox/',
  '.mypy_cache/',
  '.pytest_cache/',
  '*.swp',
];

/**
 * Opens or makes the bare repository `dir` for the files below `root`. It has no alternates (a gc of the person's
 * repository must not take blobs of undecided proposals), no hooks, and is never collected.
 */
export async function openPrivateRepository(
  dir: string,
  root: string,
  signal: AbortSignal,
): Promise<PrivateRepository> {
  const env = {
    GIT_DIR: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    // Git below 2.32 reads the person's configuration from HOME whatever GIT_CONFIG_GLOBAL says.
    HOME: dir,
    XDG_CONFIG_HOME: path.join(dir, 'no-config'),
  };
  await mkdir(dir, { recursive: true });
  if (!existsSync(path.join(dir, 'HEAD'))) {
    await runGit(
      ['init', '-q', '--bare', '--template=', '--initial-branch=main', dir],
      { cwd: dir, env: { ...env, GIT_DIR: dir } },
      signal,
    );
  }
  const fileSystem = await fileSystemSettings(root, signal);
  await writeFile(path.join(dir, 'config'), configText(fileSystem));
  await mkdir(path.join(dir, 'info'), { recursive: true });
  await writeFile(path.join(dir, 'info', 'attributes'), EXACT_BYTES);
  await writeFile(path.join(dir, 'info', 'exclude'), `${BUILT_IN_IGNORES.join('\n')}\n`);
  const dependencyRules = path.join(dir, 'info', 'dependency-folders');
  await writeFile(dependencyRules, NEVER_IN_TREES.map((name) => `${name}/\n`).join(''));
  await rm(path.join(dir, 'scratch'), { recursive: true, force: true });
  await mkdir(path.join(dir, 'scratch'));
  for (const lock of ['index.lock', 'config.lock', 'HEAD.lock'])
    await rm(path.join(dir, lock), { force: true });
  return {
    dir,
    ignoreCase: fileSystem.get('core.ignoreCase') === 'true',
    env,
    dependencyRules,
    git: (args, callSignal, call = {}) =>
      runGit(args, { cwd: dir, ...call, env: { ...env, ...call.env } }, callSignal),
  };
}

/** As git measured them when the person's repository was made; by platform where there is none. */
async function fileSystemSettings(root: string, signal: AbortSignal): Promise<Map<string, string>> {
  const isWindows = process.platform === 'win32';
  const isMac = process.platform === 'darwin';
  const settings = new Map([
    ['core.fileMode', String(!isWindows)],
    ['core.symlinks', String(!isWindows)],
    ['core.ignoreCase', String(isWindows || isMac)],
    ['core.precomposeUnicode', String(isMac)],
  ]);
  await Promise.all(
    FILE_SYSTEM_KEYS.map(async (key) => {
      const value = await tryGit(['config', '--local', '--type=bool', '--get', key], { cwd: root }, signal);
      if (value === 'true' || value === 'false') settings.set(key, value);
    }),
  );
  return settings;
}

function configText(fileSystem: ReadonlyMap<string, string>): string {
  const core = [...fileSystem].map(([key, value]) => `\t${key.slice('core.'.length)} = ${value}\n`).join('');
  return (
    `[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tautocrlf = false\n\tsafecrlf = false\n${core}` +
    '\tlogAllRefUpdates = false\n\tfsync = objects\n\tfsyncMethod = batch\n' +
    '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[diff]\n\trenames = true\n[index]\n\tthreads = false\n'
  );
}
