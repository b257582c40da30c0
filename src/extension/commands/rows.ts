import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import { hunksOf, type FindingRow, type HunkRow, type InboxRow } from '../views/inbox.ts';
import { isOpenRemark, isUndecided } from '../words.ts';

/** A row of the inbox; throws `UserError` where none is given or selected. */
export function requireRow(row: InboxRow | undefined): InboxRow {
  if (row !== undefined) return row;
  throw new UserError(
    'no-row',
    vscode.l10n.t('Nothing is selected in the inbox.'),
    vscode.l10n.t('Select a proposal, a file or a hunk first.'),
  );
}

export function requireHunk(row: InboxRow | undefined): HunkRow {
  const given = requireRow(row);
  if (given.kind === 'hunk') return given;
  throw new UserError(
    'no-hunk-row',
    vscode.l10n.t('This row of the inbox is no hunk.'),
    vscode.l10n.t('Select a hunk below it.'),
  );
}

/** A row with hunks that can be decided. */
export function requireWaiting(row: InboxRow | undefined): InboxRow {
  const given = requireRow(row);
  if (hunksOf(given).some(isUndecided)) return given;
  const isRemarks = given.kind === 'proposal' && given.proposal.findings.some(isOpenRemark);
  throw new UserError(
    'nothing-waits',
    vscode.l10n.t('No hunk of this row waits for a decision.'),
    isRemarks
      ? vscode.l10n.t('Select a remark below it.')
      : vscode.l10n.t('Undo Last Decision takes a decision back.'),
  );
}

/** A remark that can be decided so: one that waits and, to be accepted, suggests a change. */
export function requireSuggestion(row: FindingRow, decision: 'accept' | 'reject'): FindingRow {
  const { finding } = row;
  if (!isOpenRemark(finding)) {
    throw new UserError(
      'remark-decided',
      vscode.l10n.t('This remark is decided.'),
      vscode.l10n.t('Reopen it first.'),
    );
  }
  if (decision === 'reject' || finding.suggestion !== undefined) return row;
  throw new UserError(
    'no-suggestion',
    vscode.l10n.t('This remark suggests no change that could be applied.'),
    vscode.l10n.t('Discard it, or answer it where it stands.'),
  );
}
