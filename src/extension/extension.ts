import { homedir } from 'node:os';
import { join } from 'node:path';

import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';

import { messageOf } from '../common/index.ts';
import { allCommands } from './commands/all.ts';
import { goOnFollowing } from './commands/following.ts';
import { registerCommands } from './commands/register.ts';
import { DaemonLink } from './daemon-link.ts';
import type { Host } from './host.ts';
import { contexts } from './manifest/contexts.ts';
import { tell } from './messages.ts';
import { Milestones } from './milestones.ts';
import { openProjects } from './projects.ts';
import { ProposalDocuments } from './proposal-documents.ts';
import { Reviewing } from './inline/reviewing.ts';
import { registerCompletion } from './specs/completion.ts';
import { SpecDiagnostics } from './specs/diagnostics.ts';
import { registerLenses } from './specs/lenses.ts';
import { SpecLibrary } from './specs/library.ts';
import { ThreadCommands } from './threads/commands.ts';
import { ReviewThreads } from './threads/review-threads.ts';
import { createInbox, type InboxRow } from './views/inbox.ts';
import type { LiveTree } from './views/live-tree.ts';
import { createNightNotice } from './views/night-notice.ts';
import { createRuns, type QueueRow } from './views/runs.ts';
import { createSpecs, type SpecsRow } from './views/specs.ts';
import { createStatusBar } from './views/status-bar.ts';
import { wakeRunner } from './wake.ts';

/** What other extensions and the tests get. */
export interface PantheonApi {
  /** Time that our own code took to stand, in milliseconds. */
  readonly activationMs: number;
  readonly link: DaemonLink;
  readonly library: SpecLibrary;
  readonly trees: {
    readonly inbox: LiveTree<InboxRow>;
    readonly runs: LiveTree<QueueRow>;
    readonly specs: LiveTree<SpecsRow>;
  };
  readonly reviewing: Reviewing;
  readonly threads: ReviewThreads;
}

let active: Reviewing | undefined;

/** Puts the extension together. What is slow or may fail begins after this returned. */
export function activate(context: vscode.ExtensionContext): PantheonApi {
  const startedAt = performance.now();
  // For the parts that know no editor.
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });
  const log = vscode.window.createOutputChannel('Pantheon', { log: true });
  const home = dataFolder();
  const { version } = context.extension.packageJSON as { version: string };
  const link = new DaemonLink({ home, installationRoot: context.extensionPath, version, log });
  const library = new SpecLibrary({ home, bundled: join(context.extensionPath, 'agents') });
  const milestones = new Milestones(context.globalState);
  const host: Host = {
    context,
    link,
    library,
    log,
    milestones,
    home,
  };
  const documents = new ProposalDocuments(host);
  const trees = { inbox: createInbox(host), runs: createRuns(host), specs: createSpecs(host) };
  const reviewing = new Reviewing(host, trees.inbox, documents);
  const threads = new ReviewThreads(host, reviewing.files, reviewing.exposure);
  const diagnostics = new SpecDiagnostics(library, openProjects);
  context.subscriptions.push(
    log,
    link,
    library,
    documents,
    trees.inbox,
    trees.runs,
    trees.specs,
    diagnostics,
    reviewing,
    threads,
    createStatusBar(host, trees.inbox, trees.runs, reviewing.files),
    createNightNotice(host, trees.runs),
    goOnFollowing(host),
    wakeRunner(host, trees.runs, trees.inbox),
    registerCompletion(library, link),
    registerLenses(library),
    link.onDidChangeState((state) => void showRunner(state)),
    link.onDidGiveUp((error) => void tell(host, error)),
  );
  const threadCommands = new ThreadCommands(host, threads, reviewing.files, reviewing.review);
  registerCommands(host, allCommands(trees, documents, reviewing, threadCommands));
  setImmediate(() => {
    begin(host, [() => milestones.restore(), () => diagnostics.checkAll(), () => reviewing.begin()]);
    for (const tree of Object.values(trees)) tree.refresh();
    threads.refresh();
  });
  active = reviewing;
  return { activationMs: performance.now() - startedAt, link, library, trees, reviewing, threads };
}

/** What was typed just before the window closes is told to the runner. */
export async function deactivate(): Promise<void> {
  await active?.files.flush();
}

/** Starts what goes on in the background; a part that fails is logged and stops no other. */
function begin({ link, library, log }: Host, parts: readonly (() => Promise<void>)[]): void {
  link.watch();
  library.watch();
  for (const part of [() => showRunner(link.state), ...parts]) {
    part().catch((error: unknown) => log.error(error instanceof Error ? error : messageOf(error)));
  }
}

async function showRunner(state: DaemonLink['state']): Promise<void> {
  await vscode.commands.executeCommand('setContext', contexts.runner, state);
}

/** Folder of all data: the setting, else `PANTHEON_HOME`, else `~/.pantheon`, on Windows `%LOCALAPPDATA%\pantheon`. */
function dataFolder(): string {
  const chosen = vscode.workspace.getConfiguration('pantheon').get('home', '');
  if (chosen !== '') return chosen;
  const { PANTHEON_HOME: home, LOCALAPPDATA: local } = process.env;
  if (home !== undefined && home !== '') return home;
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData', 'Local'), 'pantheon');
  return join(homedir(), '.pantheon');
}
