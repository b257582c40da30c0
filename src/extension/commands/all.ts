import * as vscode from 'vscode';

import type { CommandName } from '../manifest/commands.ts';
import type { ProposalDocuments } from '../proposal-documents.ts';
import {
  decideHunk,
  decideRow,
  goToHunk,
  reviewInPlace,
  stopReviewing,
  undoDecision,
} from '../inline/commands.ts';
import type { Reviewing } from '../inline/reviewing.ts';
import type { ThreadCommands } from '../threads/commands.ts';
import type { InboxRow } from '../views/inbox.ts';
import type { LiveTree } from '../views/live-tree.ts';
import { requireHunk, requireRow, requireSuggestion, requireWaiting } from './rows.ts';
import { newSpec } from './new-spec.ts';
import { doctor, openReport, saveReport, showRun } from './pages.ts';
import type { Command } from './register.ts';
import { queueForTonight, runNow } from './run.ts';
import { cancelRun, changeQueue } from './runs.ts';
import { openSpec, startSpec } from './spec-target.ts';
import { trustWorkspace } from './trust.ts';

interface Trees {
  readonly inbox: LiveTree<InboxRow>;
  readonly runs: { refresh(): void };
  readonly specs: { refresh(): void };
}

/** What each contributed command does. */
export function allCommands(
  trees: Trees,
  documents: ProposalDocuments,
  { files, review, exposure, showRow, showConflicts }: Reviewing,
  threads: ThreadCommands,
): Readonly<Record<CommandName, Command>> {
  const rowOf = (argument: unknown) => (argument as InboxRow | undefined) ?? trees.inbox.view.selection[0];
  // The keys of the inbox mean a remark too.
  const decide = async (row: InboxRow | undefined, decision: 'accept' | 'reject') => {
    if (row?.kind === 'finding') {
      return await threads.decide(
        requireSuggestion(row, decision),
        decision === 'accept' ? 'apply' : 'dismiss',
      );
    }
    return await decideRow(review, requireWaiting(row), decision);
  };
  const hunkOf = (argument: unknown) =>
    typeof argument === 'string' ? argument : requireHunk(rowOf(argument));
  return {
    runAgent: (host) => runNow(host, 'agent'),
    runFlow: (host) => runNow(host, 'flow'),
    queueFlow: (host) => queueForTonight(host),
    openInbox: async () => await vscode.commands.executeCommand('pantheon.inbox.focus'),
    openReport: (host) => openReport(host, exposure),
    saveReport: (host) => saveReport(host),
    doctor: (host) => doctor(host),
    newAgent: (host) => newSpec(host, 'agent'),
    newFlow: (host) => newSpec(host, 'flow'),
    showRun: (host, run) => showRun(host, exposure, run),
    cancelRun: (host, run) => cancelRun(host, run),
    trustWorkspace: (host) => trustWorkspace(host),
    startRunner: (host) => host.link.start(),
    refresh: async (host) => {
      host.library.forget();
      trees.inbox.refresh();
      trees.runs.refresh();
    },
    showLog: async (host) => host.log.show(),
    rowAccept: (_, row) => decide(rowOf(row), 'accept'),
    rowReject: (_, row) => decide(rowOf(row), 'reject'),
    reviewInPlace: (host, row) => reviewInPlace(host, review, row as InboxRow | undefined),
    stopReviewing: (_, row) => stopReviewing(files, review, row as InboxRow | undefined),
    'hunk.accept': (_, ...args) => decideHunk(files, review, 'accept', args),
    'hunk.reject': (_, ...args) => decideHunk(files, review, 'reject', args),
    'hunk.next': () => goToHunk(files, 1),
    'hunk.previous': () => goToHunk(files, -1),
    'hunk.undo': () => undoDecision(files, review),
    showConflicts: (_, target) => showConflicts(hunkOf(target)),
    commentHere: () => threads.commentHere(),
    'thread.next': (_, thread) => threads.next(thread),
    'thread.comment': (_, reply) => threads.reply(reply),
    'thread.commentAndAsk': (_, reply) => threads.ask(reply),
    'thread.reply': (_, reply) => threads.reply(reply),
    'thread.redo': (_, reply) => threads.ask(reply),
    'thread.cancel': (_, thread) => threads.cancel(thread),
    'thread.apply': (_, thread) => threads.decide(thread, 'apply'),
    'thread.dismiss': (_, thread) => threads.decide(thread, 'dismiss'),
    'thread.resolve': (_, thread) => threads.decide(thread, 'resolve'),
    'thread.reopen': (_, thread) => threads.decide(thread, 'reopen'),
    'thread.show': (_, thread) => threads.show(thread),
    'thread.reviewChange': (_, thread) => threads.reviewChange(thread),
    lookFirst: async (_, row) => {
      const chosen = requireRow(rowOf(row));
      exposure.saw(chosen.proposal.id, 'opened');
      await documents.lookAt(chosen.proposal);
    },
    showHunk: (_, row) => showRow(hunkOf(row)),
    removeFromQueue: (host, row) => changeQueue(host, row, 'queue.remove'),
    pauseItem: (host, row) => changeQueue(host, row, 'queue.pause'),
    resumeItem: (host, row) => changeQueue(host, row, 'queue.resume'),
    runSpec: (host, target) => startSpec(host, target, 'now'),
    queueSpec: (host, target) => startSpec(host, target, 'tonight'),
    openSpec: (_, row) => openSpec(row),
  };
}
