import * as l10n from '@vscode/l10n';

import type { Evidence, Totals } from '../../protocol/index.ts';
import { evidenceHow, evidenceResult, showDuration } from './words.ts';
import { html, none, type Html } from './html.ts';

/** A mark for an outcome: readable without colour. */
export function mark(kind: 'good' | 'bad' | 'warn' | 'soft'): Html {
  const sign = { good: '✓', bad: '✗', warn: '!', soft: '–' }[kind];
  const word = {
    good: l10n.t('good'),
    bad: l10n.t('failed'),
    warn: l10n.t('attention'),
    soft: l10n.t('no result'),
  }[kind];
  return html`<span class="mark ${kind}" role="img" aria-label="${word}">${sign}</span>`;
}

/** One line for each check that was made. */
export function evidenceLines(evidence: readonly Evidence[] = []): Html[] {
  return evidence.map(
    (one) =>
      html`<p class="how">
        <b class="${one.passed ? 'said' : 'bad'}">${evidenceResult(one)}</b> ·
        <code>${one.command.join(' ')}</code> · ${evidenceHow(one)}
      </p>`,
  );
}

/** Figures in a row, largest things first. */
export function figures(pairs: readonly (readonly [value: string | number, name: string])[]): Html {
  return html`<ul class="figures">
    ${pairs.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}
  </ul>`;
}

/** What it cost, as a table of two columns. */
export function costs(totals: Totals): Html {
  const rows: readonly (readonly [string, string])[] = [
    [
      l10n.t('Model calls'),
      totals.retries > 0
        ? l10n.t('{0}, {1} of them repeated', totals.calls, totals.retries)
        : String(totals.calls),
    ],
    [
      l10n.t('Tokens'),
      l10n.t('{0} read, {1} written', number(totals.promptTokens), number(totals.answerTokens)),
    ],
    [l10n.t('Model swaps'), String(totals.modelSwaps)],
    [l10n.t('Time in models'), showDuration(totals.modelMs)],
    [l10n.t('Time in checks'), showDuration(totals.checkMs)],
    [l10n.t('Time in all'), showDuration(totals.wallMs)],
    [l10n.t('Equal results checked once'), String(totals.memoHits)],
  ];
  return html`<table>
    ${rows.map(
      ([name, value]) =>
        html`<tr>
          <td>${name}</td>
          <td>${value}</td>
        </tr>`,
    )}
  </table>`;
}

/** A link that runs a command; nothing in a page outside the editor. */
export function act(title: string, command: string | undefined, argument?: string): Html {
  if (command === undefined) return none;
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return html`<a href="command:${command}${query}">${title}</a>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
