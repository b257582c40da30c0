import * as disk from 'node:fs/promises';

import * as vscode from 'vscode';

import type { SpecPlaces, SpecSet, SpecSource } from '../../spec/index.ts';
import { openProjects } from '../projects.ts';
import { lookup } from './spec-files.ts';

/** Agents and flows of the open projects, compiled here, so that they are shown while no runner is there. */
export class SpecLibrary implements vscode.Disposable {
  readonly #places: Pick<SpecPlaces, 'home' | 'bundled'>;
  readonly #sets = new Map<string, Promise<SpecSet>>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned: vscode.Disposable[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(places: Pick<SpecPlaces, 'home' | 'bundled'>) {
    this.#places = places;
    this.#owned.push(this.#changed);
  }

  /** Hears of files that come, change and go. */
  watch(): void {
    const patterns = [
      // Of a folder that goes, the editor tells nothing about its files.
      '**/.pantheon',
      '**/.pantheon/*',
      '**/.pantheon/**/*.{agent.md,flow.yaml,flow.yml,json}',
      new vscode.RelativePattern(vscode.Uri.file(this.#places.home), '{agents,flows}/**'),
    ];
    this.#owned.push(
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (this.sourceOf(document) !== undefined) this.forget();
      }),
    );
    for (const pattern of patterns) {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const forget = () => this.forget();
      this.#owned.push(
        watcher,
        watcher.onDidCreate(forget),
        watcher.onDidChange(forget),
        watcher.onDidDelete(forget),
      );
    }
    // On Linux the editor does not watch a folder that was made together with its parent: what is saved here is heard anyway,
    // and what others wrote there when the person comes back.
    this.#owned.push(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (isSpecFile(uri)) this.forget();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.forget();
      }),
    );
  }

  /** Reads everything again at the next question. */
  forget(): void {
    this.#sets.clear();
    this.#changed.fire();
  }

  /** What a project's files mean together, as they are on disk. */
  of(project: string): Promise<SpecSet> {
    const known = this.#sets.get(project);
    if (known !== undefined) return known;
    const loading = this.#load(project);
    this.#sets.set(project, loading);
    return loading;
  }

  /** A document as the checker wants it, with its buffer's text; `undefined` when it is no agent or flow file. */
  sourceOf(
    document: vscode.TextDocument,
  ): { readonly source: SpecSource; readonly project: string } | undefined {
    if (document.uri.scheme !== 'file' || !isSpecFile(document.uri)) return undefined;
    const path = slashes(document.uri.fsPath);
    const { home, bundled } = this.#places;
    const text = document.getText();
    const projects = openProjects();
    const own = projects.find((project) => path.startsWith(`${slashes(project)}/.pantheon/`));
    const [first] = projects;
    if (own !== undefined) {
      return { source: { path, root: `${slashes(own)}/.pantheon`, origin: 'workspace', text }, project: own };
    }
    if (first === undefined) return undefined;
    if (path.startsWith(`${slashes(home)}/`)) {
      return { source: { path, root: slashes(home), origin: 'user', text }, project: first };
    }
    if (path.startsWith(`${slashes(bundled)}/`)) {
      return { source: { path, root: slashes(bundled), origin: 'bundled', text }, project: first };
    }
    return undefined;
  }

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  async #load(project: string): Promise<SpecSet> {
    const { loadSpecs, readSpecFiles } = await import('../../spec/index.ts');
    return loadSpecs(await readSpecFiles({ workspaceRoot: project, ...this.#places }, disk), lookup);
  }
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

export function isSpecFile(uri: vscode.Uri): boolean {
  return /\.(agent\.md|flow\.ya?ml)$/.test(uri.path);
}
