import * as l10n from '@vscode/l10n';

import type { ReportItem, ReportView } from '../../protocol/index.ts';
import { count, runState } from './words.ts';
import { html, none, page, type Html } from './html.ts';
import { act, costs, evidenceLines, figures, mark } from './parts.ts';

/** Ids of the editor's commands. */
export interface ReportCommands {
  readonly queueFlow: string;
  readonly openInbox: string;
  readonly showRun: string;
}

export interface ReportPageOptions {
  readonly nonce: string;
  /** In the editor the page has links that run these commands; a file has none. */
  readonly commands?: ReportCommands;
}

type Sign = 'good' | 'bad' | 'warn' | 'soft';

/** The morning report as a page without scripts. It says what `pantheon report` says. */
export function reportPage(report: ReportView, options: ReportPageOptions): string {
  return page({
    title: l10n.t('Morning report'),
    body: reportBody(report, options),
    nonce: options.nonce,
  });
}

function reportBody(report: ReportView, { commands }: ReportPageOptions): Html {
  const head = html`<h1>${l10n.t('Morning report')}</h1>
    <p class="soft">${period(report)}</p>`;
  if (report.runs.length === 0) {
    return html`${head}
      <p>${l10n.t('Nothing ran in this time.')}</p>
      <p class="acts">${act(l10n.t('Queue Flow for Tonight…'), commands?.queueFlow)}</p>`;
  }
  return html`${head}
    ${figures([
      [report.mended, l10n.t('mended')],
      ...(report.reviewed > 0 ? [[report.reviewed, l10n.t('reviewed')] as const] : []),
      [report.abstained, l10n.t('tried, not mended')],
      ...(report.failed > 0 ? [[report.failed, l10n.t('failed')] as const] : []),
      ...(report.held > 0 ? [[report.held, l10n.t('held')] as const] : []),
      [report.proposals, report.proposals === 1 ? l10n.t('proposal') : l10n.t('proposals')],
    ])}
    ${report.proposals === 0 ? none : html`<p class="acts">${act(l10n.t('Open the Inbox'), commands?.openInbox)}</p>`}
    ${notes(report)} ${section(report, 'mended', l10n.t('Mended'), 'good')}
    ${section(report, 'reviewed', l10n.t('Reviewed'), 'good')}
    ${section(report, 'held', l10n.t('Held for you'), 'warn')}
    ${section(report, 'failed', l10n.t('Failed'), 'bad')}
    ${section(report, 'abstained', l10n.t('Tried, not mended'), 'soft')}
    <h2>${l10n.t('Runs')}</h2>
    <ul class="items">
      ${report.runs.map((run) => runItem(run, commands))}
    </ul>
    <h2>${l10n.t('What it cost')}</h2>
    ${costs(report.totals)}`;
}

function section(report: ReportView, result: ReportItem['result'], title: string, sign: Sign): Html {
  const items = report.items.filter((item) => item.result === result);
  if (items.length === 0) return none;
  return html`<h2>${title}</h2>
    <ul class="items">
      ${items.map(
        (item) =>
          html`<li>
            ${mark(sign)}
            <div>${titleOf(item.title)}${itemText(item)}</div>
          </li>`,
      )}
    </ul>`;
}

/** The evidence where there is some: the sentence that sums it up would say the same once more. */
function itemText({ result, detail, evidence = [] }: ReportItem): Html {
  if (result === 'mended' && evidence.length > 0) return html`${evidenceLines(evidence)}`;
  return html`<p class="how">${detail}</p>`;
}

/** What was worked on: a file and a name in it, the name first to the eye. */
function titleOf(title: string): Html {
  const [path = '', ...rest] = title.split(' ');
  if (rest.length === 0 || !path.includes('/')) return html`<b>${title}</b>`;
  return html`<b>${rest.join(' ')}</b> <span class="soft">${path}</span>`;
}

function notes(report: ReportView): Html {
  if (report.notes.length === 0) return none;
  return html`<h2>${l10n.t('To know')}</h2>
    <ul class="items">
      ${report.notes.map(
        (note) =>
          html`<li>
            ${mark('warn')}
            <div>${note}</div>
          </li>`,
      )}
    </ul>`;
}

function runItem(run: ReportView['runs'][number], commands: ReportCommands | undefined): Html {
  const link = commands === undefined ? html`${run.flow}` : act(run.flow, commands.showRun, run.id);
  const state =
    run.outcome === null ? l10n.t('not finished') : runState({ state: 'finished', outcome: run.outcome });
  return html`<li>
    ${mark(runSign(run.outcome))}
    <div>
      ${link}
      <span class="soft">${state} · ${run.id}</span
      >${run.detail === undefined ? none : html`<p class="how">${run.detail}</p>`}
    </div>
  </li>`;
}

function runSign(outcome: ReportView['runs'][number]['outcome']): Sign {
  switch (outcome) {
    case 'succeeded':
    case 'succeeded-with-skips':
      return 'good';
    case 'failed':
      return 'bad';
    case 'held':
    case null:
      return 'warn';
    case 'cancelled':
      return 'soft';
  }
}

function period({ from, to, runs }: ReportView): string {
  const [start, end] = [new Date(from), new Date(to)];
  const whole = { dateStyle: 'medium', timeStyle: 'short' } as const;
  const until =
    start.toDateString() === end.toDateString()
      ? end.toLocaleTimeString(undefined, { timeStyle: 'short' })
      : end.toLocaleString(undefined, whole);
  return l10n.t('{0} to {1}, {2}', start.toLocaleString(undefined, whole), until, count(runs.length, 'run'));
}
