import type * as vscode from 'vscode';

import type { DaemonLink } from './daemon-link.ts';
import type { Milestones } from './milestones.ts';
import type { SpecLibrary } from './specs/library.ts';

/** What every part of the extension gets. */
export interface Host {
  readonly context: vscode.ExtensionContext;
  readonly link: DaemonLink;
  readonly library: SpecLibrary;
  readonly log: vscode.LogOutputChannel;
  readonly milestones: Milestones;
  /** Pantheon's data folder. */
  readonly home: string;
}
