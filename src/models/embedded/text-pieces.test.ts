import assert from 'node:assert/strict';

import fc from 'fast-check';

import { TextPieces } from './text-pieces.ts';

describe('text that comes token by token', () => {
  it('is whole at the end, and no piece ends inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // The hardest tokenizer: every byte is a token.
        const pieces = new TextPieces<number>((tokens) => Buffer.from(tokens).toString('utf8'), []);
        const heard: string[] = [];
        for (const byte of Buffer.from(text)) heard.push(pieces.add(byte));
        heard.push(pieces.end());
        assert.equal(heard.join(''), text);
        assert.ok(text.includes('\uFFFD') || heard.every((piece) => !piece.includes('\uFFFD')));
      }),
    );
  });

  it('gives up on bytes that are no character', () => {
    const pieces = new TextPieces<number>((tokens) => Buffer.from(tokens).toString('utf8'), []);
    const heard = [0x80, 0x80, 0x80, 0x80, 0x61].map((byte) => pieces.add(byte)).join('');
    assert.match(heard, /\uFFFD.*a$/);
  });
});
