import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { ProposalView } from '../../protocol/index.ts';
import type { EditorLineChange } from '../../text/index.ts';
import type { Host } from '../host.ts';
import { openProjects } from '../projects.ts';
import { hunksOf, type InboxRow } from '../views/inbox.ts';
import { count, isUndecided } from '../words.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { projectUnderReview, type Asked, type InlineReview, type Way } from './inline-review.ts';
import { hunksOfChange } from './line-changes.ts';
import { allPlaced, hunksAtCursor, neighbour, reveal } from './places.ts';

/** Arguments of a code action. */
export interface HunkTarget {
  readonly hunks: readonly string[];
  readonly way: Way;
}

/** Accept or Reject: from the peek of the gutter, from a code action, from a row of the inbox, or at the cursor. */
export async function decideHunk(
  files: FilesUnderReview,
  review: InlineReview,
  decision: 'accept' | 'reject',
  args: readonly unknown[],
): Promise<readonly string[]> {
  const { hunks, way } = targetOf(files, args);
  const asked = review.askedFor(hunks);
  if (asked.length === 0) throw noHunkHere(files);
  return await review.decide(asked, decision, way);
}

/** Decides what a row of the inbox stands for: exactly the hunks that wait now. */
export async function decideRow(
  review: InlineReview,
  row: InboxRow,
  decision: 'accept' | 'reject',
): Promise<readonly string[]> {
  const hunks = hunksOf(row)
    .filter(isUndecided)
    .map(({ id }) => id);
  const asked: Asked = { root: row.proposal.workspace, proposal: row.proposal.id, hunks };
  return await review.decide([asked], decision, row.kind === 'hunk' || hunks.length === 1 ? 'tree' : 'bulk');
}

/** Brings a proposal into its files: the one of a row, else the one that the person picks. */
export async function reviewInPlace(
  host: Host,
  review: InlineReview,
  row: InboxRow | undefined,
): Promise<void> {
  const proposal = row?.proposal ?? (await pickProposal(host));
  if (proposal !== undefined) await review.open(proposal);
}

/** Takes undecided hunks out again: those of a row's proposal, else those of the active file, else all. */
export async function stopReviewing(
  files: FilesUnderReview,
  review: InlineReview,
  row: InboxRow | undefined,
): Promise<void> {
  if (row !== undefined) return await review.stop(row.proposal.workspace, [row.proposal.id]);
  const here = files.at(vscode.window.activeTextEditor?.document.uri);
  const chosen = here === undefined || here.open.length === 0 ? files.open : [here];
  if (chosen.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is under review in this window.'));
    return;
  }
  for (const root of new Set(chosen.map((file) => file.root))) {
    const owners = chosen
      .filter((file) => file.root === root)
      .flatMap(({ open }) => open.map(({ owner }) => owner));
    await review.stop(root, [...new Set(owners)]);
  }
}

export async function undoDecision(files: FilesUnderReview, review: InlineReview): Promise<void> {
  const last = review.lastRoot;
  const isOpen = last !== undefined && openProjects().includes(last);
  await review.undo(isOpen ? last : projectUnderReview(files));
}

/** Puts the cursor on the next or the previous open hunk, across files. */
export async function goToHunk(files: FilesUnderReview, step: 1 | -1): Promise<void> {
  const next = neighbour(files, vscode.window.activeTextEditor, step);
  if (next === undefined) throw noHunkHere(files);
  await reveal(next);
}

function targetOf(files: FilesUnderReview, args: readonly unknown[]): HunkTarget {
  const [first, second, third] = args;
  if (first instanceof vscode.Uri && Array.isArray(second) && typeof third === 'number') {
    const file = files.at(first);
    if (file === undefined) return { hunks: [], way: 'gutter' };
    return { hunks: hunksOfChange(file.state, second as EditorLineChange[], third), way: 'gutter' };
  }
  if (isTarget(first)) return first;
  const here = hunksAtCursor(files, vscode.window.activeTextEditor);
  return { hunks: here.map(({ hunk }) => hunk.id), way: 'keyboard' };
}

function isTarget(argument: unknown): argument is HunkTarget {
  return (
    typeof argument === 'object' && argument !== null && 'hunks' in argument && Array.isArray(argument.hunks)
  );
}

function noHunkHere(files: FilesUnderReview): UserError {
  const all = allPlaced(files);
  if (all.length > 0) {
    return new UserError(
      'no-hunk-here',
      vscode.l10n.t('There is no open hunk at the cursor.'),
      all.length === 1
        ? vscode.l10n.t('One hunk is open: use Next Hunk to go there.')
        : vscode.l10n.t('{0} are open: use Next Hunk to go there.', count(all.length, 'hunk')),
    );
  }
  return new UserError(
    'no-open-hunk',
    vscode.l10n.t('No hunk is open in this window.'),
    vscode.l10n.t('Choose a proposal in the inbox and use Review in Place.'),
  );
}

/** A proposal with something to decide, picked by the person. */
async function pickProposal(host: Host): Promise<ProposalView | undefined> {
  const lists = await Promise.all(
    openProjects().map((workspace) => host.link.act('inbox.list', { workspace })),
  );
  const proposals = lists
    .flatMap((list) => list.proposals)
    .filter(({ files }) => files.some(({ hunks }) => hunks.some(isUndecided)))
    .filter(({ state }) => state === 'open' || state === 'in-review');
  if (proposals.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing waits for a decision here.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    proposals.map((proposal) => {
      const waiting = proposal.files.flatMap(({ hunks }) => hunks).filter(isUndecided).length;
      return {
        label: proposal.title,
        description: vscode.l10n.t(
          '{0} in {1}',
          count(waiting, 'hunk'),
          count(proposal.files.length, 'file'),
        ),
        detail: proposal.flow,
        proposal,
      };
    }),
    { title: vscode.l10n.t('Review in Place'), placeHolder: vscode.l10n.t('Which proposal?') },
  );
  return picked?.proposal;
}
