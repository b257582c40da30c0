import * as l10n from '@vscode/l10n';

import type {
  Evidence,
  FindingView,
  HunkView,
  QueueItemView,
  RunNodeView,
  RunView,
} from '../protocol/index.ts';

export type Noun =
  | 'hunk'
  | 'file'
  | 'proposal'
  | 'remark'
  | 'run'
  | 'step'
  | 'modelCall'
  | 'other'
  | 'otherHunk';

/** `1 hunk`, `3 hunks`. */
export function count(amount: number, noun: Noun): string {
  const isOne = amount === 1;
  switch (noun) {
    case 'hunk':
      return isOne ? l10n.t('{0} hunk', amount) : l10n.t('{0} hunks', amount);
    case 'file':
      return isOne ? l10n.t('{0} file', amount) : l10n.t('{0} files', amount);
    case 'proposal':
      return isOne ? l10n.t('{0} proposal', amount) : l10n.t('{0} proposals', amount);
    case 'remark':
      return isOne ? l10n.t('{0} remark', amount) : l10n.t('{0} remarks', amount);
    case 'run':
      return isOne ? l10n.t('{0} run', amount) : l10n.t('{0} runs', amount);
    case 'step':
      return isOne ? l10n.t('{0} step', amount) : l10n.t('{0} steps', amount);
    case 'modelCall':
      return isOne ? l10n.t('{0} model call', amount) : l10n.t('{0} model calls', amount);
    case 'otherHunk':
      return isOne ? l10n.t('{0} other hunk', amount) : l10n.t('{0} other hunks', amount);
    case 'other':
      return isOne ? l10n.t('{0} other', amount) : l10n.t('{0} others', amount);
  }
}

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

/** `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function showDuration(ms: number): string {
  if (ms < 1_000) return l10n.t('{0} ms', Math.round(ms));
  const seconds = ms / 1_000;
  if (seconds < 60) return l10n.t('{0} s', seconds.toFixed(1));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return l10n.t('{0} min {1} s', minutes, Math.floor(seconds % 60));
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** What a check showed, in a sentence. */
export function evidenceResult(evidence: Evidence): string {
  const fixed = evidence.testsFixed.length > 0 ? l10n.t('fixes {0}', nameTests(evidence.testsFixed)) : '';
  const broken =
    evidence.testsBroken.length > 0
      ? l10n.t('breaks {0}', nameTests(evidence.testsBroken))
      : evidence.passed
        ? l10n.t('breaks nothing')
        : l10n.t('does not hold');
  return [fixed, broken].filter((text) => text !== '').join(', ');
}

/** The title of the first test without its file, and how many more there are. */
export function nameTests([first = '', ...rest]: readonly string[]): string {
  const title = first.split(' > ').slice(1).join(' > ');
  const name = `“${title === '' ? first : title}”`;
  return rest.length === 0 ? name : l10n.t('{0} and {1} more', name, rest.length);
}

/** How it was checked: the command, how often, how isolated. */
export function evidenceHow(evidence: Evidence): string {
  return [
    showDuration(evidence.durationMs),
    evidence.repeats > 1 ? count(evidence.repeats, 'run') : '',
    evidence.sandboxed ? l10n.t('in the sandbox') : l10n.t('without a sandbox'),
    evidence.note ?? '',
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** `done, some skipped`, `running`, `queued`. */
export function runState(run: Pick<RunView, 'state' | 'outcome'>): string {
  switch (run.outcome ?? run.state) {
    case 'succeeded':
    case 'finished':
      return l10n.t('done');
    case 'succeeded-with-skips':
      return l10n.t('done, some skipped');
    case 'failed':
      return l10n.t('failed');
    case 'held':
      return l10n.t('held');
    case 'cancelled':
      return l10n.t('cancelled');
    case 'queued':
      return l10n.t('queued');
    case 'running':
      return l10n.t('running');
  }
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
