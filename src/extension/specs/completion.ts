import * as vscode from 'vscode';

import type { Completion } from '../../spec/index.ts';
import type { DaemonLink } from '../daemon-link.ts';
import { toRange } from './diagnostics.ts';
import type { SpecLibrary } from './library.ts';
import { typedModel } from './model-place.ts';

const kinds: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  reference: vscode.CompletionItemKind.Reference,
  function: vscode.CompletionItemKind.Function,
};

/** Completes keys, agents, expressions, and the models that are installed. */
export function registerCompletion(library: SpecLibrary, link: DaemonLink): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    [{ pattern: '**/*.agent.md' }, { pattern: '**/*.flow.{yaml,yml}' }],
    {
      provideCompletionItems: async (document, position) => [
        ...(await written(library, document, position)),
        ...(await models(library, link, document, position)),
      ],
    },
    ':',
    '/',
    ' ',
    '.',
    '[',
  );
}

async function written(
  library: SpecLibrary,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const known = library.sourceOf(document);
  if (known === undefined) return [];
  const [{ completionsAt }, set] = await Promise.all([
    import('../../spec/index.ts'),
    library.of(known.project),
  ]);
  return completionsAt(known.source, position, set).map((one) => {
    const item = new vscode.CompletionItem(one.label, kinds[one.kind]);
    item.detail = one.detail;
    item.insertText = one.newText;
    item.range = toRange(one.range);
    return item;
  });
}

/** Names of installed models, where an agent names its own. */
async function models(
  library: SpecLibrary,
  link: DaemonLink,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const known = library.sourceOf(document);
  if (known === undefined || !document.fileName.endsWith('.agent.md')) return [];
  const lines = known.source.text.split(/\r\n|\n|\r/);
  const typed = typedModel(lines, position.line, position.character);
  if (typed === undefined) return [];
  const view = await link.ask('models', { workspace: known.project });
  const range = new vscode.Range(position.translate(0, -typed.length), position);
  return [...new Set(view?.models.map(({ name }) => name))].map((name) => {
    const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Value);
    item.detail = vscode.l10n.t('installed model');
    item.range = range;
    return item;
  });
}
