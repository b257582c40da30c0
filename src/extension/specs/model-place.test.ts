import assert from 'node:assert/strict';

import { typedModel } from './model-place.ts';

describe('the place of a model in an agent file', () => {
  const typedAt = (text: string) => {
    const before = text.slice(0, text.indexOf('|')).split('\n');
    return typedModel(text.replace('|', '').split('\n'), before.length - 1, before.at(-1)?.length ?? 0);
  };

  for (const [text, typed] of [
    ['---\nmodel: |\n---\n', ''],
    ['---\nmodel: qwen2.5-|\n---\n', 'qwen2.5-'],
    ['---\nmodel: [mender, qwe|]\n---\n', 'qwe'],
    ['---\nmodel:\n  - qwe|\n---\n', 'qwe'],
    ['---\nmodel:\n- |\n---\n', ''],
    ['---\nmodel: # by rank\n  - mender\n\n  # the large one\n  - "hf.co/a/b:7|"\n---\n', 'hf.co/a/b:7'],
    ['---\nmodel: [\n  mender,\n  qwe|\n]\n---\n', 'qwe'],
  ] as const) {
    it(`is at | in ${JSON.stringify(text)}`, () => assert.equal(typedAt(text), typed));
  }

  for (const text of [
    '---\nmodel:\n  - mender\n|\n---\n',
    '---\nmodel:\n  - mender\ntools:\n  - re|\n---\n',
    '---\nmodel: mender\npantheon:\n  context:\n    - fi|\n---\n',
    '---\nmodel: [mender]\n  - qwe|\n---\n',
    '---\nname: a\n---\nmodel:\n- qwe|\n',
    '---\nname: a\n---\nmodel: |\n',
    'model: |\n',
  ]) {
    it(`is not at | in ${JSON.stringify(text)}`, () => assert.equal(typedAt(text), undefined));
  }
});
