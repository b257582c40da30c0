import * as vscode from 'vscode';

import type { QueueItemView, RunNodeView, RunView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { rows as kinds } from '../manifest/contexts.ts';
import { views } from '../manifest/views.ts';
import { openProjects } from '../projects.ts';
import { count, nodeState, queuedWhen, runState, showDuration, showTime } from '../words.ts';
import { LiveTree } from './live-tree.ts';

export interface QueuedRow {
  readonly kind: 'queued';
  readonly item: QueueItemView;
}
export interface RunRow {
  readonly kind: 'run';
  readonly run: RunView;
}
export interface NodeRow {
  readonly kind: 'node';
  readonly run: RunView;
  readonly node: RunNodeView;
}
export type QueueRow = QueuedRow | RunRow | NodeRow;

const shownRuns = 30;

/** What waits, what runs and what has run in the open projects. */
export function createRuns(host: Host): LiveTree<QueueRow> {
  const stages = new Map<string, string>();
  const tree: LiveTree<QueueRow> = new LiveTree<QueueRow>(host, {
    id: views.runs,
    topics: ['runs', 'queue'],
    load: () => loadRuns(host),
    children: (row) =>
      row.kind === 'run' ? row.run.nodes.map((node) => ({ kind: 'node', run: row.run, node })) : [],
    parent: (row) => (row.kind === 'node' ? { kind: 'run', run: row.run } : undefined),
    item: (row) => itemOf(row, stages),
  });
  host.context.subscriptions.push(
    sayReturns(host, tree),
    host.link.onDidProgress(({ run, stage }) => {
      if (stages.get(run) === stage) return;
      stages.set(run, stage);
      tree.redraw();
    }),
  );
  return tree;
}

/** Says above the rows that the runner ended unexpectedly, until it is back and what it was at has ended. */
function sayReturns(host: Host, tree: LiveTree<QueueRow>): vscode.Disposable {
  const { view } = tree;
  return vscode.Disposable.from(
    host.link.onDidChangeState((state) => {
      if (state === 'returning')
        view.message = vscode.l10n.t(
          'The background runner ended unexpectedly and is started again. What was finished is kept.',
        );
      else if (state === 'away') view.message = '';
      else if ((view.message ?? '') !== '')
        view.message = vscode.l10n.t(
          'The background runner ended unexpectedly and was started again. What was finished is kept; the rest goes on.',
        );
    }),
    tree.onDidLoad((rows) => {
      if (host.link.state === 'ready' && runningOf(rows).length === 0) view.message = '';
    }),
  );
}

/** Runs that are under way, of rows of this view. */
export function runningOf(loaded: readonly QueueRow[]): readonly RunView[] {
  return loaded.flatMap((row) => (row.kind === 'run' && row.run.state === 'running' ? [row.run] : []));
}

async function loadRuns(host: Host): Promise<readonly QueueRow[] | undefined> {
  const projects = openProjects();
  const [queue, ...lists] = await Promise.all([
    host.link.ask('queue.list', {}),
    ...projects.map((workspace) =>
      host.link.ask('runs.list', { workspace, states: ['running', 'finished'], limit: shownRuns }),
    ),
  ]);
  if (queue === undefined) return undefined;
  const waiting = queue.items.filter(
    ({ workspace, state }) => projects.includes(workspace) && state !== 'running',
  );
  const begun = lists.flatMap((list) => list?.runs ?? []);
  return [
    ...begun.filter(({ state }) => state === 'running').map((run): QueueRow => ({ kind: 'run', run })),
    ...waiting.map((item): QueueRow => ({ kind: 'queued', item })),
    ...begun.filter(({ state }) => state === 'finished').map((run): QueueRow => ({ kind: 'run', run })),
  ];
}

/** `stages`: what each run under way has finished, in words, as far as it was told. */
function itemOf(row: QueueRow, stages: ReadonlyMap<string, string>): vscode.TreeItem {
  switch (row.kind) {
    case 'queued':
      return queuedItem(row.item);
    case 'run':
      return runItem(row.run, stages.get(row.run.id));
    case 'node':
      return nodeItem(row);
  }
}

function queuedItem(queued: QueueItemView): vscode.TreeItem {
  const item = new vscode.TreeItem(queued.flow);
  item.id = `queued/${queued.id}`;
  item.contextValue = queued.state === 'paused' ? kinds.paused : kinds.queued;
  item.iconPath = new vscode.ThemeIcon(queued.state === 'paused' ? 'debug-pause' : 'clock');
  item.description = queuedWhen(queued);
  item.tooltip = `${queued.flow}: ${queuedWhen(queued)}`;
  return item;
}

const outcomeIcons: Readonly<Record<NonNullable<RunNodeView['outcome']>, readonly [string, string?]>> = {
  succeeded: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  abstained: ['circle-slash'],
  skipped: ['debug-step-over'],
  held: ['debug-pause', 'problemsWarningIcon.foreground'],
  cancelled: ['stop-circle'],
};

function icon([name, color]: readonly [string, string?]): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function runItem(run: RunView, stage: string | undefined): vscode.TreeItem {
  const running = run.state === 'running';
  const state = running
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(run.flow, state);
  item.id = `run/${run.id}`;
  item.contextValue = running ? kinds.running : kinds.finished;
  const outcome = run.outcome === 'succeeded-with-skips' ? 'succeeded' : run.outcome;
  item.iconPath =
    running || outcome === undefined ? new vscode.ThemeIcon('loading~spin') : icon(outcomeIcons[outcome]);
  item.description = runDescription(run, stage);
  const tooltip = new vscode.MarkdownString('', false);
  tooltip.appendText(
    [`${run.flow}: ${runState(run)}`, run.detail ?? '', costs(run)].filter((t) => t !== '').join('\n'),
  );
  item.tooltip = tooltip;
  item.command = { command: commandId('showRun'), title: vscode.l10n.t('Show Run'), arguments: [run.id] };
  return item;
}

/** Short, because a sidebar is narrow: the icon says how it ended, and only what ended otherwise than well is said. */
function runDescription(run: RunView, stage: string | undefined): string {
  if (run.state === 'running') {
    const done = run.nodes.filter(({ outcome }) => outcome !== undefined).length;
    return stage ?? vscode.l10n.t('{0} done', count(done, 'step'));
  }
  const when = run.endedAt === null ? '' : showTime(run.endedAt);
  const isGood = run.outcome === 'succeeded' || run.outcome === 'succeeded-with-skips';
  const found = run.proposals.length === 0 ? '' : count(run.proposals.length, 'proposal');
  return [isGood ? '' : runState(run), found, when].filter((text) => text !== '').join(' · ');
}

/** Whether anything was done for a node yet; the others wait for those before them. */
function hasBegun({ attempts, outcome }: RunNodeView): boolean {
  return attempts > 0 || outcome !== undefined;
}

function costs({ totals }: RunView): string {
  return vscode.l10n.t(
    '{0}, {1} tokens, {2}',
    count(totals.calls, 'modelCall'),
    totals.promptTokens + totals.answerTokens,
    showDuration(totals.wallMs),
  );
}

function nodeItem({ run, node }: NodeRow): vscode.TreeItem {
  const item = new vscode.TreeItem(nodeLabel(node));
  item.id = `run/${run.id}/${node.address}`;
  item.iconPath = icon(
    node.outcome !== undefined
      ? outcomeIcons[node.outcome]
      : hasBegun(node)
        ? ['loading~spin']
        : ['circle-outline'],
  );
  const state = nodeState(node);
  item.description = node.outcome === 'succeeded' ? '' : (node.detail ?? state);
  item.tooltip = [`${node.address}: ${state}`, node.title, node.detail].filter(Boolean).join('\n');
  return item;
}

/** What it is about; a path before a name is left to the tooltip. An item that is under way has no title yet. */
function nodeLabel({ title, address, of }: RunNodeView): string {
  if (title === undefined) {
    const [, node = '', item = ''] = /^(\w+)\[(\d+)\]$/.exec(address) ?? [];
    if (node === '') return address;
    const number = Number(item) + 1;
    return of === undefined
      ? vscode.l10n.t('{0}, item {1}', node, number)
      : vscode.l10n.t('{0}, item {1} of {2}', node, number, of);
  }
  const [path = '', ...rest] = title.split(' ');
  return rest.length > 0 && path.includes('/') ? rest.join(' ') : title;
}
