import * as l10n from '@vscode/l10n';

import type { RunNodeView, RunView } from '../../protocol/index.ts';
import { commandId } from '../manifest/commands.ts';
import { count, nodeState, runState } from '../words.ts';
import { act, costs, evidenceLines, mark, html, none, page, type Html } from '../../report/index.ts';

/** One run as a page: its steps with what happened, its evidence, what it cost. */
export function runPage(run: RunView, nonce: string): string {
  const body = html`<h1>${run.flow}</h1>
    <p class="soft">
      ${runState(run)}${run.startedAt === null ? '' : `, ${l10n.t('started {0}', new Date(run.startedAt).toLocaleString())}`}
      · ${run.id}
    </p>
    ${run.detail === undefined ? none : html`<p>${run.detail}</p>`}
    <p class="acts">
      ${run.proposals.length === 0 ? none : act(count(run.proposals.length, 'proposal'), commandId('openInbox'))}
      ${run.state === 'finished' ? none : act(l10n.t('Cancel this run'), commandId('cancelRun'), run.id)}
    </p>
    <h2>${l10n.t('Steps')}</h2>
    ${
      run.nodes.length === 0
        ? html`<p class="soft">${l10n.t('It has not begun.')}</p>`
        : html`<ul class="items">
            ${run.nodes.map(step)}
          </ul>`
    }
    <h2>${l10n.t('What it cost')}</h2>
    ${costs(run.totals)}`;
  return page({ title: run.flow, body, nonce });
}

function step(node: RunNodeView): Html {
  return html`<li>
    ${mark(signOf(node))}
    <div>
      ${node.title === undefined ? html`<code>${node.address}</code>` : html`<b>${node.title}</b> <code>${node.address}</code>`}
      <span class="soft"
        >${nodeState(node)}${node.attempts > 1 ? `, ${l10n.t('{0} attempts', node.attempts)}` : ''}</span
      >${node.detail === undefined ? none : html`<p class="how">${node.detail}</p>`}${evidenceLines(node.evidence)}
    </div>
  </li>`;
}

function signOf({ outcome }: RunNodeView): 'good' | 'bad' | 'warn' | 'soft' {
  switch (outcome) {
    case 'succeeded':
      return 'good';
    case 'failed':
      return 'bad';
    case 'held':
      return 'warn';
    case 'abstained':
    case 'skipped':
    case 'cancelled':
    case undefined:
      return 'soft';
  }
}
