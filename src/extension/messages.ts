import * as vscode from 'vscode';

import { isAbort, messageOf, UserError } from '../common/index.ts';
import { commandId } from './manifest/commands.ts';
import type { CommandName } from './manifest/commands.ts';
import type { Host } from './host.ts';

interface NextStep {
  readonly title: string;
  readonly command: string;
}

interface NextSteps {
  readonly says?: string;
  readonly steps: readonly NextStep[];
}

const own = (title: string, name: CommandName): NextStep => ({ title, command: commandId(name) });
const doctor = () => own(vscode.l10n.t('Run Doctor'), 'doctor');
const log = () => own(vscode.l10n.t('Show Log'), 'showLog');
const trust = () => own(vscode.l10n.t('Trust Workspace'), 'trustWorkspace');

/** The editor's next step for errors whose remedy elsewhere is a command line. */
function nextSteps(code: string): NextSteps | undefined {
  switch (code) {
    case 'untrusted':
      return { says: vscode.l10n.t('Pantheon shows what it would run and asks.'), steps: [trust()] };
    case 'trust-changed':
      return { says: vscode.l10n.t('Look at them once more.'), steps: [trust()] };
    case 'restricted':
      return {
        steps: [{ title: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' }],
      };
    case 'no-folder':
      return { steps: [{ title: vscode.l10n.t('Open Folder'), command: 'vscode.openFolder' }] };
    case 'flow-broken':
      return {
        says: vscode.l10n.t('The Problems view lists them with their places.'),
        steps: [{ title: vscode.l10n.t('Show Problems'), command: 'workbench.actions.view.problems' }],
      };
    case 'daemon-lost':
      return { says: vscode.l10n.t('Try again.'), steps: [log()] };
    case 'daemon-start':
      return { says: vscode.l10n.t('The log says more.'), steps: [log(), doctor()] };
    case 'runner-crashes':
      return { steps: [own(vscode.l10n.t('Start Background Runner'), 'startRunner'), doctor()] };
    case 'model-missing':
    case 'server-away':
      return { steps: [doctor()] };
    default:
      return undefined;
  }
}

/** Tells a person what went wrong and offers the next step. Nothing is said of what they cancelled themselves. */
export async function tell(host: Pick<Host, 'log'>, error: unknown): Promise<void> {
  if (isAbort(error) || error instanceof vscode.CancellationError) return;
  if (!(error instanceof UserError)) {
    host.log.error(error instanceof Error ? error : messageOf(error));
    await offer(vscode.window.showErrorMessage, vscode.l10n.t('Pantheon failed: {0}', messageOf(error)), [
      log(),
    ]);
    return;
  }
  host.log.warn(`${error.code}: ${error.message} ${error.remedy}`);
  const next = nextSteps(error.code);
  const text = `${error.message} ${next?.says ?? error.remedy}`.replaceAll('`', '');
  await offer(vscode.window.showErrorMessage, text, next?.steps ?? []);
}

/** Shows a message with the acts that may follow, and does the one that is chosen. */
export async function offer(
  show: (text: string, ...titles: string[]) => Thenable<string | undefined>,
  text: string,
  steps: readonly (NextStep & { readonly arguments?: readonly unknown[] })[],
): Promise<void> {
  const chosen = await show(text, ...steps.map(({ title }) => title));
  const step = steps.find(({ title }) => title === chosen);
  if (step !== undefined) await vscode.commands.executeCommand(step.command, ...(step.arguments ?? []));
}

/** Refuses to run anything while the window is in Restricted Mode. */
export function requireTrustedWindow(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(
    'restricted',
    vscode.l10n.t('This window is in Restricted Mode, so Pantheon runs nothing.'),
    vscode.l10n.t('Trust the folder first.'),
  );
}

/** An `AbortSignal` that follows a cancellation token. The caller disposes it. */
export function signalOf(
  token: vscode.CancellationToken,
): { readonly signal: AbortSignal } & vscode.Disposable {
  const controller = new AbortController();
  const cancel = () => controller.abort(new vscode.CancellationError());
  if (token.isCancellationRequested) cancel();
  const subscription = token.onCancellationRequested(cancel);
  return { signal: controller.signal, dispose: () => subscription.dispose() };
}
