import * as vscode from 'vscode';

/** Resolves with what `look` gives, as soon as it gives something: now, or after one of the events. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  ...events: readonly vscode.Event<unknown>[]
): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const listeners: vscode.Disposable[] = [];
    const check = async () => {
      const seen = await look();
      if (seen === undefined) return;
      for (const one of listeners.splice(0)) one.dispose();
      resolve(seen);
    };
    const tryCheck = () => void check().catch(reject);
    for (const event of events) listeners.push(event(tryCheck));
    tryCheck();
  });
}

/** Remarks of Pantheon on a document that satisfy a condition. */
export async function diagnosticsOf(
  uri: vscode.Uri,
  isWanted: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  const own = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Pantheon');
  return await until(() => (isWanted(own()) ? own() : undefined), vscode.languages.onDidChangeDiagnostics);
}
