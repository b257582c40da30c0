import { execa } from 'execa';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../../common/index.ts';

/** Folders of one demo: its own data and a fresh copy of the project. */
export interface DemoFolders {
  readonly root: string;
  readonly home: string;
  readonly project: string;
}

const kept = 3;

/** Makes the folders of a new demo below the data folder and removes all but the newest earlier ones. */
export async function makeDemoFolders(pantheonHome: string, now: Date): Promise<DemoFolders> {
  const parent = join(pantheonHome, 'demo');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const earlier = (await readdir(parent)).filter((name) => /^\d{8}-\d{6}/.test(name)).toSorted();
  for (const name of earlier.slice(0, Math.max(0, earlier.length - kept + 1))) {
    await rm(join(parent, name), { recursive: true, force: true });
  }
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  let root = join(parent, stamp);
  for (let n = 2; existsSync(root); n += 1) root = join(parent, `${stamp}-${n}`);
  const folders = { root, home: join(root, 'home'), project: join(root, 'project') };
  await mkdir(folders.home, { recursive: true, mode: 0o700 });
  return folders;
}

/** Copies the shipped project and commits it in a repository of its own. */
export async function makeDemoProject(fixture: string, project: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(fixture)) {
    throw new UserError('no-demo', 'The demo project is not here.', 'Run the demo from a clone of Pantheon.');
  }
  await cp(fixture, project, { recursive: true });
  await git(project, ['init', '--quiet', '--initial-branch=main'], signal);
  await git(project, ['add', '--all'], signal);
  const author = [
    '-c',
    'user.name=Pantheon demo',
    '-c',
    'user.email=demo@localhost',
    '-c',
    'commit.gpgsign=false',
    // Tidying up goes on after the commit, by a process that nobody waits for.
    '-c',
    'maintenance.auto=false',
    '-c',
    'gc.auto=0',
  ];
  await git(project, [...author, 'commit', '--quiet', '--no-verify', '--message', 'A small library'], signal);
}

/** Runs git in a folder and gives its output; other repositories' variables are dropped. */
export async function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  try {
    const { stdout } = await execa('git', args, {
      cwd: folder,
      env: { ...env, GIT_CONFIG_NOSYSTEM: '1' },
      extendEnv: false,
      stripFinalNewline: false,
      cancelSignal: signal,
    });
    return stdout;
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { code?: unknown }).code === 'ENOENT') {
      throw new UserError(
        'git-missing',
        'git was not found.',
        'Install git 2.30 or newer (https://git-scm.com/downloads) and try again.',
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
