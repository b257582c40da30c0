import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import type { RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { openProjects } from '../projects.ts';
import { runState, showTime } from '../words.ts';

interface RunChoice {
  readonly title: string;
  /** What is said where there is no such run. */
  readonly whenNone: string;
  readonly isWanted: (run: RunView) => boolean;
}

/** The id of a run: given as an argument, on a row, or picked. */
export async function chooseRun(
  host: Host,
  argument: unknown,
  { title, whenNone, isWanted }: RunChoice,
): Promise<string | undefined> {
  const given = runOf(argument);
  if (given !== undefined) return given;
  const lists = await Promise.all(
    openProjects().map((workspace) => host.link.act('runs.list', { workspace, limit: 200 })),
  );
  const runs = lists.flatMap((list) => list.runs).filter((run) => isWanted(run));
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(whenNone);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    runs.map((run) => ({
      label: run.flow,
      description: `${runState(run)}${run.startedAt === null ? '' : `, ${showTime(run.startedAt)}`}`,
      detail: run.detail ?? run.id,
      run: run.id,
    })),
    { title, placeHolder: vscode.l10n.t('Which run?'), matchOnDescription: true },
  );
  return picked?.run;
}

export async function cancelRun(host: Host, argument: unknown): Promise<void> {
  const run = await chooseRun(host, argument, {
    title: vscode.l10n.t('Cancel Run'),
    whenNone: vscode.l10n.t('Nothing is running or queued here.'),
    isWanted: ({ state }) => state !== 'finished',
  });
  if (run === undefined) return;
  const after = await host.link.act('runs.cancel', { run, commandId: randomUUID() });
  vscode.window.setStatusBarMessage(`${after.flow}: ${runState(after)}`, 5_000);
}

export async function changeQueue(
  host: Host,
  argument: unknown,
  change: 'queue.remove' | 'queue.pause' | 'queue.resume',
): Promise<void> {
  const item = itemOf(argument);
  if (item !== undefined) await host.link.act(change, { item, commandId: randomUUID() });
}

/** A run's id from a command's argument: the id itself, or a row that holds a run. */
function runOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null || !('run' in argument)) return undefined;
  const { run } = argument;
  if (typeof run === 'string') return run;
  return typeof run === 'object' && run !== null && 'id' in run && typeof run.id === 'string'
    ? run.id
    : undefined;
}

function itemOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('item' in argument)) return undefined;
  const { item } = argument;
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string'
    ? item.id
    : undefined;
}
