import * as l10n from '@vscode/l10n';

import type { ThreadView } from '../../protocol/index.ts';
import { fenced, markdownParts } from '../../text/index.ts';
import { isOpenRemark } from '../words.ts';

/** What the buttons of a thread depend on: words that when-clauses look for. */
export function contextOf(thread: ThreadView): string {
  const { finding, state, waiting, proposals } = thread;
  const words = [
    finding === undefined ? 'conversation' : 'finding',
    isOpenRemark(thread) ? 'undecided' : 'decided',
    ...(state === 'outdated' ? ['outdated'] : []),
    ...(state === 'open' && finding?.suggestion !== undefined ? ['suggests'] : []),
    ...(waiting === undefined ? [] : ['waits']),
    ...(proposals.length === 0 ? [] : ['changes']),
  ];
  return words.join(' ');
}

const states = (): Readonly<Record<ThreadView['state'], string>> => ({
  open: '',
  applied: l10n.t('applied'),
  dismissed: l10n.t('discarded'),
  resolved: l10n.t('resolved'),
  outdated: l10n.t('outdated: the lines changed'),
});

const severities = () => ({ error: l10n.t('error'), warning: l10n.t('warning'), info: l10n.t('info') });

/** `mender, 2 of 7 · warning`, `mender · outdated: the lines changed`, `Conversation · resolved`. */
export function labelOf({ finding, state }: ThreadView): string {
  const who =
    finding === undefined
      ? l10n.t('Conversation')
      : finding.of > 1
        ? l10n.t('{0}, {1} of {2}', finding.agent, finding.number, finding.of)
        : finding.agent;
  const severity = state === 'open' && finding !== undefined ? severities()[finding.severity] : '';
  return [who, severity, states()[state]].filter((part) => part !== '').join(' · ');
}

/** One comment as Markdown: its words, and what it suggests as a diff of the lines that it is about. */
export function bodyOf({ comments, finding }: ThreadView, index: number): string {
  const before = index === 0 ? finding?.replaces : undefined;
  return markdownParts(comments[index]?.text ?? '')
    .map(({ kind, text, info, code }) => {
      if (kind === 'words') return harmlessWords(text);
      return info === 'suggestion' && before !== undefined ? fenced(diffOf(before, code), 'diff') : text;
    })
    .join('\n');
}

/** Lines that go and lines that come; what is the same on both ends stands once, without a sign. */
function diffOf(before: string, after: string): string {
  const [old, fresh] = [before.split('\n'), after.replace(/\n$/, '').split('\n')];
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail))
    tail += 1;
  return [
    ...old.slice(0, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...fresh.slice(head, fresh.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail).map((line) => ` ${line}`),
  ].join('\n');
}

/** Words of agents and persons are shown, not obeyed: no pictures from elsewhere, no HTML. Code stays as it is. */
export function harmless(text: string): string {
  return markdownParts(text)
    .map((part) => (part.kind === 'words' ? harmlessWords(part.text) : part.text))
    .join('\n');
}

/**
 * What is code and what is not is the renderer's to say (a mark before a backtick makes it a letter), so the two signs that
 * begin a picture are kept apart everywhere, by a space without width.
 */
function harmlessWords(text: string): string {
  return text
    .replaceAll('![', '!\u200b[')
    .split(/(`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('');
}
