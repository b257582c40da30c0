import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import type { TrustView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { requireTrustedWindow } from '../messages.ts';
import { chooseProject } from '../projects.ts';

/** Shows what the project would run and records the answer. */
export async function trustWorkspace(host: Host): Promise<void> {
  requireTrustedWindow();
  const project = await chooseProject();
  if (project === undefined) return;
  const view = await host.link.act('trust.describe', { workspace: project });
  if (view.trusted) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This project is trusted: its flows and tests may run.'),
    );
    return;
  }
  await ask(host, view);
}

/** Whether the project's commands may run; asks when nobody was asked yet. */
export async function ensureTrust(host: Host, project: string): Promise<boolean> {
  const view = await host.link.act('trust.describe', { workspace: project });
  return view.trusted || (await ask(host, view));
}

const maxShown = 12;

async function ask(host: Host, view: TrustView): Promise<boolean> {
  const shown = view.commands.slice(0, maxShown).map(({ from, command }) => `${from}: ${command.join(' ')}`);
  const more = view.commands.length - shown.length;
  const detail = [
    vscode.l10n.t('Agents check their work by running this project’s tests and scripts on your machine.'),
    view.commands.length === 0
      ? vscode.l10n.t('The project brings no commands of its own flows.')
      : [
          vscode.l10n.t('Its own flows would also run:'),
          ...shown,
          ...(more > 0 ? [vscode.l10n.t('and {0} more', more)] : []),
        ].join('\n'),
    view.sandbox.available
      ? vscode.l10n.t('Checks run in a sandbox: no network, and only a copy of the project.')
      : view.sandbox.note === undefined
        ? vscode.l10n.t('There is no sandbox on this machine, so checks run with your rights.')
        : vscode.l10n.t(
            'There is no sandbox on this machine ({0}), so checks run with your rights.',
            view.sandbox.note,
          ),
  ].join('\n\n');
  const yes = vscode.l10n.t('Trust and Go On');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Trust {0}?', view.workspace),
    { modal: true, detail },
    yes,
  );
  if (answer !== yes) return false;
  await host.link.act('trust.grant', {
    workspace: view.workspace,
    hash: view.hash,
    commandId: randomUUID(),
  });
  return true;
}
