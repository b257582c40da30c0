import * as vscode from 'vscode';

import type { RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import type { FilesUnderReview } from '../inline/files-under-review.ts';
import { count, escapeMarkdown } from '../words.ts';
import { waitingIn, type InboxRow } from './inbox.ts';
import type { LiveTree } from './live-tree.ts';
import { runningOf, type QueueRow } from './runs.ts';

/** One item: how much waits for a decision, and a spinner while something runs. */
export function createStatusBar(
  host: Host,
  inbox: LiveTree<InboxRow>,
  runs: LiveTree<QueueRow>,
  files: FilesUnderReview,
): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('pantheon.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Pantheon';
  const said = new Map<string, string>();
  const draw = () => {
    const running = runningOf(runs.rows);
    const { value: waiting, text: waits } = waitingIn(inbox.rows);
    const here = files.at(vscode.window.activeTextEditor?.document.uri)?.open.length ?? 0;
    const [first] = running;
    const shown = [waiting === 0 ? '' : `${waiting}`, here === 0 ? '' : vscode.l10n.t('{0} here', here)]
      .filter((text) => text !== '')
      .join(' · ');
    const isReturning = host.link.state === 'returning';
    item.text =
      first === undefined
        ? `$(inbox) ${shown === '' ? 'Pantheon' : shown}`
        : `$(${isReturning ? 'sync' : 'loading'}~spin) ${first.flow}${shown === '' ? '' : ` $(inbox) ${shown}`}`;
    const lines = [
      ...running.map((run) => `${run.flow}: ${said.get(run.id) ?? vscode.l10n.t('running')}`),
      waiting === 0
        ? vscode.l10n.t('Pantheon: nothing waits for a decision')
        : vscode.l10n.t('Pantheon: {0} to decide', waits),
      ...(here === 0
        ? []
        : [vscode.l10n.t('{0} open in this file; a click goes to the next', count(here, 'hunk'))]),
      ...(isReturning
        ? [vscode.l10n.t('The background runner ended unexpectedly and is started again')]
        : []),
      ...(host.link.state === 'away' ? [vscode.l10n.t('The background runner is not running')] : []),
    ];
    item.tooltip = tooltipOf(lines, running);
    item.accessibilityInformation = { label: lines.join('\n') };
    item.command =
      here > 0
        ? commandId('hunk.next')
        : first === undefined
          ? commandId('openInbox')
          : 'pantheon.runs.focus';
    if (isWanted()) item.show();
    else item.hide();
  };
  draw();
  return vscode.Disposable.from(
    item,
    inbox.onDidLoad(draw),
    runs.onDidLoad(draw),
    files.onDidChange(draw),
    vscode.window.onDidChangeActiveTextEditor(draw),
    host.link.onDidChangeState(draw),
    host.link.onDidProgress(({ run, text }) => {
      said.set(run, text);
      draw();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('pantheon.statusBar')) draw();
    }),
  );
}

/** The lines, and below them what can be done about the runs that are under way. */
function tooltipOf(lines: readonly string[], running: readonly RunView[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.isTrusted = { enabledCommands: [commandId('cancelRun'), commandId('showRun')] };
  tooltip.appendText(lines.join('\n'));
  for (const run of running) {
    const cancel =
      running.length > 1 ? vscode.l10n.t('Cancel {0}', escapeMarkdown(run.flow)) : vscode.l10n.t('Cancel');
    const show = vscode.l10n.t('Show Run');
    const query = encodeURIComponent(JSON.stringify([run.id]));
    tooltip.appendMarkdown(
      `\n\n[$(debug-stop) ${cancel}](command:${commandId('cancelRun')}?${query}) · [${show}](command:${commandId('showRun')}?${query})`,
    );
  }
  return tooltip;
}

function isWanted(): boolean {
  return vscode.workspace.getConfiguration('pantheon').get('statusBar', true);
}
