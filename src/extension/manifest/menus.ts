import { commandId, commandNames, isInPalette } from './commands.ts';
import type { CommandName } from './commands.ts';
import { contexts, whenRow } from './contexts.ts';
import type { RowKind } from './contexts.ts';
import type { Keybinding, MenuId, MenuItem } from './types.ts';
import { views } from './views.ts';

const title = (name: CommandName, view: keyof typeof views, group: string): MenuItem => ({
  command: commandId(name),
  when: `view == ${views[view]}`,
  group,
});
const row = (name: CommandName, kinds: readonly RowKind[], group: string): MenuItem => ({
  command: commandId(name),
  when: whenRow(...kinds),
  group,
});

const proposals = ['proposal', 'proposalInReview'] as const;
const undecided = [...proposals, 'proposalFile', 'hunk', 'conflictedHunk'] as const;
const specs = ['agent', 'flow'] as const;
/** The peek shows our own side of the comparison. */
const ours = 'originalResourceScheme == pantheon-base';
const agentFile = 'resourceFilename =~ /\\.agent\\.md$/';
const flowFile = 'resourceFilename =~ /\\.flow\\.ya?ml$/';
const specFile = 'resourceFilename =~ /\\.(agent\\.md|flow\\.ya?ml)$/';

const ourThreads = 'commentController == pantheon.threads';
/** In the title of a thread whose context has these words. */
const inThread = (name: CommandName, words: string, group: string): MenuItem => ({
  command: commandId(name),
  when:
    words === ''
      ? `${ourThreads} && !commentThreadIsEmpty`
      : `${ourThreads} && commentThread =~ /\\b${words}\\b/`,
  group,
});

export const menus: Readonly<Partial<Record<MenuId, readonly MenuItem[]>>> = {
  commandPalette: commandNames
    .filter((name) => !isInPalette(name))
    .map((name) => ({ command: commandId(name), when: 'false' })),
  'view/title': [
    title('openReport', 'inbox', 'navigation@1'),
    title('refresh', 'inbox', 'navigation@2'),
    title('runFlow', 'runs', 'navigation@1'),
    title('queueFlow', 'runs', 'navigation@2'),
    title('newAgent', 'specs', '1_new@1'),
    title('newFlow', 'specs', '1_new@2'),
    title('doctor', 'specs', 'navigation@1'),
  ],
  'view/item/context': [
    row('lookFirst', [...proposals, 'proposalFile'], 'inline@1'),
    row('reviewInPlace', ['proposal'], 'inline@2'),
    row('stopReviewing', ['proposalInReview'], 'inline@2'),
    row('rowAccept', undecided, 'inline@3'),
    row('rowReject', undecided, 'inline@4'),
    row('lookFirst', [...proposals, 'proposalFile'], '1_look@1'),
    row('reviewInPlace', proposals, '1_look@2'),
    row('stopReviewing', ['proposalInReview'], '1_look@3'),
    row('showConflicts', ['conflictedHunk'], '1_look@4'),
    row('rowAccept', undecided, '2_decide@1'),
    row('rowReject', undecided, '2_decide@2'),
    row('thread.apply', ['suggestion'], 'inline@1'),
    row('thread.dismiss', ['suggestion', 'finding'], 'inline@2'),
    row('thread.apply', ['suggestion'], '2_decide@1'),
    row('thread.dismiss', ['suggestion', 'finding'], '2_decide@2'),
    row('thread.reopen', ['decidedFinding'], '2_decide@3'),
    row('showRun', ['running', 'finished'], 'inline@1'),
    row('cancelRun', ['running'], 'inline@2'),
    row('removeFromQueue', ['queued', 'paused'], 'inline@2'),
    row('pauseItem', ['queued'], 'inline@1'),
    row('resumeItem', ['paused'], 'inline@1'),
    row('runSpec', specs, 'inline@1'),
    row('queueSpec', ['flow'], 'inline@2'),
    row('runSpec', specs, '1_run@1'),
    row('queueSpec', ['flow'], '1_run@2'),
    row('openSpec', specs, '2_open@1'),
  ],
  // A higher number stands further left.
  'scm/change/title': [
    { command: commandId('hunk.accept'), when: ours, group: 'navigation@101' },
    { command: commandId('hunk.reject'), when: ours, group: 'navigation@100' },
  ],
  'comments/commentThread/title': [
    inThread('thread.apply', 'suggests', 'inline@1'),
    inThread('thread.reviewChange', 'changes', 'inline@2'),
    inThread('thread.dismiss', 'finding undecided', 'inline@3'),
    inThread('thread.resolve', 'conversation undecided', 'inline@3'),
    inThread('thread.reopen', 'decided', 'inline@3'),
    inThread('thread.next', '', 'inline@4'),
    { command: commandId('thread.cancel'), when: `${ourThreads} && commentThreadIsEmpty`, group: 'inline@5' },
  ],
  'comments/commentThread/context': [
    // The first stands rightmost and is the usual one.
    {
      command: commandId('thread.comment'),
      when: `${ourThreads} && commentThreadIsEmpty`,
      group: 'inline@1',
    },
    {
      command: commandId('thread.commentAndAsk'),
      when: `${ourThreads} && commentThreadIsEmpty`,
      group: 'inline@2',
    },
    { command: commandId('thread.reply'), when: `${ourThreads} && !commentThreadIsEmpty`, group: 'inline@1' },
    { command: commandId('thread.redo'), when: `${ourThreads} && !commentThreadIsEmpty`, group: 'inline@2' },
  ],
  'editor/title': [
    { command: commandId('runSpec'), when: specFile, group: 'navigation@1' },
    { command: commandId('queueSpec'), when: flowFile, group: 'navigation@2' },
  ],
  'editor/context': [
    {
      command: commandId('runAgent'),
      when: `editorTextFocus && resourceScheme == file && !(${agentFile})`,
      group: 'z_pantheon@1',
    },
    {
      command: commandId('commentHere'),
      when: 'editorTextFocus && resourceScheme == file',
      group: 'z_pantheon@2',
    },
  ],
};

/** Inbox rows can be decided from the keyboard while the inbox has the focus. */
const inInbox = `focusedView == ${views.inbox} && listFocus && !inputFocus`;
/** Keys of hunks are two strokes, because one stroke with Ctrl+Alt types letters on many keyboards. */
const onHunks = `${contexts.activeFileHasHunks} && editorTextFocus`;
const hunkKey = (name: CommandName, key: string): Keybinding => ({
  command: commandId(name),
  key: `ctrl+k ${key}`,
  mac: `cmd+k ${key}`,
  when: onHunks,
});
export const keybindings: readonly Keybinding[] = [
  hunkKey('hunk.accept', 'y'),
  hunkKey('hunk.reject', 'n'),
  hunkKey('hunk.next', '.'),
  hunkKey('hunk.previous', ','),
  hunkKey('hunk.undo', 'backspace'),
  { command: commandId('rowAccept'), key: 'ctrl+alt+a', mac: 'cmd+alt+a', when: inInbox },
  { command: commandId('rowReject'), key: 'ctrl+alt+r', mac: 'cmd+alt+r', when: inInbox },
];
