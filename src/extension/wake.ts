import * as vscode from 'vscode';

import { messageOf } from '../common/index.ts';
import type { Host } from './host.ts';
import { openProjects } from './projects.ts';
import type { InboxRow } from './views/inbox.ts';
import type { LiveTree } from './views/live-tree.ts';
import type { QueueRow } from './views/runs.ts';

const usedKey = 'runner.wasUsed';

/**
 * Starts the runner when a window opens whose projects it has worked for: it leaves when there is nothing to do, and what a night
 * left is known to it alone. Where nothing ever ran, nothing is started.
 */
export function wakeRunner(
  host: Host,
  runs: LiveTree<QueueRow>,
  inbox: LiveTree<InboxRow>,
): vscode.Disposable {
  const { context, link, log } = host;
  const note = (rows: readonly unknown[]) => {
    if (rows.length > 0 && context.workspaceState.get(usedKey) !== true)
      void context.workspaceState.update(usedKey, true);
  };
  const wake = () => {
    const isUsed = context.workspaceState.get<boolean>(usedKey) === true;
    if (!isUsed || !vscode.workspace.isTrusted || openProjects().length === 0) return;
    link.start().catch((error: unknown) => log.warn(`The background runner: ${messageOf(error)}`));
  };
  setImmediate(wake);
  return vscode.Disposable.from(
    runs.onDidLoad(note),
    inbox.onDidLoad(note),
    vscode.workspace.onDidGrantWorkspaceTrust(wake),
  );
}
