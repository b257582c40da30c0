import * as vscode from 'vscode';

import type { RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { offer } from '../messages.ts';
import { openProjects } from '../projects.ts';
import { count } from '../words.ts';
import type { LiveTree } from './live-tree.ts';
import { runningOf, type QueueRow } from './runs.ts';

const toldKey = 'night.toldUntil';

/**
 * Says once how a night went: when the last of the runs ended that were queued for their window, whether a window was open
 * meanwhile or not.
 */
export function createNightNotice(host: Host, runs: LiveTree<QueueRow>): vscode.Disposable {
  const openedAt = new Date().toISOString();
  return runs.onDidLoad((rows) => {
    if (runningOf(rows).length > 0) return;
    const memory = host.context.workspaceState;
    const toldUntil = memory.get<string>(toldKey) ?? openedAt;
    const finished = rows.flatMap((row) =>
      row.kind === 'run' && row.run.state === 'finished' ? [row.run] : [],
    );
    const night = finished.filter(
      ({ priority, endedAt }) => priority === 'night' && (endedAt ?? '') > toldUntil,
    );
    const latest =
      finished
        .map(({ endedAt }) => endedAt ?? '')
        .toSorted()
        .at(-1) ?? '';
    void memory.update(toldKey, latest > toldUntil ? latest : toldUntil);
    if (night.length > 0 && isWanted()) void tellNight(host, night);
  });
}

async function tellNight(host: Host, night: readonly RunView[]): Promise<void> {
  const [project] = openProjects();
  const since = night.map(({ startedAt }) => startedAt ?? '').toSorted()[0];
  const report =
    project === undefined || since === undefined || since === ''
      ? undefined
      : await host.link.ask('report.get', { since, workspace: project });
  const inInbox = vscode.l10n.t('{0} in the inbox', count(await waitingOf(host, night), 'proposal'));
  const over =
    report === undefined
      ? vscode.l10n.t('The night is over: {0}.', inInbox)
      : vscode.l10n.t(
          'The night is over: {0} mended, {1} tried and not mended; {2}.',
          report.mended,
          report.abstained,
          inInbox,
        );
  const failed = night.filter(({ outcome }) => outcome === 'failed').length;
  const troubles = failed === 0 ? '' : ` ${vscode.l10n.t('{0} failed.', count(failed, 'run'))}`;
  await offer(vscode.window.showInformationMessage, `${over}${troubles}`, [
    { title: vscode.l10n.t('Open Morning Report'), command: commandId('openReport') },
    { title: vscode.l10n.t('Open Inbox'), command: commandId('openInbox') },
  ]);
}

/** How many of the proposals of these runs still wait for decisions. */
async function waitingOf(host: Host, night: readonly RunView[]): Promise<number> {
  const made = new Set(night.flatMap(({ proposals }) => proposals));
  if (made.size === 0) return 0;
  const inbox = await host.link.ask('inbox.list', {});
  return (inbox?.proposals ?? []).filter(
    ({ id, state }) => made.has(id) && (state === 'open' || state === 'in-review'),
  ).length;
}

function isWanted(): boolean {
  return vscode.workspace.getConfiguration('pantheon').get('nightNotification', true);
}
