import type * as vscode from 'vscode';

import { placesIn } from '../project-paths.ts';
import { openProjects } from '../projects.ts';

/** A file of an open project: its folder, and its path below it with `/`. */
export interface DocumentPlace {
  readonly root: string;
  readonly path: string;
}

/**
 * Where the documents of this window lie. A document may be shown under a path that leads through links, and lies in several
 * projects where one is inside another.
 */
export class DocumentPlaces {
  readonly #known = new Map<string, readonly DocumentPlace[]>();

  /** Looks at the disk the first time a document is asked about; the innermost project first, none for one outside. */
  of(uri: vscode.Uri | undefined): readonly DocumentPlace[] {
    if (uri?.scheme !== 'file') return [];
    const known = this.#known.get(uri.fsPath);
    if (known !== undefined) return known;
    const places = placesIn(openProjects(), uri.fsPath);
    this.#known.set(uri.fsPath, places);
    return places;
  }

  /** As far as it is known: looks nothing up. */
  known(uri: vscode.Uri): readonly DocumentPlace[] {
    return this.#known.get(uri.fsPath) ?? [];
  }

  /** A document was closed; links may lead elsewhere when it is opened again. */
  forget(uri: vscode.Uri): void {
    this.#known.delete(uri.fsPath);
  }

  /** Folders were added or removed. */
  clear(): void {
    this.#known.clear();
  }
}
