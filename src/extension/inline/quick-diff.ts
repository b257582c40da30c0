import * as vscode from 'vscode';

import { messageOf } from '../../common/index.ts';
import type { Host } from '../host.ts';
import { fileUri } from '../projects.ts';
import { count } from '../words.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { GitFollower } from './git.ts';
import { showHunkCommand } from './places.ts';
import type { WindowFile } from './window-file.ts';

export const baseScheme = 'pantheon-base';

/** The address of a file's text without its open hunks. */
export function baseUri(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: baseScheme });
}

interface Shelf {
  readonly control: vscode.SourceControl;
  readonly group: vscode.SourceControlResourceGroup;
}

/**
 * The gutter: a source control for each project that has open hunks, and only then. Among equals the peek opens with the one
 * that was registered last, so ours is made after git's, and made anew when git opens another repository or is
 * turned on.
 */
export class QuickDiff implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #files: FilesUnderReview;
  readonly #shelves = new Map<string, Shelf>();
  readonly #baseChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #owned: vscode.Disposable[] = [];
  readonly #git: GitFollower;
  #isAfterGit = false;
  #waitsForGit = false;
  #isDisposed = false;

  readonly onDidChange = this.#baseChanged.event;

  constructor(host: Host, files: FilesUnderReview) {
    this.#files = files;
    this.#git = new GitFollower(
      (git) => {
        if (this.#isAfterGit) this.#rebuild();
        return git.onDidOpenRepository(() => this.#rebuild());
      },
      (error) => host.log.warn(`git: ${messageOf(error)}`),
    );
    this.#owned.push(
      this.#git,
      this.#baseChanged,
      vscode.workspace.registerTextDocumentContentProvider(baseScheme, this),
      files.onDidChange((changed) => {
        for (const file of changed) this.#baseChanged.fire(baseUri(fileUri(file.root, file.path)));
        this.#arrange();
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#files.at(uri.with({ scheme: 'file' }))?.original ?? '';
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const { control } of this.#shelves.values()) control.dispose();
    this.#shelves.clear();
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  /** Makes and removes source controls, and lists the files that wait. */
  #arrange(): void {
    const open = this.#files.open;
    if (open.length > 0 && !this.#isAfterGit) {
      void this.#waitForGit();
      return;
    }
    const roots = new Set(open.map(({ root }) => root));
    for (const [root, { control }] of this.#shelves) {
      if (roots.has(root)) continue;
      control.dispose();
      this.#shelves.delete(root);
    }
    for (const root of roots) {
      const shelf = this.#shelves.get(root) ?? this.#build(root);
      const files = open.filter((file) => file.root === root);
      shelf.control.count = files.length;
      shelf.group.resourceStates = files.map(resourceState);
    }
  }

  #build(root: string): Shelf {
    const control = vscode.scm.createSourceControl('pantheon', 'Pantheon', vscode.Uri.file(root));
    control.inputBox.visible = false;
    control.quickDiffProvider = {
      provideOriginalResource: (uri) =>
        (this.#files.at(uri)?.open.length ?? 0) > 0 ? baseUri(uri) : undefined,
    };
    const group = control.createResourceGroup('review', vscode.l10n.t('Under Review'));
    group.hideWhenEmpty = true;
    const shelf = { control, group };
    this.#shelves.set(root, shelf);
    return shelf;
  }

  async #waitForGit(): Promise<void> {
    if (this.#waitsForGit) return;
    this.#waitsForGit = true;
    await this.#git.begin();
    if (this.#isDisposed) return;
    this.#isAfterGit = true;
    this.#arrange();
  }

  #rebuild(): void {
    for (const { control } of this.#shelves.values()) control.dispose();
    this.#shelves.clear();
    this.#arrange();
  }
}

function resourceState(file: WindowFile): vscode.SourceControlResourceState {
  const [first] = file.open;
  return {
    resourceUri: fileUri(file.root, file.path),
    contextValue: 'pantheonFile',
    decorations: { tooltip: vscode.l10n.t('{0} to decide', count(file.open.length, 'hunk')) },
    ...(first === undefined ? {} : { command: showHunkCommand(first.id) }),
  };
}
