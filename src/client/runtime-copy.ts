import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { UserError } from '../common/index.ts';
import { homePaths, type BuildInfo } from '../protocol/index.ts';
import { isRuntimeFile, linkTree, packageClosure } from './runtime-files.ts';

/** Where the built product lies: the folder that holds `dist/`, `agents/` and `node_modules/`. */
export interface Installation {
  readonly root: string;
  readonly build: BuildInfo;
}

/** Reads what was built; throws `UserError` when nothing was. */
export async function readInstallation(root: string): Promise<Installation> {
  try {
    return { root, build: JSON.parse(await readFile(join(root, 'dist', 'build.json'), 'utf8')) as BuildInfo };
  } catch (error) {
    throw new UserError(
      'not-built',
      `Pantheon is not built in ${root}.`,
      'Run `npm ci` there, which builds it.',
      {
        cause: error,
      },
    );
  }
}

/**
 * Copies what the daemon needs to `PANTHEON_HOME/runtime/<version>-<hash>` and returns that folder, so that an update of
 * the installation never changes or blocks a daemon that runs. Two starters at once are harmless: the first rename wins.
 */
export async function copyRuntime(installation: Installation, home: string): Promise<string> {
  const { root, build } = installation;
  const parent = homePaths(home).runtime;
  const target = join(parent, `${build.version}-${build.hash.slice(0, 12)}`);
  if (existsSync(join(target, 'dist', 'build.json'))) return target;
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, '.draft-'));
  try {
    await cp(join(root, 'dist'), join(draft, 'dist'), { recursive: true, filter: isRuntimeFile });
    await cp(join(root, 'agents'), join(draft, 'agents'), { recursive: true, filter: isRuntimeFile });
    for (const folder of await packageClosure(root, 'node-llama-cpp')) {
      await linkTree(folder, join(draft, relative(root, folder)));
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(join(target, 'dist', 'build.json'))) throw error;
  }
  await removeOld(parent, target);
  return target;
}

/** Keeps the newest three runtimes; a daemon that still runs from an older one has its files open or is about to be replaced. */
async function removeOld(parent: string, current: string): Promise<void> {
  const folders = (await readdir(parent, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const dated = await Promise.all(
    folders.map(async (entry) => {
      const path = join(parent, entry.name);
      return {
        path,
        mtimeMs: await stat(path).then(
          (info) => info.mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  const others = dated.filter(({ path }) => path !== current).sort((a, b) => b.mtimeMs - a.mtimeMs);
  const dayMs = 24 * 3600_000;
  for (const { path, mtimeMs } of others.slice(2)) {
    if (Date.now() - mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}
