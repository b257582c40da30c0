import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

import * as vscode from 'vscode';

import { UserError } from '../common/index.ts';
import { placesIn } from './project-paths.ts';

/** The project that a folder belongs to, found as the command line finds it: nearest `.pantheon`, else the git root, else the folder. */
export function projectOf(folder: string): string {
  const start = realpathSync(folder);
  const home = homedir();
  for (const mark of ['.pantheon', '.git']) {
    for (let at = start; ; at = dirname(at)) {
      if (existsSync(join(at, mark)) && !(mark === '.pantheon' && at === home)) return at;
      if (at === dirname(at)) break;
    }
  }
  return start;
}

/** Projects of the folders that are open, each once. */
export function openProjects(): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return [
    ...new Set(folders.filter(({ uri }) => existsSync(uri.fsPath)).map(({ uri }) => projectOf(uri.fsPath))),
  ];
}

/** The project to act on: the active file's, else the only one, else the one that the person picks. `undefined` when they pick none. */
export async function chooseProject(): Promise<string | undefined> {
  const projects = openProjects();
  const active = vscode.window.activeTextEditor?.document.uri;
  const ofActive = active?.scheme === 'file' ? placesIn(projects, active.fsPath)[0]?.root : undefined;
  if (ofActive !== undefined) return ofActive;
  if (projects.length <= 1) {
    const [only] = projects;
    if (only !== undefined) return only;
    throw new UserError(
      'no-folder',
      vscode.l10n.t('No folder is open.'),
      vscode.l10n.t('Open the folder of a project first.'),
    );
  }
  const picked = await vscode.window.showQuickPick(
    projects.map((root) => ({ label: basename(root), description: root, root })),
    { title: vscode.l10n.t('Which project?') },
  );
  return picked?.root;
}

/** The address under which this window shows a file of a project: below the folder that is open, which may be a link. */
export function fileUri(root: string, path: string): vscode.Uri {
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    if (uri.scheme !== 'file' || !existsSync(uri.fsPath)) continue;
    const within = relative(realpathSync(uri.fsPath), join(root, path));
    if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) continue;
    return vscode.Uri.joinPath(uri, within);
  }
  return vscode.Uri.file(join(root, path));
}
