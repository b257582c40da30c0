import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import type { RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { offer, requireTrustedWindow, signalOf } from '../messages.ts';
import { askInputs } from '../pickers/inputs.ts';
import { pickRunnable } from '../pickers/specs.ts';
import type { Runnable } from '../pickers/specs.ts';
import { chooseProject } from '../projects.ts';
import { forgetFollowed, keepFollowed, tellEnd, untilFinished } from './following.ts';
import { ensureTrust } from './trust.ts';

/** Asks what to run and on what, runs it now and stays with it. */
export async function runNow(host: Host, kind: 'agent' | 'flow'): Promise<void> {
  requireTrustedWindow();
  const project = await chooseProject();
  if (project === undefined) return;
  const runnable = await pickRunnable(
    host,
    kind,
    project,
    kind === 'agent' ? vscode.l10n.t('Run Agent') : vscode.l10n.t('Run Flow'),
  );
  if (runnable !== undefined) await runThis(host, project, runnable);
}

/** Asks for a flow and queues it for its night window. */
export async function queueForTonight(host: Host): Promise<void> {
  requireTrustedWindow();
  const project = await chooseProject();
  if (project === undefined) return;
  const runnable = await pickRunnable(host, 'flow', project, vscode.l10n.t('Queue Flow for Tonight'));
  if (runnable !== undefined) await queueThis(host, project, runnable);
}

/** Runs one agent or flow now, with progress that can be cancelled. */
export async function runThis(host: Host, project: string, runnable: Runnable): Promise<void> {
  requireTrustedWindow();
  const inputs = await askInputs(runnable, project);
  if (inputs === undefined || !(await ensureTrust(host, project))) return;
  const { run } = await host.link.act('run.start', {
    commandId: randomUUID(),
    workspace: project,
    flow: runnable.flow,
    inputs,
    priority: 'interactive',
    env: runEnvironment(),
  });
  await keepFollowed(host, { run: run.id, name: runnable.name });
  const finished = await follow(host, run, runnable.name);
  if (finished === undefined) return;
  await forgetFollowed(host, run.id);
  await tellEnd(host, finished, runnable.name);
}

export async function queueThis(host: Host, project: string, runnable: Runnable): Promise<void> {
  requireTrustedWindow();
  const inputs = await askInputs(runnable, project);
  if (inputs === undefined || !(await ensureTrust(host, project))) return;
  const { item } = await host.link.act('run.start', {
    commandId: randomUUID(),
    workspace: project,
    flow: runnable.flow,
    inputs,
    priority: 'night',
    env: runEnvironment(),
  });
  await host.milestones.reach('nightPlanned');
  void offer(
    vscode.window.showInformationMessage,
    item.window === undefined
      ? vscode.l10n.t(
          '{0} is queued for tonight. This window may be closed; the machine must stay on.',
          runnable.name,
        )
      : vscode.l10n.t(
          '{0} is queued for tonight. It starts in the window {1}. This window may be closed; the machine must stay on.',
          runnable.name,
          item.window,
        ),
    [{ title: vscode.l10n.t('Show Queue'), command: 'pantheon.runs.focus' }],
  );
}

/** Shows progress until the run is finished. `undefined` when the person sent it to the background or the runner went away. */
async function follow(host: Host, run: RunView, name: string): Promise<RunView | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: name, cancellable: true };
  return await vscode.window.withProgress(options, async (progress, token) => {
    const cancelled = signalOf(token);
    const listener = host.link.onDidProgress(({ run: id, text }) => {
      if (id === run.id) progress.report({ message: text });
    });
    try {
      return await untilFinished(host, run.id, name, cancelled.signal);
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      await host.link.act('runs.cancel', { run: run.id, commandId: randomUUID() });
      return await host.link.act('runs.wait', { run: run.id });
    } finally {
      listener.dispose();
      cancelled.dispose();
    }
  });
}

/** What a run may see of this process's environment. */
export function runEnvironment(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'LANG', 'LC_ALL', 'TZ'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
