import * as vscode from 'vscode';

import type { Host } from '../host.ts';
import { commandId, commandNames } from '../manifest/commands.ts';
import type { CommandName } from '../manifest/commands.ts';
import { tell } from '../messages.ts';

/** What a command does. The arguments are those of VS Code: of a tree row, a lens, an editor. */
export type Command = (host: Host, ...args: readonly unknown[]) => Promise<unknown>;

/** Registers every contributed command; one that fails says why and what to do. Returns what the command returns. */
export function registerCommands(host: Host, all: Readonly<Record<CommandName, Command>>): void {
  for (const name of commandNames) {
    const run = async (...args: readonly unknown[]) => {
      try {
        return await all[name](host, ...args);
      } catch (error) {
        // Not awaited: a command is over when it failed, not when its message was read.
        void tell(host, error);
        return undefined;
      }
    };
    host.context.subscriptions.push(vscode.commands.registerCommand(commandId(name), run));
  }
}
