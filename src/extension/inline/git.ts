import * as vscode from 'vscode';

/** The part of the API of VS Code's git extension (version 1) that is used here. */
export interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<'uninitialized' | 'initialized'>;
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: vscode.Event<GitRepository>;
  readonly onDidCloseRepository: vscode.Event<GitRepository>;
  getRepository(uri: vscode.Uri): GitRepository | null;
}
export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly commit?: string; readonly name?: string } | undefined;
    readonly onDidChange: vscode.Event<void>;
  };
  /** Text of a file at a commit. */
  show(ref: string, path: string): Promise<string>;
}
interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  getAPI(version: 1): GitApi;
}

/** VS Code's own git, once it has looked for repositories; `undefined` where it is turned off. */
export async function gitApi(signal: AbortSignal): Promise<GitApi | undefined> {
  const git = await gitExtension();
  return git?.enabled === true ? await initialized(git, signal) : undefined;
}

/** Uses git whenever it is there: at first, and again each time that the person turns it on. What it used before is let go. */
export class GitFollower implements vscode.Disposable {
  readonly #use: (git: GitApi) => vscode.Disposable;
  readonly #note: (error: unknown) => void;
  readonly #ended = new AbortController();
  #listener: vscode.Disposable | undefined;
  #used: vscode.Disposable | undefined;

  constructor(use: (git: GitApi) => vscode.Disposable, note: (error: unknown) => void) {
    this.#use = use;
    this.#note = note;
  }

  /** Settles once git was used, or is known to be off or missing. */
  async begin(): Promise<void> {
    try {
      const git = await gitExtension();
      if (git === undefined || this.#ended.signal.aborted) return;
      this.#listener = git.onDidChangeEnablement(() => void this.#look(git).catch(this.#note));
      await this.#look(git);
    } catch (error) {
      this.#note(error);
    }
  }

  dispose(): void {
    this.#ended.abort(new Error('The window closes.'));
    this.#listener?.dispose();
    this.#used?.dispose();
  }

  async #look(git: GitExtension): Promise<void> {
    this.#used?.dispose();
    this.#used = undefined;
    // When it says that it was turned on, its parts are not all in place yet: they are at the end of this turn.
    await Promise.resolve();
    if (!git.enabled) return;
    const api = await initialized(git, this.#ended.signal);
    if (git.enabled && !this.#ended.signal.aborted) this.#used = this.#use(api);
  }
}

async function gitExtension(): Promise<GitExtension | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return undefined;
  return extension.isActive ? extension.exports : await extension.activate();
}

async function initialized(git: GitExtension, signal: AbortSignal): Promise<GitApi> {
  const api = git.getAPI(1);
  if (api.state === 'initialized') return api;
  await new Promise<void>((resolve) => {
    const listener = api.onDidChangeState((state) => {
      if (state === 'initialized') finish();
    });
    const finish = () => {
      listener.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    signal.addEventListener('abort', finish, { once: true });
  });
  return api;
}
