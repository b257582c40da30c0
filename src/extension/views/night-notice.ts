import * as vscode from 'vscode';

import { messageOf } from '../../common/index.ts';
import type { ReportView, RunView } from '../../protocol/index.ts';
import { Gathered } from '../gathered.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { offer } from '../messages.ts';
import { openProjects } from '../projects.ts';
import { count } from '../words.ts';
import type { LiveTree } from './live-tree.ts';
import { runningOf, type QueueRow } from './runs.ts';

const toldKey = 'night.toldUntil';

/**
 * Says once how a night went: when the last of the runs ended that were queued for their window and could still start,
 * whether a window was open meanwhile or not.
 */
export function createNightNotice(host: Host, runs: LiveTree<QueueRow>): vscode.Disposable {
  const notice = new NightNotice(host);
  return runs.onDidLoad((rows) => notice.look(rows));
}

class NightNotice {
  readonly #host: Host;
  readonly #looking = new Gathered(() => this.#look());
  #rows: readonly QueueRow[] = [];
  /** Runs that ended until then were told, or ended before this project was opened for the first time. */
  #toldUntil: string;

  constructor(host: Host) {
    this.#host = host;
    this.#toldUntil = host.context.workspaceState.get<string>(toldKey) ?? new Date().toISOString();
  }

  /** Looks at what was loaded: one look at a time, so that nothing is told twice. */
  look(rows: readonly QueueRow[]): void {
    this.#rows = rows;
    this.#looking.request();
  }

  async #look(): Promise<void> {
    try {
      await this.#tell();
    } catch (error) {
      // Told after the next change of the runs: nothing says yet that it was.
      this.#warn(error);
    }
    try {
      const memory = this.#host.context.workspaceState;
      if (memory.get(toldKey) !== this.#toldUntil) await memory.update(toldKey, this.#toldUntil);
    } catch (error) {
      this.#warn(error);
    }
  }

  async #tell(): Promise<void> {
    if (runningOf(this.#rows).length > 0) return;
    const finished = this.#rows.flatMap((row) =>
      row.kind === 'run' && row.run.state === 'finished' && (row.run.endedAt ?? '') > this.#toldUntil
        ? [row.run]
        : [],
    );
    const night = finished.filter(({ priority }) => priority === 'night');
    if (night.length > 0 && isWanted()) {
      if (await goesOn(this.#host)) return;
      const words = await nightWords(this.#host, night);
      if (words === undefined) return;
      // Not awaited: it is told as soon as it is shown, and may stay for hours.
      void showNight(words).catch((error: unknown) => this.#warn(error));
    }
    for (const { endedAt } of finished)
      if (endedAt !== null && endedAt > this.#toldUntil) this.#toldUntil = endedAt;
  }

  #warn(error: unknown): void {
    this.#host.log.warn(`The message after a night: ${messageOf(error)}`);
  }
}

/** Whether a run of the open projects is about to be seen, or starts as soon as there is a place for it. */
async function goesOn(host: Host): Promise<boolean> {
  // Asked after the runs were: a run that has ended may have made place for the next one, which they do not name yet.
  const queue = await host.link.ask('queue.list', {});
  if (queue === undefined) return true;
  const projects = openProjects();
  return queue.items.some(
    ({ workspace, state, next }) => projects.includes(workspace) && (state === 'running' || next === 'now'),
  );
}

/** What is said of a night; `undefined` when the runner went away, so that it cannot be said now. */
async function nightWords(host: Host, night: readonly RunView[]): Promise<string | undefined> {
  const inbox = await host.link.ask('inbox.list', {});
  if (inbox === undefined) return undefined;
  const made = new Set(night.flatMap(({ proposals }) => proposals));
  const waiting = inbox.proposals.filter(
    ({ id, state }) => made.has(id) && (state === 'open' || state === 'in-review'),
  );
  const begun = new Map<string, string>();
  for (const { workspace, startedAt } of night) {
    const earliest = begun.get(workspace);
    if (startedAt !== null && (earliest === undefined || startedAt < earliest))
      begun.set(workspace, startedAt);
  }
  const reports: ReportView[] = [];
  for (const [workspace, since] of begun) {
    const report = await host.link.ask('report.get', { workspace, since });
    if (report === undefined) return undefined;
    reports.push(report);
  }
  const inInbox = vscode.l10n.t('{0} in the inbox', count(waiting.length, 'proposal'));
  const over =
    reports.length === 0
      ? vscode.l10n.t('The night is over: {0}.', inInbox)
      : vscode.l10n.t(
          'The night is over: {0} mended, {1} tried and not mended; {2}.',
          reports.reduce((sum, { mended }) => sum + mended, 0),
          reports.reduce((sum, { abstained }) => sum + abstained, 0),
          inInbox,
        );
  const failed = night.filter(({ outcome }) => outcome === 'failed').length;
  return failed === 0 ? over : `${over} ${vscode.l10n.t('{0} failed.', count(failed, 'run'))}`;
}

async function showNight(words: string): Promise<void> {
  await offer(vscode.window.showInformationMessage, words, [
    { title: vscode.l10n.t('Open Morning Report'), command: commandId('openReport') },
    { title: vscode.l10n.t('Open Inbox'), command: commandId('openInbox') },
  ]);
}

function isWanted(): boolean {
  return vscode.workspace.getConfiguration('pantheon').get('nightNotification', true);
}
