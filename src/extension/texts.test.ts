import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as l10n from '@vscode/l10n';

import {
  bundleOf,
  extensionTexts,
  textsOf,
  type FoundText,
  type Texts,
} from '../../scripts/extension-texts.ts';
import { count } from './words.ts';

const list = (found: readonly FoundText[]) =>
  found.map(({ file, line, text }) => `${file}:${line} ${JSON.stringify(text)}`);

describe('texts of the extension', () => {
  let all: Texts;

  before(() => {
    all = extensionTexts();
  });

  it('all go through l10n, with a value for each placeholder', () => {
    const { bare, unreadable, translated } = all;
    assert.deepEqual(list(bare), []);
    assert.deepEqual(list(unreadable), []);
    assert.ok(translated.length > 250, `${translated.length} were found`);
  });

  it('are listed for translators: `npm run manifest` renews the list', () => {
    const file = join(import.meta.dirname, '..', '..', 'l10n', 'bundle.l10n.json');
    assert.equal(readFileSync(file, 'utf8'), bundleOf(all.translated));
  });

  it('are found where they are forgotten', () => {
    const source = [
      "void vscode.window.showInformationMessage('Nothing runs here.');",
      "const item = { label: '$(x) running', description: vscode.l10n.t('fine'), id: 'two-words' };",
      'const message = `${amount} hunks to decide`;',
      'const page = html`<p class="two words">${1}</p><b>Heading</b>`;',
      "host.log.warn('not for people'); throw new Error('nor is this');",
      "vscode.l10n.t('{0} of {1}', one); vscode.l10n.t(word);",
    ].join('\n');
    const { bare, unreadable, translated } = textsOf('x.ts', source);
    assert.deepEqual(
      bare.map(({ line }) => line),
      [1, 2, 3, 4],
    );
    assert.deepEqual(
      unreadable.map(({ line }) => line),
      [6, 6],
    );
    assert.deepEqual(
      translated.map(({ text }) => text),
      ['fine'],
    );
  });

  it('are said in the language of the editor', () => {
    l10n.config({ contents: { '{0} hunk': '{0} Stelle', '{0} hunks': '{0} Stellen' } });
    try {
      assert.equal(count(1, 'hunk'), '1 Stelle');
      assert.equal(count(7, 'hunk'), '7 Stellen');
    } finally {
      l10n.config({ contents: {} });
    }
  });
});
