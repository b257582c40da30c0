import * as l10n from '@vscode/l10n';

import type { Evidence, RunView } from '../../protocol/index.ts';

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
