import { contexts } from './contexts.ts';
import { commandId } from './commands.ts';
import type { CommandName } from './commands.ts';
import { walkthrough } from './walkthrough.ts';
import type { ViewContribution, ViewWelcome } from './types.ts';

export const containerId = 'pantheon';
export const views = {
  inbox: 'pantheon.inbox',
  runs: 'pantheon.runs',
  specs: 'pantheon.specs',
} as const;

const contextualTitle = 'Pantheon';

export const contributedViews: readonly ViewContribution[] = [
  { id: views.inbox, name: 'Inbox', icon: 'media/container.svg', contextualTitle },
  { id: views.runs, name: 'Queue & Runs', icon: 'media/container.svg', contextualTitle },
  { id: views.specs, name: 'Agents & Flows', icon: 'media/container.svg', contextualTitle },
];

const link = (text: string, name: CommandName) => `[${text}](command:${commandId(name)})`;
/** Opens the walkthrough. */
const firstSteps = `[first steps](command:workbench.action.openWalkthrough?${encodeURIComponent(JSON.stringify([`pantheon.pantheon#${walkthrough.id}`]))})`;
const opened = `workspaceFolderCount > 0`;
const away = `${opened} && ${contexts.runner} != ready`;
const ready = `${opened} && ${contexts.runner} == ready`;
const restricted = `${opened} && !isWorkspaceTrusted`;
const noFolder = 'workspaceFolderCount == 0';

/** What an empty view says: where things stand and the next step. */
export const viewsWelcome: readonly ViewWelcome[] = [
  {
    view: views.inbox,
    when: noFolder,
    contents:
      'Open the folder of a project, and agents can work on it overnight.\n[Open Folder](command:vscode.openFolder)',
  },
  {
    view: views.inbox,
    when: restricted,
    contents:
      'This window is in Restricted Mode: Pantheon shows what is there and runs nothing.\n[Manage Workspace Trust](command:workbench.trust.manage)',
  },
  {
    view: views.inbox,
    when: `${away} && isWorkspaceTrusted`,
    contents: `Results of the night wait here, hunk by hunk, each with the evidence that it works.\n${link('Queue Flow for Tonight…', 'queueFlow')}\nNew here? Take the ${firstSteps}. The background runner starts with the first run, or ${link('now', 'startRunner')}.`,
  },
  {
    view: views.inbox,
    when: `${ready} && isWorkspaceTrusted`,
    contents: `Nothing waits for a decision.\n${link('Queue Flow for Tonight…', 'queueFlow')}\nOr ${link('run one now', 'runFlow')}, or look at the ${link('morning report', 'openReport')}.`,
  },
  {
    view: views.runs,
    when: noFolder,
    contents: 'Runs of the open project are listed here.',
  },
  {
    view: views.runs,
    when: restricted,
    contents:
      'Nothing runs in Restricted Mode. Earlier runs are shown while the background runner is running.',
  },
  {
    view: views.runs,
    when: `${away} && isWorkspaceTrusted`,
    contents: `Nothing runs, for the background runner is not running. ${link('Start it', 'startRunner')} to see earlier runs.`,
  },
  {
    view: views.runs,
    when: `${ready} && isWorkspaceTrusted`,
    contents: `Nothing has run here yet.\n${link('Run Flow…', 'runFlow')}\nOr ${link('run a single agent', 'runAgent')}.`,
  },
  {
    view: views.specs,
    when: noFolder,
    contents: 'Agents and flows of the open project are listed here.',
  },
  {
    view: views.specs,
    when: opened,
    contents: `No agents or flows were found. They are plain files in the folder .pantheon.\n${link('New Agent…', 'newAgent')}\n${link('New Flow…', 'newFlow')}`,
  },
];
