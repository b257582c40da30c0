import * as vscode from 'vscode';

import type { Evidence, FindingView, HunkView, ProposalView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { rows as kinds } from '../manifest/contexts.ts';
import { views } from '../manifest/views.ts';
import { openProjects } from '../projects.ts';
import {
  count,
  escapeMarkdown,
  evidenceHow,
  evidenceResult,
  hunkState,
  hunkSize,
  isOpenRemark,
  isUndecided,
} from '../words.ts';
import { LiveTree } from './live-tree.ts';

export type ProposalFile = ProposalView['files'][number];
export interface ProposalRow {
  readonly kind: 'proposal';
  readonly proposal: ProposalView;
}
export interface FileRow {
  readonly kind: 'proposalFile';
  readonly proposal: ProposalView;
  readonly file: ProposalFile;
}
export interface HunkRow {
  readonly kind: 'hunk';
  readonly proposal: ProposalView;
  readonly file: ProposalFile;
  readonly hunk: HunkView;
}
export interface FindingRow {
  readonly kind: 'finding';
  readonly proposal: ProposalView;
  readonly finding: FindingView;
}
export type InboxRow = ProposalRow | FileRow | HunkRow | FindingRow;

/** Proposals that wait, their files, their hunks. */
export function createInbox(host: Host): LiveTree<InboxRow> {
  const tree = new LiveTree<InboxRow>(host, {
    id: views.inbox,
    topics: ['inbox'],
    load: () => loadInbox(host),
    children: childrenOf,
    parent: parentOf,
    item: itemOf,
    tooltip: tooltipOf,
  });
  tree.onDidLoad((loaded) => {
    const { value, text } = waitingIn(loaded);
    tree.view.badge = value === 0 ? undefined : { value, tooltip: vscode.l10n.t('{0} to decide', text) };
  });
  return tree;
}

/** Undecided hunks of inbox rows. */
export function undecidedOf(loaded: readonly InboxRow[]): readonly HunkView[] {
  return loaded.flatMap((row) => hunksOf(row)).filter(isUndecided);
}

/** What waits for a decision in inbox rows, and in words: `3 hunks, 2 remarks`. */
export function waitingIn(loaded: readonly InboxRow[]): { readonly value: number; readonly text: string } {
  const hunks = undecidedOf(loaded).length;
  const proposals = loaded.flatMap((row) => (row.kind === 'proposal' ? [row.proposal] : []));
  const remarks = proposals.flatMap(({ findings }) => findings).filter(isOpenRemark).length;
  const parts = [
    ...(hunks === 0 && remarks > 0 ? [] : [count(hunks, 'hunk')]),
    ...(remarks === 0 ? [] : [count(remarks, 'remark')]),
  ];
  return { value: hunks + remarks, text: parts.join(', ') };
}

/** The hunks that a row stands for. */
export function hunksOf(row: InboxRow): readonly HunkView[] {
  switch (row.kind) {
    case 'proposal':
      return row.proposal.files.flatMap(({ hunks }) => hunks);
    case 'proposalFile':
      return row.file.hunks;
    case 'hunk':
      return [row.hunk];
    case 'finding':
      return [];
  }
}

async function loadInbox(host: Host): Promise<readonly InboxRow[] | undefined> {
  const lists = await Promise.all(
    openProjects().map((workspace) => host.link.ask('inbox.list', { workspace })),
  );
  const known = lists.flatMap((list) => list ?? []);
  if (known.length < lists.length) return undefined;
  return known
    .flatMap(({ proposals }) => proposals)
    .filter(({ state }) => state === 'open' || state === 'in-review')
    .map((proposal) => ({ kind: 'proposal', proposal }));
}

function childrenOf(row: InboxRow): readonly InboxRow[] {
  switch (row.kind) {
    case 'proposal':
      return [
        ...row.proposal.files.map((file) => ({
          kind: 'proposalFile' as const,
          proposal: row.proposal,
          file,
        })),
        ...row.proposal.findings.map((finding) => ({
          kind: 'finding' as const,
          proposal: row.proposal,
          finding,
        })),
      ];
    case 'proposalFile':
      return row.file.hunks.map((hunk) => ({ kind: 'hunk', proposal: row.proposal, file: row.file, hunk }));
    case 'hunk':
    case 'finding':
      return [];
  }
}

function parentOf(row: InboxRow): InboxRow | undefined {
  switch (row.kind) {
    case 'proposal':
      return undefined;
    case 'proposalFile':
    case 'finding':
      return { kind: 'proposal', proposal: row.proposal };
    case 'hunk':
      return { kind: 'proposalFile', proposal: row.proposal, file: row.file };
  }
}

function itemOf(row: InboxRow): vscode.TreeItem {
  switch (row.kind) {
    case 'proposal':
      return proposalItem(row.proposal);
    case 'proposalFile':
      return fileItem(row);
    case 'hunk':
      return hunkItem(row);
    case 'finding':
      return findingItem(row);
  }
}

/** Made when it is looked at, so that it is known who saw the evidence; the other rows say theirs from the start. */
function tooltipOf(row: InboxRow): vscode.MarkdownString | undefined {
  switch (row.kind) {
    case 'proposal':
      return proposalTooltip(row.proposal);
    case 'hunk':
      return hunkTooltip(row.hunk);
    case 'proposalFile':
    case 'finding':
      return undefined;
  }
}

function proposalItem(proposal: ProposalView): vscode.TreeItem {
  const hunks = proposal.files.flatMap((file) => file.hunks);
  const isRemarks = hunks.length === 0 && proposal.findings.length > 0;
  const title = isRemarks ? proposal.flow : (withoutPath(proposal.title, proposal.files) ?? proposal.title);
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
  const waiting = hunks.filter(isUndecided).length;
  item.id = proposal.id;
  item.contextValue = isRemarks
    ? kinds.remarks
    : proposal.state === 'in-review'
      ? kinds.proposalInReview
      : kinds.proposal;
  item.iconPath = new vscode.ThemeIcon(isRemarks ? 'comment-discussion' : 'git-pull-request-draft');
  const remarks = proposal.findings.filter(isOpenRemark).length;
  item.description = [
    ...(isRemarks
      ? []
      : [
          waiting === hunks.length
            ? count(waiting, 'hunk')
            : vscode.l10n.t('{0} of {1}', waiting, count(hunks.length, 'hunk')),
        ]),
    ...(proposal.findings.length === 0
      ? []
      : [vscode.l10n.t('{0} of {1}', remarks, count(proposal.findings.length, 'remark'))]),
  ].join(', ');
  return item;
}

function proposalTooltip(proposal: ProposalView): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.appendMarkdown(`**${escapeMarkdown(proposal.title)}**\n\n`);
  tooltip.appendText(`${proposal.flow}, ${new Date(proposal.createdAt).toLocaleString()}`);
  appendEvidence(tooltip, proposal.evidence);
  return tooltip;
}

