import { commandId } from '../manifest/commands.ts';

/** What the links of the morning report do in the editor. */
export const reportCommands = {
  queueFlow: commandId('queueFlow'),
  openInbox: commandId('openInbox'),
  showRun: commandId('showRun'),
} as const;
