// The parts of VS Code's API on which unit tests of the extension stand. Importing this file makes `vscode` mean it, so a
// test imports the file under test afterwards: `await import(…)`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: import.meta.url, shortCircuit: true } : next(specifier, context),
});

type Listener<T> = (value: T) => unknown;

export class Disposable {
  readonly #end: () => unknown;
  constructor(end: () => unknown) {
    this.#end = end;
  }
  dispose(): void {
    this.#end();
  }
}

/** Like the editor's: a listener that fails stops no other. */
export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class RelativePattern {}

export const Uri = {
  file: (fsPath: string) => ({ scheme: 'file', fsPath }),
  joinPath: ({ fsPath }: { readonly fsPath: string }, ...names: string[]) =>
    Uri.file([fsPath, ...names].join('/')),
};

export const l10n = {
  t: (text: string, ...values: readonly unknown[]) =>
    text.replaceAll(/\{(\d+)\}/g, (_, number: string) => String(values[Number(number)])),
};

/** What a test sees and does of the editor. */
export const stage = {
  /** Messages that were shown; nobody answers them. */
  said: [] as string[],
  onSaid: (() => {}) as () => unknown,
  /** Files that are watched were made or changed. */
  files: new EventEmitter<void>(),
  reset(): void {
    stage.said = [];
    stage.onSaid = () => {};
    stage.files = new EventEmitter();
    workspace.workspaceFolders = [];
  },
};

export const window = {
  onDidChangeWindowState: new EventEmitter<{ readonly focused: boolean }>().event,
  showInformationMessage: (text: string) => {
    stage.said.push(text);
    stage.onSaid();
    return new Promise<undefined>(() => {});
  },
};

export const workspace = {
  isTrusted: true,
  workspaceFolders: [] as readonly { readonly uri: ReturnType<typeof Uri.file> }[],
  getConfiguration: () => ({ get: (_: string, usual: unknown) => usual }),
  createFileSystemWatcher: () => ({
    onDidCreate: stage.files.event,
    onDidChange: stage.files.event,
    dispose: () => {},
  }),
};

export const commands = { executeCommand: () => Promise.resolve() };
