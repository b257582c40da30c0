import * as vscode from 'vscode';

import type { ThreadView } from '../../protocol/index.ts';
import type { Host } from '../host.ts';

export const threadScheme = 'pantheon-thread';

/** The address of the text that a thread was made in. Its path is the file's own, so that the editor knows the language. */
export function threadBaseUri({ id, path }: Pick<ThreadView, 'id' | 'path'>): vscode.Uri {
  return vscode.Uri.from({ scheme: threadScheme, path: `/${path}`, query: id });
}

/** Read-only texts in which outdated threads are shown. They never change. */
export function registerThreadBases(host: Host): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(threadScheme, {
    provideTextDocumentContent: async ({ query: thread }) => {
      const { text } = await host.link.act('threads.base', { thread });
      return text ?? `${vscode.l10n.t('The text of this thread was erased.')}\n`;
    },
  });
}
