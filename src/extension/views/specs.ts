import * as vscode from 'vscode';

import type { Origin, SpecSet } from '../../spec/index.ts';
import type { Host } from '../host.ts';
import { rows as kinds } from '../manifest/contexts.ts';
import { views } from '../manifest/views.ts';
import { openProjects } from '../projects.ts';
import type { SpecTarget } from '../specs/lenses.ts';
import { LiveTree } from './live-tree.ts';

export interface GroupRow {
  readonly kind: 'group';
  readonly title: string;
  readonly rows: readonly SpecRow[];
}
export interface SpecRow extends SpecTarget {
  readonly path: string;
  readonly origin: Origin;
  readonly description: string;
}
export type SpecsRow = GroupRow | SpecRow;

/** Agents and flows that can be used in the open projects; they are read here, whether a runner is there or not. */
export function createSpecs(host: Host): LiveTree<SpecsRow> {
  const tree = new LiveTree<SpecsRow>(host, {
    id: views.specs,
    topics: ['specs'],
    load: () => loadRows(host),
    children: (row) => (row.kind === 'group' ? row.rows : []),
    parent: () => undefined,
    item: (row) => (row.kind === 'group' ? groupItem(row) : specItem(row)),
  });
  host.context.subscriptions.push(host.library.onDidChange(() => tree.refresh()));
  return tree;
}

async function loadRows(host: Host): Promise<readonly SpecsRow[]> {
  const found = await Promise.all(
    openProjects().map(async (project) => specRows(project, await host.library.of(project))),
  );
  const all = found.flat();
  const groups: readonly GroupRow[] = [
    { kind: 'group', title: vscode.l10n.t('Flows'), rows: all.filter(({ kind }) => kind === 'flow') },
    { kind: 'group', title: vscode.l10n.t('Agents'), rows: all.filter(({ kind }) => kind === 'agent') },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function specRows(project: string, set: SpecSet): SpecRow[] {
  const flows = [...set.flows].map(([name, { flow, origin, path }]): SpecRow => ({
    kind: 'flow',
    name,
    project,
    path,
    origin,
    description: flow.description ?? '',
  }));
  const agents = [...set.agents].map(([name, { agent, origin, path }]): SpecRow => ({
    kind: 'agent',
    name,
    project,
    path,
    origin,
    description: agent.description,
  }));
  return [...flows, ...agents];
}

function groupItem({ title }: GroupRow): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = title;
  return item;
}

const origins = (): Readonly<Record<Origin, string>> => ({
  workspace: vscode.l10n.t('this project'),
  user: vscode.l10n.t('your own'),
  bundled: vscode.l10n.t('bundled'),
});

function specItem({ kind, name, project, path, origin, description }: SpecRow): vscode.TreeItem {
  const item = new vscode.TreeItem(name);
  item.id = `${kind}/${project}/${origin}/${name}`;
  item.contextValue = kind === 'agent' ? kinds.agent : kinds.flow;
  item.iconPath = new vscode.ThemeIcon(kind === 'agent' ? 'hubot' : 'type-hierarchy');
  item.description = origins()[origin];
  const tooltip = new vscode.MarkdownString('', false);
  tooltip.appendText([name, description, path].filter((text) => text !== '').join('\n'));
  item.tooltip = tooltip;
  item.command = {
    command: 'vscode.open',
    title: vscode.l10n.t('Open File'),
    arguments: [vscode.Uri.file(path)],
  };
  return item;
}
