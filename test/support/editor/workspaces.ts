import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { execa } from 'execa';

import { demoProjectDir } from '../../fixtures/demo-project.ts';

/** Copies the demo project into a new folder, adds files by their paths, and commits it all. Returns the folder. */
export async function makeDemoWorkspace(
  parent: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = join(parent, 'pocketknife');
  cpSync(demoProjectDir, folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await commitAll(folder);
  return folder;
}

export function makeEmptyWorkspace(parent: string): string {
  const folder = join(parent, 'empty');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The demo project with a project of its own inside it; returns a workspace file that opens both. */
export async function makeNestedWorkspace(parent: string): Promise<string> {
  const outer = await makeDemoWorkspace(parent, { 'inner/.pantheon/.gitkeep': '' });
  const file = join(parent, 'both.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ path: outer }, { path: join(outer, 'inner') }] }));
  return file;
}

/** Makes a repository of a folder, with everything in one commit. */
export async function commitAll(folder: string): Promise<void> {
  const git = (...args: string[]) => execa('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Somebody');
  await git('config', 'user.email', 'somebody@localhost');
  await git('config', 'commit.gpgsign', 'false');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'A small library');
}
