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
  getAPI(version: 1): GitApi;
}

/** VS Code's own git, once it has looked for repositories; `undefined` where it is turned off. */
export async function gitApi(signal: AbortSignal): Promise<GitApi | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return undefined;
  const { enabled, getAPI } = await activated(extension);
  if (!enabled) return undefined;
  const api = getAPI(1);
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

async function activated(
  extension: vscode.Extension<GitExtension>,
): Promise<{ enabled: boolean; getAPI: (version: 1) => GitApi }> {
  const exported = extension.isActive ? extension.exports : await extension.activate();
  return { enabled: exported.enabled, getAPI: (version) => exported.getAPI(version) };
}
