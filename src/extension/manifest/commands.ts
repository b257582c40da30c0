import type { CommandContribution } from './types.ts';

interface Command {
  readonly title: string;
  readonly icon?: `$(${string})`;
  /** Needs a row or an editor to act on, so the palette does not offer it. */
  readonly needsTarget?: true;
  readonly enablement?: string;
}

/** Every command of the extension. Its id is `pantheon.` and its key here. */
export const commands = {
  runAgent: { title: 'Run Agent…', icon: '$(play)' },
  runFlow: { title: 'Run Flow…', icon: '$(play)' },
  queueFlow: { title: 'Queue Flow for Tonight…', icon: '$(clock)' },
  openInbox: { title: 'Open Inbox', icon: '$(inbox)' },
  openReport: { title: 'Open Morning Report', icon: '$(notebook)' },
  saveReport: { title: 'Save Morning Report as HTML…', icon: '$(save-as)' },
  doctor: { title: 'Doctor', icon: '$(pulse)' },
  newAgent: { title: 'New Agent…', icon: '$(new-file)' },
  newFlow: { title: 'New Flow…', icon: '$(new-file)' },
  showRun: { title: 'Show Run', icon: '$(open-preview)' },
  cancelRun: { title: 'Cancel Run', icon: '$(debug-stop)' },
  trustWorkspace: { title: 'Trust Workspace', icon: '$(workspace-trusted)' },
  startRunner: { title: 'Start Background Runner', icon: '$(debug-start)' },
  refresh: { title: 'Refresh', icon: '$(refresh)' },
  showLog: { title: 'Show Log', icon: '$(output)' },
  rowAccept: { title: 'Accept', icon: '$(check)', needsTarget: true },
  rowReject: { title: 'Reject…', icon: '$(close)', needsTarget: true },
  lookFirst: { title: 'Look First', icon: '$(diff-multiple)', needsTarget: true },
  showHunk: { title: 'Show Hunk', icon: '$(diff)', needsTarget: true },
  reviewInPlace: { title: 'Review in Place', icon: '$(eye)' },
  stopReviewing: { title: 'Stop Reviewing', icon: '$(eye-closed)' },
  'hunk.accept': { title: 'Accept Hunk', icon: '$(check)' },
  'hunk.reject': { title: 'Reject Hunk…', icon: '$(close)' },
  'hunk.next': { title: 'Next Hunk', icon: '$(arrow-down)' },
  'hunk.previous': { title: 'Previous Hunk', icon: '$(arrow-up)' },
  'hunk.undo': { title: 'Undo Last Decision', icon: '$(discard)' },
  showConflicts: { title: 'Show Conflicts', icon: '$(warning)', needsTarget: true },
  commentHere: { title: 'Comment Here', icon: '$(comment)' },
  'thread.next': { title: 'Next Remark', icon: '$(arrow-down)' },
  'thread.comment': { title: 'Comment', needsTarget: true, enablement: '!commentIsEmpty' },
  'thread.commentAndAsk': { title: 'Ask an Agent', needsTarget: true, enablement: '!commentIsEmpty' },
  'thread.reply': { title: 'Reply', needsTarget: true, enablement: '!commentIsEmpty' },
  'thread.redo': { title: 'Ask to Redo', needsTarget: true },
  'thread.cancel': { title: 'Cancel', icon: '$(close)', needsTarget: true },
  'thread.apply': { title: 'Apply', icon: '$(check)', needsTarget: true },
  'thread.dismiss': { title: 'Discard', icon: '$(close)', needsTarget: true },
  'thread.resolve': { title: 'Resolve', icon: '$(pass)', needsTarget: true },
  'thread.reopen': { title: 'Reopen', icon: '$(issue-reopened)', needsTarget: true },
  'thread.show': { title: 'Show Remark', icon: '$(comment)', needsTarget: true },
  'thread.reviewChange': { title: 'Review Change in Place', icon: '$(eye)', needsTarget: true },
  removeFromQueue: { title: 'Take Out of the Queue', icon: '$(trash)', needsTarget: true },
  pauseItem: { title: 'Pause', icon: '$(debug-pause)', needsTarget: true },
  resumeItem: { title: 'Resume', icon: '$(debug-continue)', needsTarget: true },
  runSpec: { title: 'Run', icon: '$(play)', needsTarget: true },
  queueSpec: { title: 'Queue for Tonight', icon: '$(clock)', needsTarget: true },
  openSpec: { title: 'Open File', icon: '$(go-to-file)', needsTarget: true },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

/** Names in the order of the palette's definition. */
export const commandNames = Object.keys(commands) as CommandName[];

/** The id under which VS Code knows a command. */
export function commandId(name: CommandName): string {
  return `pantheon.${name}`;
}

/** Whether the palette offers it. */
export function isInPalette(name: CommandName): boolean {
  return !('needsTarget' in commands[name]);
}

export function contributedCommands(): CommandContribution[] {
  return commandNames.map((name) => {
    const { title, icon, enablement }: Command = commands[name];
    return {
      command: commandId(name),
      title,
      category: 'Pantheon',
      ...(icon === undefined ? {} : { icon }),
      ...(enablement === undefined ? {} : { enablement }),
    };
  });
}
