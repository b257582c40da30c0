import * as vscode from 'vscode';

import type { Diagnostic, Range } from '../../spec/index.ts';
import type { SpecLibrary } from './library.ts';
import { lookup } from './spec-files.ts';

const severities: Readonly<Record<Diagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Remarks on agent and flow files: of open documents while they are typed in, of the others as they are on disk. */
export class SpecDiagnostics implements vscode.Disposable {
  readonly #library: SpecLibrary;
  readonly #projects: () => readonly string[];
  readonly #collection = vscode.languages.createDiagnosticCollection('pantheon');
  readonly #found = new Map<string, readonly Diagnostic[]>();
  readonly #owned: vscode.Disposable[] = [];

  constructor(library: SpecLibrary, projects: () => readonly string[]) {
    this.#library = library;
    this.#projects = projects;
    const check = (document: vscode.TextDocument) => void this.check(document);
    this.#owned.push(
      this.#collection,
      vscode.workspace.onDidOpenTextDocument(check),
      vscode.workspace.onDidChangeTextDocument(({ document }) => check(document)),
      vscode.workspace.onDidCloseTextDocument(() => void this.checkAll()),
      library.onDidChange(() => void this.checkAll()),
      vscode.languages.registerCodeActionsProvider(
        [{ pattern: '**/*.agent.md' }, { pattern: '**/*.flow.{yaml,yml}' }],
        { provideCodeActions: (document, range) => this.#fixes(document, range) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    );
  }

  /** Checks every file of the open projects. */
  async checkAll(): Promise<void> {
    const sets = await Promise.all(this.#projects().map((project) => this.#library.of(project)));
    const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.toString()));
    const byFile = Map.groupBy(
      sets.flatMap((set) => set.diagnostics),
      ({ path }) => vscode.Uri.file(path).toString(),
    );
    for (const known of this.#found.keys()) {
      if (!byFile.has(known) && !open.has(known)) this.#show(vscode.Uri.parse(known), []);
    }
    for (const [uri, diagnostics] of byFile) {
      if (!open.has(uri)) this.#show(vscode.Uri.parse(uri), diagnostics);
    }
    await Promise.all(vscode.workspace.textDocuments.map((document) => this.check(document)));
  }

  /** Checks one document as it is in its buffer. */
  async check(document: vscode.TextDocument): Promise<void> {
    const known = this.#library.sourceOf(document);
    if (known === undefined) return;
    const { version } = document;
    const [{ checkAgentFile, checkFlowFile }, set] = await Promise.all([
      import('../../spec/index.ts'),
      this.#library.of(known.project),
    ]);
    // A newer text has its own check under way.
    if (document.version !== version || document.isClosed) return;
    const found = known.source.path.endsWith('.agent.md')
      ? checkAgentFile(known.source, lookup)
      : checkFlowFile(known.source, lookup, set);
    this.#show(document.uri, found);
  }

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  #show(uri: vscode.Uri, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) {
      this.#found.delete(uri.toString());
      this.#collection.delete(uri);
      return;
    }
    this.#found.set(uri.toString(), diagnostics);
    this.#collection.set(
      uri,
      diagnostics.map(({ code, severity, message, range }) => {
        const shown = new vscode.Diagnostic(toRange(range), message, severities[severity]);
        shown.source = 'Pantheon';
        shown.code = code;
        return shown;
      }),
    );
  }

  #fixes(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.#found.get(document.uri.toString()) ?? []).flatMap(({ fix, range: at }) => {
      if (fix === undefined || toRange(at).intersection(range) === undefined) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, toRange(fix.range), fix.newText);
      action.isPreferred = true;
      return [action];
    });
  }
}

/** The checker counts as the editor does: lines and UTF-16 units from 0. */
export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
