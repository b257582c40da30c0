import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import { Gathered } from '../gathered.ts';
import type { Host } from '../host.ts';
import { commandId, commandNames } from '../manifest/commands.ts';
import { tell } from '../messages.ts';

export interface PanelOptions {
  /** One panel for each key. */
  readonly key: string;
  readonly title: string;
  /** The page's HTML; called again when one of the topics changes. */
  readonly render: (nonce: string) => Promise<string>;
  readonly topics: readonly string[];
}

const open = new Map<string, vscode.WebviewPanel>();

/** Shows a page as an editor; the page has no scripts, and its links can run only commands of the palette. */
export async function showPanel(host: Host, options: PanelOptions): Promise<void> {
  const text = await options.render(newNonce());
  // The person may have opened or closed it while it was made.
  const known = open.get(options.key);
  if (known !== undefined) {
    known.webview.html = text;
    known.reveal();
    return;
  }
  const panel = vscode.window.createWebviewPanel('pantheon.page', options.title, vscode.ViewColumn.Active, {
    enableScripts: false,
    enableCommandUris: commandNames.map(commandId),
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panel.iconPath = vscode.Uri.joinPath(host.context.extensionUri, 'media', 'icon.svg');
  panel.webview.html = text;
  open.set(options.key, panel);
  const isOpen = () => open.get(options.key) === panel;
  const renewing = new Gathered(async () => {
    try {
      const renewed = await options.render(newNonce());
      if (isOpen()) panel.webview.html = renewed;
    } catch (error) {
      if (isOpen() && host.link.state === 'ready') void tell(host, error);
    }
  });
  const listeners = vscode.Disposable.from(
    host.link.onDidChangeViews((topics) => {
      if (topics.some((topic) => options.topics.includes(topic))) renewing.request();
    }),
    // What changed while no runner was there was not heard.
    host.link.onDidChangeState((state) => {
      if (state === 'ready' && options.topics.length > 0) renewing.request();
    }),
  );
  panel.onDidDispose(() => {
    listeners.dispose();
    open.delete(options.key);
  });
}

export function newNonce(): string {
  return randomBytes(16).toString('base64');
}
