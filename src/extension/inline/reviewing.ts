import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { ProposalView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { fileUri, openProjects } from '../projects.ts';
import { proposalUri, type ProposalDocuments } from '../proposal-documents.ts';
import { undecidedOf, type HunkRow, type InboxRow } from '../views/inbox.ts';
import type { LiveTree } from '../views/live-tree.ts';
import { registerCodeActions } from './code-actions.ts';
import { CommitWatch } from './commits.ts';
import { Exposure } from './exposure.ts';
import { FilesUnderReview } from './files-under-review.ts';
import { InlineReview } from './inline-review.ts';
import { ReviewMarks } from './marks.ts';
import { allPlaced, reveal } from './places.ts';
import { QuickDiff } from './quick-diff.ts';
import { HunkTint } from './tint.ts';
import { TwoGutters } from './two-gutters.ts';

/** Review in the files themselves: everything that a window does with open hunks. */
export class Reviewing implements vscode.Disposable {
  readonly files: FilesUnderReview;
  readonly review: InlineReview;
  readonly exposure: Exposure;
  readonly #documents: ProposalDocuments;
  readonly #host: Host;
  readonly #owned: vscode.Disposable[];

  constructor(host: Host, inbox: LiveTree<InboxRow>, documents: ProposalDocuments) {
    this.#host = host;
    this.#documents = documents;
    this.files = new FilesUnderReview(host);
    this.exposure = new Exposure(host, this.files, (id) => rankOf(inbox, id));
    this.review = new InlineReview(host, this.files, this.exposure);
    this.#owned = [
      this.files,
      this.exposure,
      new QuickDiff(host, this.files),
      new ReviewMarks(this.files),
      new HunkTint(this.files),
      new CommitWatch(host, this.files),
      new TwoGutters(host, this.files),
      registerCodeActions(this.files),
      inbox.onDidExplain((row) => {
        const id = evidenceOn(row);
        if (id !== undefined) this.exposure.saw(id, 'evidence-opened');
      }),
    ];
  }

  /** Goes on with the review that this window had when it was closed. */
  async begin(): Promise<void> {
    await this.files.resume();
    await this.files.restore();
  }

  /** Shows a hunk where it is: in its file if it is open there, else as it was proposed. */
  readonly showRow = async (argument: string | HunkRow): Promise<void> => {
    const id = typeof argument === 'string' ? argument : argument.hunk.id;
    const open = allPlaced(this.files).find(({ hunk }) => hunk.id === id);
    if (open !== undefined) return await reveal(open, { preserveFocus: typeof argument !== 'string' });
    if (typeof argument === 'string') return;
    const { proposal, file, hunk } = argument;
    this.exposure.saw(hunk.id, 'shown');
    if (hunk.state === 'conflicted') return await this.#showConflict(proposal, file.path);
    await this.#documents.showFile(proposal, file.path, hunk.baseStart);
  };

  /** Shows what was proposed beside the file as it is now, which can be edited there. */
  readonly showConflicts = async (target: string | HunkRow): Promise<void> => {
    if (typeof target !== 'string') {
      return await this.#showConflict(target.proposal, target.file.path);
    }
    const proposal = await this.#proposal(target);
    const paths = proposal.files
      .filter(({ hunks }) => hunks.some(({ state }) => state === 'conflicted'))
      .map(({ path }) => path);
    const [only] = paths;
    if (only !== undefined && paths.length === 1) return await this.#showConflict(proposal, only);
    const changes = paths.map((path) => {
      const uri = fileUri(proposal.workspace, path);
      return [uri, proposalUri(proposal.id, path, 'proposed'), uri];
    });
    await vscode.commands.executeCommand(
      'vscode.changes',
      vscode.l10n.t('{0} (proposed ↔ now)', proposal.title),
      changes,
    );
  };

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  async #showConflict(proposal: ProposalView, path: string): Promise<void> {
    await vscode.commands.executeCommand(
      'vscode.diff',
      proposalUri(proposal.id, path, 'proposed'),
      fileUri(proposal.workspace, path),
      vscode.l10n.t('{0} (proposed ↔ now)', path.split('/').at(-1) ?? path),
      { preview: true },
    );
  }

  async #proposal(id: string): Promise<ProposalView> {
    for (const workspace of openProjects()) {
      const { proposals } = await this.#host.link.act('inbox.list', { workspace });
      const found = proposals.find((proposal) => proposal.id === id);
      if (found !== undefined) return found;
    }
    throw new UserError(
      'no-such-proposal',
      vscode.l10n.t('There is no proposal {0}.', id),
      vscode.l10n.t('Look at the inbox again.'),
    );
  }
}

/** Of what a row's tooltip shows evidence, if it has any. */
function evidenceOn(row: InboxRow): string | undefined {
  if (row.kind === 'hunk') return row.hunk.evidence.length > 0 ? row.hunk.id : undefined;
  return row.kind === 'proposal' && row.proposal.evidence.length > 0 ? row.proposal.id : undefined;
}

/** Place of a hunk, or of a proposal's first hunk, among all undecided ones. */
function rankOf(inbox: LiveTree<InboxRow>, id: string): number | undefined {
  const undecided = undecidedOf(inbox.rows);
  const at = undecided.findIndex((hunk) => hunk.id === id || hunk.id.startsWith(`${id}.`));
  return at < 0 ? undefined : at;
}
