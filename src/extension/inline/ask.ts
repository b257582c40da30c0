import * as vscode from 'vscode';

import type { RefusedHunk, RejectReason } from '../../protocol/index.ts';
import { count } from '../words.ts';

/** Why a person rejects, as far as they say. */
export interface Why {
  readonly reason?: RejectReason;
  readonly words?: string;
}

const reasons = (): Readonly<Record<RejectReason, string>> => ({
  wrong: vscode.l10n.t('It is wrong'),
  unneeded: vscode.l10n.t('It is not needed'),
  style: vscode.l10n.t('I would write it differently'),
  'too-large': vscode.l10n.t('It is too large'),
  'breaks-tests': vscode.l10n.t('It breaks tests'),
  duplicate: vscode.l10n.t('I have it already'),
  'good-idea-bad-code': vscode.l10n.t('Good idea, bad code'),
});

/** The reason, which nobody has to give: Enter rejects without one. `undefined` when the person thought better of it. */
export async function askWhy(amount: number): Promise<Why | undefined> {
  type Item = vscode.QuickPickItem & { readonly why: Why | 'words' };
  const items: readonly Item[] = [
    { label: `$(close) ${vscode.l10n.t('Reject')}`, description: vscode.l10n.t('without a reason'), why: {} },
    ...(Object.entries(reasons()) as [RejectReason, string][]).map(([reason, label]): Item => ({
      label,
      why: { reason },
    })),
    { label: `$(edit) ${vscode.l10n.t('In my own words…')}`, why: 'words' },
  ];
  const title = vscode.l10n.t('Reject {0}', count(amount, 'hunk'));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t(
      'Enter rejects; a reason helps the agents to learn. Escape leaves everything as it is.',
    ),
  });
  if (picked === undefined) return undefined;
  if (picked.why !== 'words') return picked.why;
  const words = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Why? It stays on this machine.'),
  });
  return words === undefined ? undefined : words.trim() === '' ? {} : { words };
}

const typedScheme = 'pantheon-typed';

/**
 * A reject would lose what the person typed inside a hunk: shows what stood there before beside what stands there now, and
 * asks what shall stand there. `undefined` leaves everything as it is.
 */
export async function askInstead({ typed }: RefusedHunk, path: string): Promise<string | undefined> {
  if (typed === undefined) return undefined;
  const texts = new Map([
    ['before', typed.before],
    ['now', typed.now],
  ]);
  const provider = vscode.workspace.registerTextDocumentContentProvider(typedScheme, {
    provideTextDocumentContent: ({ query }) => texts.get(query) ?? '',
  });
  const side = (query: string) => vscode.Uri.from({ scheme: typedScheme, path: `/${path}`, query });
  const name = path.split('/').at(-1) ?? path;
  try {
    await vscode.commands.executeCommand(
      'vscode.diff',
      side('before'),
      side('now'),
      vscode.l10n.t('{0}: before the hunk ↔ with your typing', name),
      { preview: true, preserveFocus: true },
    );
    type Item = vscode.QuickPickItem & { readonly instead: string };
    const items: readonly Item[] = [
      {
        label: `$(discard) ${vscode.l10n.t('Put back what was there before')}`,
        description: vscode.l10n.t('what you typed inside this hunk goes too'),
        instead: typed.before,
      },
      {
        label: `$(pencil) ${vscode.l10n.t('Keep what stands there now')}`,
        description: vscode.l10n.t('with your typing; the hunk counts as rejected'),
        instead: typed.now,
      },
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('You typed inside this hunk'),
      placeHolder: vscode.l10n.t('What shall stand there? Escape leaves it open.'),
      ignoreFocusOut: true,
    });
    return picked?.instead;
  } finally {
    await closeTabs(typedScheme);
    provider.dispose();
  }
}

async function closeTabs(scheme: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.original.scheme === scheme);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}
