import * as l10n from '@vscode/l10n';

import type { FindingView, HunkView, QueueItemView, RunNodeView } from '../protocol/index.ts';

export { count, evidenceHow, evidenceResult, runState, showDuration, type Noun } from '../report/index.ts';

/** A text that fits into a message: one line, cut at a word. */
export function shorten(text: string, maxLength = 240): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= maxLength) return line;
  const end = line.lastIndexOf(' ', maxLength);
  return `${line.slice(0, end < 0 ? maxLength : end)} …`;
}

/** A text that Markdown shows as it is. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$]/g, String.raw`\$&`);
}

/** How a step of a run stands: `succeeded`, `running`, `waiting`. */
export function nodeState({ outcome, attempts }: Pick<RunNodeView, 'outcome' | 'attempts'>): string {
  switch (outcome) {
    case 'succeeded':
      return l10n.t('succeeded');
    case 'failed':
      return l10n.t('failed');
    case 'abstained':
      return l10n.t('abstained');
    case 'skipped':
      return l10n.t('skipped');
    case 'held':
      return l10n.t('held');
    case 'cancelled':
      return l10n.t('cancelled');
    case undefined:
      return attempts > 0 ? l10n.t('running') : l10n.t('waiting');
  }
}

/** Whether a hunk still waits for a decision. */
export function isUndecided({ state }: Pick<HunkView, 'state'>): boolean {
  return state === 'waiting' || state === 'open' || state === 'conflicted';
}

/** Whether a remark or a conversation still waits, also one whose lines changed. */
export function isOpenRemark({ state }: Pick<FindingView, 'state'>): boolean {
  return state === 'open' || state === 'outdated';
}

/** How a hunk stands: `open`, `accepted, edited`. */
export function hunkState({ state }: Pick<HunkView, 'state'>): string {
  switch (state) {
    case 'waiting':
      return l10n.t('waiting');
    case 'open':
      return l10n.t('open');
    case 'accepted':
      return l10n.t('accepted');
    case 'accepted-edited':
      return l10n.t('accepted, edited');
    case 'rejected':
      return l10n.t('rejected');
    case 'conflicted':
      return l10n.t('conflicted');
    case 'withdrawn':
      return l10n.t('withdrawn');
    case 'committed-undecided':
      return l10n.t('committed, undecided');
  }
}

/** `+2 −1 at line 14`. */
export function hunkSize(hunk: Pick<HunkView, 'added' | 'removed' | 'baseStart'>): string {
  return l10n.t('+{0} −{1} at line {2}', hunk.added.length, hunk.removed.length, hunk.baseStart + 1);
}

/** When a queued item starts, in a few words. */
export function queuedWhen(item: QueueItemView): string {
  if (item.state === 'paused') return l10n.t('paused');
  if (item.waitingFor !== undefined) return item.waitingFor;
  if (item.window !== undefined) return l10n.t('in the window {0}', item.window);
  return item.notBefore === undefined ? l10n.t('waiting') : l10n.t('from {0}', showTime(item.notBefore));
}

/** Time of day, with the date unless it is today. */
export function showTime(iso: string, now: Date = new Date()): string {
  const time = new Date(iso);
  const clock = time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return time.toDateString() === now.toDateString() ? clock : `${time.toLocaleDateString()} ${clock}`;
}