function fileItem({ proposal, file }: FileRow): vscode.TreeItem {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(proposal.workspace), file.path);
  const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${proposal.id}/${file.path}`;
  item.contextValue = kinds.proposalFile;
  item.iconPath = vscode.ThemeIcon.File;
  const folder = file.path.split('/').slice(0, -1).join('/');
  const what = {
    edit: '',
    add: vscode.l10n.t('new file'),
    delete: vscode.l10n.t('deleted'),
    rename: vscode.l10n.t('renamed from {0}', file.from ?? '?'),
  }[file.kind];
  item.description = [folder, what].filter((text) => text !== '').join(' · ');
  item.tooltip = file.path;
  return item;
}

const hunkIcons: Readonly<Record<HunkView['state'], readonly [icon: string, color?: string]>> = {
  waiting: ['circle-outline'],
  open: ['eye'],
  accepted: ['pass-filled', 'testing.iconPassed'],
  'accepted-edited': ['pass-filled', 'testing.iconPassed'],
  rejected: ['circle-slash', 'testing.iconFailed'],
  conflicted: ['warning', 'problemsWarningIcon.foreground'],
  withdrawn: ['discard'],
  'committed-undecided': ['git-commit', 'problemsWarningIcon.foreground'],
};

function hunkItem(row: HunkRow): vscode.TreeItem {
  const { hunk, proposal, file } = row;
  const item = new vscode.TreeItem(withoutPath(hunk.title, [file]) ?? firstLine(hunk));
  const waits = isUndecided(hunk);
  const [icon, color] = hunkIcons[hunk.state];
  item.id = `${proposal.id}/${file.path}/${hunk.id}`;
  item.contextValue =
    hunk.state === 'conflicted' ? kinds.conflictedHunk : waits ? kinds.hunk : kinds.decidedHunk;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.description = hunk.state === 'waiting' ? hunkSize(hunk) : `${hunkState(hunk)} · ${hunkSize(hunk)}`;
  item.command = { command: commandId('showHunk'), title: vscode.l10n.t('Show Hunk'), arguments: [row] };
  return item;
}

const severityIcons: Readonly<Record<FindingView['severity'], readonly [icon: string, color: string]>> = {
  error: ['error', 'problemsErrorIcon.foreground'],
  warning: ['warning', 'problemsWarningIcon.foreground'],
  info: ['info', 'problemsInfoIcon.foreground'],
};

function findingItem(row: FindingRow): vscode.TreeItem {
  const { finding, proposal } = row;
  // The place first: of the words only the beginning fits.
  const item = new vscode.TreeItem(`${finding.path.split('/').at(-1)}:${finding.line + 1}`);
  const waits = isOpenRemark(finding);
  const [icon, color] = waits
    ? severityIcons[finding.severity]
    : (['pass-filled', 'testing.iconPassed'] as const);
  item.id = `${proposal.id}/${finding.id}`;
  item.contextValue = !waits
    ? kinds.decidedFinding
    : finding.state === 'open' && finding.suggestion !== undefined
      ? kinds.suggestion
      : kinds.finding;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  const states = {
    open: '',
    applied: vscode.l10n.t('applied'),
    dismissed: vscode.l10n.t('discarded'),
    resolved: vscode.l10n.t('resolved'),
    outdated: vscode.l10n.t('outdated'),
  };
  item.description = [states[finding.state], finding.message.split('\n')[0]]
    .filter((text) => text !== '')
    .join(' · ');
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.appendMarkdown(`**${escapeMarkdown(`${finding.path}:${finding.line + 1}`)}**\n\n`);
  tooltip.appendText(finding.agent === undefined ? finding.message : `${finding.agent}: ${finding.message}`);
  if (finding.suggestion !== undefined) tooltip.appendCodeblock(finding.suggestion);
  item.tooltip = tooltip;
  item.command = { command: commandId('thread.show'), title: vscode.l10n.t('Show Remark'), arguments: [row] };
  return item;
}

/** A title without the path of its file before it, which a row beside it says already. */
function withoutPath(title: string | undefined, files: readonly ProposalFile[]): string | undefined {
  const path = files.find((file) => title?.startsWith(`${file.path} `))?.path;
  return path === undefined ? title : title?.slice(path.length + 1);
}

function firstLine(hunk: HunkView): string {
  return (
    hunk.added.find((line) => line.trim() !== '') ??
    hunk.removed[0] ??
    vscode.l10n.t('empty lines')
  ).trim();
}

const maxLines = 20;

function hunkTooltip(hunk: HunkView): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString('', true);
  const lines = [...hunk.removed.map((line) => `-${line}`), ...hunk.added.map((line) => `+${line}`)];
  const more = lines.length > maxLines ? [vscode.l10n.t('… {0} more lines', lines.length - maxLines)] : [];
  tooltip.appendCodeblock([...lines.slice(0, maxLines), ...more].join('\n'), 'diff');
  appendEvidence(tooltip, hunk.evidence);
  if (hunk.dependsOn !== undefined && hunk.dependsOn.length > 0) {
    tooltip.appendMarkdown(
      `\n\n$(link) ${vscode.l10n.t('Works only together with {0}.', count(hunk.dependsOn.length, 'otherHunk'))}`,
    );
  }
  if (hunk.reason !== undefined) tooltip.appendText(`\n${vscode.l10n.t('Rejected: {0}', hunk.reason)}`);
  return tooltip;
}

/** Adds one line for each check. Its words are data, so they are escaped. */
function appendEvidence(tooltip: vscode.MarkdownString, evidence: readonly Evidence[]): void {
  for (const one of evidence) {
    tooltip.appendMarkdown(`\n\n$(${one.passed ? 'pass' : 'error'}) `);
    tooltip.appendMarkdown(escapeMarkdown(`${one.check}: ${evidenceResult(one)}`));
    tooltip.appendMarkdown(`  \n\`${one.command.join(' ').replaceAll('`', "'")}\`  \n`);
    tooltip.appendMarkdown(escapeMarkdown(evidenceHow(one)));
  }
}
