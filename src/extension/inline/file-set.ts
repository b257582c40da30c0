import * as vscode from 'vscode';

import { fileUri, openProjects } from '../projects.ts';
import { DocumentPlaces, type DocumentPlace } from './document-places.ts';
import { WindowFile, type Shown } from './window-file.ts';

/** A file that is not saved in this window. */
export interface BufferText {
  readonly path: string;
  readonly text: string;
}

/** The files under review that this window knows, by their place in a project and by the documents that show them. */
export class FileSet {
  readonly #files = new Map<string, WindowFile>();
  /** The same files by the path under which this window shows them: several, where one project lies in another. */
  readonly #byPath = new Map<string, WindowFile[]>();
  readonly #places = new DocumentPlaces();

  get all(): readonly WindowFile[] {
    return [...this.#files.values()];
  }

  /** Files with hunks to show, in the order of their paths. */
  get open(): readonly WindowFile[] {
    return this.all.filter(({ open }) => open.length > 0).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** The file of a place, known from now on. */
  known(root: string, path: string): WindowFile {
    const key = keyOf({ root, path });
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const file = new WindowFile(root, path);
    this.#files.set(key, file);
    this.#show(file);
    return file;
  }

  has(place: DocumentPlace): boolean {
    return this.#files.has(keyOf(place));
  }

  /** The file under review at an address of this window. Looks nothing up on the disk: the explorer asks for every row. */
  at(uri: vscode.Uri | undefined): WindowFile | undefined {
    if (uri?.scheme !== 'file' || this.#files.size === 0) return undefined;
    return chosen(this.#byPath.get(uri.fsPath) ?? []) ?? this.#at(this.#places.known(uri));
  }

  /** The file that a document shows. */
  of({ uri }: vscode.TextDocument): WindowFile | undefined {
    return this.#files.size === 0 ? undefined : this.#at(this.#places.of(uri));
  }

  /** Which project and path a document of this window is: as what it is under review, else in the innermost project. */
  placeOf(uri: vscode.Uri | undefined): DocumentPlace | undefined {
    const places = this.#places.of(uri);
    return this.#at(places) ?? places[0];
  }

  /** The document of a file, if this window has it open; the unsaved one if a link shows it twice. */
  documentOf(file: WindowFile): vscode.TextDocument | undefined {
    const key = keyOf(file);
    const documents = vscode.workspace.textDocuments.filter(({ uri, isClosed }) => {
      return !isClosed && this.#places.of(uri).some((place) => keyOf(place) === key);
    });
    return documents.find(({ isDirty }) => isDirty) ?? documents[0];
  }

  shownOf(file: WindowFile): Shown | undefined {
    const document = this.documentOf(file);
    return document === undefined ? undefined : { text: document.getText(), isDirty: document.isDirty };
  }

  /** Texts of files of the project that are not saved in this window. */
  unsavedIn(root: string): BufferText[] {
    return vscode.workspace.textDocuments.flatMap((document) => {
      const places = document.isDirty ? this.#places.of(document.uri) : [];
      const place = places.find((one) => one.root === root);
      return place === undefined ? [] : [{ path: place.path, text: document.getText() }];
    });
  }

  /** A document was closed. */
  closed({ uri }: vscode.TextDocument): void {
    this.#places.forget(uri);
  }

  /** Folders were added or removed: files may be shown under other paths, and those of a project that is gone are let go. */
  arrange(): void {
    this.#places.clear();
    this.#byPath.clear();
    const projects = openProjects();
    for (const [key, { root }] of this.#files) if (!projects.includes(root)) this.#files.delete(key);
    for (const file of this.all) this.#show(file);
  }

  #at(places: readonly DocumentPlace[]): WindowFile | undefined {
    return chosen(places.flatMap((place) => this.#files.get(keyOf(place)) ?? []));
  }

  #show(file: WindowFile): void {
    const path = fileUri(file.root, file.path).fsPath;
    this.#byPath.set(path, [...(this.#byPath.get(path) ?? []), file]);
  }
}

/** Of several projects that may have a file under review, the one that has hunks open in it, else one that has it at all. */
function chosen(files: readonly WindowFile[]): WindowFile | undefined {
  return files.find(({ open }) => open.length > 0) ?? files.find(({ isGone }) => !isGone) ?? files[0];
}

function keyOf({ root, path }: DocumentPlace): string {
  return `${root}\n${path}`;
}
