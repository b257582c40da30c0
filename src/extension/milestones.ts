import * as vscode from 'vscode';

import { contexts, milestones } from './manifest/contexts.ts';
import type { Milestone } from './manifest/contexts.ts';

const key = (milestone: Milestone) => `milestone.${milestone}`;

/** What the person has reached; it stays reached, and completes the steps of the walkthrough. */
export class Milestones {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  /** Tells the editor what was reached in earlier sessions. */
  async restore(): Promise<void> {
    for (const milestone of milestones) {
      if (this.#memory.get<boolean>(key(milestone)) === true) await show(milestone);
    }
  }

  async reach(milestone: Milestone): Promise<void> {
    if (this.#memory.get<boolean>(key(milestone)) === true) return;
    await this.#memory.update(key(milestone), true);
    await show(milestone);
  }
}

async function show(milestone: Milestone): Promise<void> {
  await vscode.commands.executeCommand('setContext', contexts[milestone], true);
}
