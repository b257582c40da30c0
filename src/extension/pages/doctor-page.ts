import * as l10n from '@vscode/l10n';

import type { DoctorView } from '../../protocol/index.ts';
import { commandId } from '../manifest/commands.ts';
import { act, mark, html, none, page, type Html } from '../../report/index.ts';

const signs = { ok: 'good', warn: 'warn', mend: 'bad' } as const;

/** What is in order and what is not, with what to do. */
export function doctorPage(view: DoctorView, nonce: string): string {
  const broken = view.lines.filter(({ state }) => state === 'mend').length;
  const body = html`<h1>${l10n.t('Doctor')}</h1>
    <p class="soft">
      ${
        broken === 0
          ? l10n.t('Everything that is needed is there.')
          : l10n.t('To mend: {0} of {1}.', broken, view.lines.length)
      }
    </p>
    <ul class="items">
      ${view.lines.map(
        ({ name, state, text, remedy }) =>
          html`<li>
            ${mark(signs[state])}
            <div>
              <b>${name}</b>
              ${withCode(text)}${remedy === undefined ? none : html`<p class="how">${remedyOf(name, remedy)}</p>`}
            </div>
          </li>`,
      )}
    </ul>`;
  return page({ title: l10n.t('Doctor'), body, nonce });
}

/** In the editor the trust is given by a command of the editor. */
function remedyOf(name: string, remedy: string): Html {
  return /^trust$/i.test(name)
    ? act(l10n.t('Trust Workspace'), commandId('trustWorkspace'))
    : withCode(remedy);
}

/** What stands between backticks is shown as something to type. */
function withCode(text: string): Html {
  const parts = text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
  return parts.reduce((before, part) => html`${before}${part}`, none);
}
