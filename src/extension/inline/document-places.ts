import type * as vscode from 'vscode';

import { inside, openProjects } from '../projects.ts';

/** A file of an open project: its folder, and its path below it with `/`. */
export interface DocumentPlace {
  readonly root: string;
  readonly path: string;
}

/** Where the documents of this window lie. A document may be shown under a path that leads through links. */
export class DocumentPlaces {
  readonly #known = new Map<string, DocumentPlace | undefined>();

  /** Looks at the disk the first time a document is asked about; `undefined` for one in no open project. */
  of(uri: vscode.Uri | undefined): DocumentPlace | undefined {
    if (uri?.scheme !== 'file') return undefined;
    if (this.#known.has(uri.fsPath)) return this.#known.get(uri.fsPath);
    const place = openProjects()
      .map((root) => ({ root, path: inside(root, uri.fsPath) }))
      .find((one): one is DocumentPlace => one.path !== undefined);
    this.#known.set(uri.fsPath, place);
    return place;
  }

  /** As far as it is known: looks nothing up. */
  known(uri: vscode.Uri): DocumentPlace | undefined {
    return this.#known.get(uri.fsPath);
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
