import * as vscode from 'vscode';

import type { ReportView } from '../../protocol/index.ts';
import { reportPage } from '../../report/index.ts';
import type { Host } from '../host.ts';
import type { Exposure } from '../inline/exposure.ts';
import { doctorPage } from '../pages/doctor-page.ts';
import { newNonce, showPanel } from '../pages/panels.ts';
import { reportCommands } from '../pages/report-commands.ts';
import { runPage } from '../pages/run-page.ts';
import { chooseProject } from '../projects.ts';
import { chooseRun } from './runs.ts';

export async function openReport(host: Host, exposure: Exposure): Promise<void> {
  const project = await chooseProject();
  if (project === undefined) return;
  await showPanel(host, {
    key: `report ${project}`,
    title: vscode.l10n.t('Morning Report'),
    render: async (nonce) => {
      const report = await readReport(host, project);
      for (const { proposal } of report.items) if (proposal !== undefined) exposure.saw(proposal, 'shown');
      return reportPage(report, { nonce, commands: reportCommands });
    },
    topics: ['runs', 'inbox'],
  });
}

/** Writes the report as one HTML file that needs nothing else. */
export async function saveReport(host: Host): Promise<void> {
  const project = await chooseProject();
  if (project === undefined) return;
  const day = new Date().toISOString().slice(0, 10);
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Morning Report'),
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(project), `pantheon-report-${day}.html`),
    filters: { HTML: ['html'] },
  });
  if (target === undefined) return;
  const text = reportPage(await readReport(host, project), { nonce: newNonce() });
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', target.fsPath), 5_000);
}

function readReport(host: Host, project: string): Promise<ReportView> {
  return host.link.act('report.get', { workspace: project });
}

export async function showRun(host: Host, exposure: Exposure, argument: unknown): Promise<void> {
  const run = await chooseRun(host, argument, {
    title: vscode.l10n.t('Show Run'),
    whenNone: vscode.l10n.t('Nothing has run here yet.'),
    isWanted: () => true,
  });
  if (run === undefined) return;
  const { flow } = await host.link.act('runs.show', { run });
  await showPanel(host, {
    key: `run ${run}`,
    title: flow,
    render: async (nonce) => {
      const view = await host.link.act('runs.show', { run });
      for (const proposal of view.proposals) exposure.saw(proposal, 'evidence-opened');
      return runPage(view, nonce);
    },
    topics: ['runs'],
  });
}

export async function doctor(host: Host): Promise<void> {
  const project = await chooseProject();
  if (project === undefined) return;
  const options = {
    location: vscode.ProgressLocation.Window,
    title: vscode.l10n.t('Pantheon looks at the machine'),
  };
  await vscode.window.withProgress(options, () =>
    showPanel(host, {
      key: `doctor ${project}`,
      title: vscode.l10n.t('Doctor'),
      render: async (nonce) => doctorPage(await host.link.act('doctor', { workspace: project }), nonce),
      topics: [],
    }),
  );
  const models = await host.link.act('models', { workspace: project });
  if (models.servers.some(({ problem }) => problem === undefined)) {
    await host.milestones.reach('modelServerFound');
  }
  if (models.models.some(({ usedBy }) => usedBy.length > 0)) await host.milestones.reach('modelReady');
}
