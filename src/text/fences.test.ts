import assert from 'node:assert/strict';

import fc from 'fast-check';

import { fenced, markdownParts } from './fences.ts';

describe('fences', () => {
  it('hold any code, which comes out as it went in, between any words', () => {
    const line = fc.stringMatching(/^[a-z`~ ]{0,8}$/);
    const words = fc.stringMatching(/^[a-z ]{1,12}$/);
    const code = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(words, code, words, (before, inside, after) => {
        const parts = markdownParts(`${before}\n${fenced(inside, 'suggestion')}\n${after}`);
        assert.deepEqual(
          parts.map(({ kind, info, code: held, text }) => (kind === 'words' ? text : { info, held })),
          [before, { info: 'suggestion', held: inside }, after],
        );
      }),
    );
  });

  it('lose nothing of a text, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a`\n ]{0,6}$/)), (pieces) => {
        const text = pieces.join('\n');
        assert.equal(
          markdownParts(text)
            .map((part) => part.text)
            .join('\n'),
          text,
        );
      }),
    );
  });

  it('that never close are words', () => {
    assert.deepEqual(
      markdownParts('a\n```\nb').map(({ kind }) => kind),
      ['words'],
    );
  });
});
