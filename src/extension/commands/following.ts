import * as vscode from 'vscode';

import { isAbort, messageOf, UserError } from '../../common/index.ts';
import type { RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { offer } from '../messages.ts';
import { count, runState, shorten } from '../words.ts';

interface Followed {
  readonly run: string;
  readonly name: string;
}

const key = 'runs.followed';

/** Runs that were started in this window and whose end was not told yet; a window that is closed does not forget them. */
function followedRuns(host: Host): readonly Followed[] {
  return host.context.workspaceState.get<readonly Followed[]>(key) ?? [];
}

export async function keepFollowed(host: Host, followed: Followed): Promise<void> {
  await host.context.workspaceState.update(key, [...followedRuns(host), followed]);
}

export async function forgetFollowed(host: Host, run: string): Promise<void> {
  const left = followedRuns(host).filter((one) => one.run !== run);
  await host.context.workspaceState.update(key, left);
}

/** Tells the end of runs that were under way when this window was closed, as soon as a runner is there to ask. */
export function goOnFollowing(host: Host): vscode.Disposable {
  let left = followedRuns(host);
  return host.link.onDidChangeState((state) => {
    if (state !== 'ready') return;
    for (const one of left) void goOn(host, one);
    left = [];
  });
}

async function goOn(host: Host, { run, name }: Followed): Promise<void> {
  try {
    const finished = await untilFinished(host, run, name);
    if (finished === undefined) return;
    await forgetFollowed(host, run);
    await tellEnd(host, finished, name);
  } catch (error) {
    if (isAbort(error)) return;
    // Its data folder is another one, or was emptied: nothing can be told, and nobody asked.
    host.log.warn(`${name} is not followed any more: ${messageOf(error)}`);
    await forgetFollowed(host, run);
  }
}

/**
 * Waits for the end of a run, also through a runner that was killed and is started again. `undefined` when that did not work,
 * which was told already.
 */
export async function untilFinished(
  host: Host,
  run: string,
  name: string,
  signal?: AbortSignal,
): Promise<RunView | undefined> {
  for (;;) {
    try {
      return await host.link.act('runs.wait', { run }, signal);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'daemon-lost') throw error;
      if (await host.link.returned()) continue;
      if (host.link.hasGivenUp) return undefined;
      throw new UserError(
        'runner-gone',
        vscode.l10n.t('The background runner went away while {0} ran.', name),
        vscode.l10n.t('What was finished is kept; the run goes on when the runner is back.'),
      );
    }
  }
}

/** One message at the end of a run that was started here. */
export async function tellEnd(host: Host, run: RunView, name: string): Promise<void> {
  if (run.totals.calls > 0) await host.milestones.reach('agentRan');
  // Not awaited: it is told when it stands there, not when it was read.
  void tellOutcome(run, name);
}

async function tellOutcome(run: RunView, name: string): Promise<void> {
  const show = { title: vscode.l10n.t('Show Run'), command: commandId('showRun'), arguments: [run.id] };
  const inbox = { title: vscode.l10n.t('Open Inbox'), command: commandId('openInbox') };
  const waiting = run.proposals.length;
  const why = run.detail === undefined ? '' : ` ${shorten(run.detail)}`;
  const steps =
    run.cause === 'environment'
      ? [{ title: vscode.l10n.t('Run Doctor'), command: commandId('doctor') }, show]
      : [show];
  if (run.outcome === 'failed' || run.outcome === 'held') {
    await offer(vscode.window.showWarningMessage, `${name}: ${runState(run)}.${why}`, steps);
  } else if (run.outcome !== 'cancelled') {
    const result =
      waiting > 0
        ? vscode.l10n.t('{0} in the inbox', count(waiting, 'proposal'))
        : vscode.l10n.t('nothing to propose');
    const next = waiting > 0 ? [inbox, show] : [show];
    await offer(
      vscode.window.showInformationMessage,
      `${vscode.l10n.t('{0}: done, {1}.', name, result)}${why}`,
      next,
    );
  }
}
