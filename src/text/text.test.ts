import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  applyEdit,
  applyEdits,
  changesBetween,
  decode,
  diffLines,
  editsBetween,
  replaceLines,
  encode,
  lineStarts,
  merge3,
  splitLines,
  trimEdit,
  unifiedPatch,
  uniformEnd,
  usualEnd,
  withEnds,
} from './index.ts';

/** Texts of few different lines, all line ends, with and without a last one. */
const line = fc.constantFrom('a', 'b', 'c', '', '  a', 'ä', '𝒳', 'foo(bar, 1)', 'foo( bar,1 )');
const end = fc.constantFrom('\n', '\r\n', '\r');
const anyText = fc
  .tuple(fc.array(fc.tuple(line, end), { maxLength: 8 }), fc.option(line, { nil: '' }))
  .map(([lines, last]) => lines.map(([text, ending]) => text + ending).join('') + last);

describe('text', () => {
  it('cuts text into lines that are the text again', () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(splitLines(text).join(''), text)));
    assert.deepEqual(splitLines('a\r\nb\rc\n\nd'), ['a\r\n', 'b\r', 'c\n', '\n', 'd']);
    assert.deepEqual(splitLines(''), []);
    assert.deepEqual(lineStarts(['a\r\n', 'b']), [0, 3, 4]);
  });

  it('knows line ends', () => {
    assert.equal(uniformEnd('a\r\nb\r\n'), '\r\n');
    assert.equal(uniformEnd('a\r\nb\n'), undefined);
    assert.equal(uniformEnd('a'), undefined);
    assert.equal(usualEnd('a\r\nb\n\r\n'), '\r\n');
    assert.equal(usualEnd(''), '\n');
    assert.equal(withEnds('a\rb\nc\r\n', '\r\n'), 'a\r\nb\r\nc\r\n');
  });

  it('reads encodings without loss or not at all', () => {
    for (const encoding of ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be'] as const) {
      fc.assert(
        fc.property(anyText, (text) => {
          assert.deepEqual(decode(encode(text, encoding)), { text, encoding });
        }),
      );
    }
    assert.deepEqual(encode('ä', 'utf-16be'), new Uint8Array([0xfe, 0xff, 0, 0xe4]));
    assert.equal(decode(new Uint8Array([0x66, 0xfc, 0x72])), undefined, 'Latin-1');
    assert.equal(decode(new Uint8Array([0xff, 0xfe, 0x61])), undefined, 'half a UTF-16 unit');
    assert.equal(decode(new Uint8Array([0x61, 0, 0x62])), undefined, 'binary');
  });

  it('decodes any bytes to the same bytes or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const decoded = decode(bytes);
        if (decoded !== undefined) assert.deepEqual(encode(decoded.text, decoded.encoding), bytes);
      }),
    );
  });

  it('finds differences that make one text of the other and never touch', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const changes = changesBetween(a, b);
        const edits = changes.toReversed().map(({ start, end, added }) => ({ start, end, text: added }));
        assert.equal(applyEdits(a, edits), b);
        for (const [i, { aStart, start, end, removed, added }] of changes.entries()) {
          assert.notEqual(removed, added);
          assert.equal(a.slice(start, end), removed);
          assert.ok(aStart > (changes[i - 1]?.aEnd ?? -1));
        }
      }),
    );
    assert.deepEqual(diffLines('a\nb\nc\n', 'a\nB\nc\n'), [{ aStart: 1, aEnd: 2, bStart: 1, bEnd: 2 }]);
  });

  it('sees a very different large file as one difference in bounded time', () => {
    const make = (name: string) => Array.from({ length: 20_000 }, (_, i) => `${name}${i}\n`).join('');
    assert.equal(diffLines(make('a'), make('b')).length, 1);
  });

  it('puts lines in the place of others, with the line ends of the text', () => {
    const put = (text: string, first: number, last: number, fresh: string) =>
      applyEdits(text, [replaceLines(text, first, last, fresh)]);
    assert.equal(put('a\r\nb\r\nc', 1, 1, 'x\ny\n'), 'a\r\nx\r\ny\r\nc');
    assert.equal(put('a\nb\nc\n', 0, 1, 'x'), 'x\nc\n');
    assert.equal(put('a\nb', 1, 1, ''), 'a\n');
    assert.equal(put('a\n', 1, 1, 'x'), 'a\nx');
  });

  it('makes small edits of a new text', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const edits = editsBetween(a, b);
        assert.equal(applyEdits(a, edits), b);
      }),
    );
    assert.deepEqual(
      editsBetween('if(a){\nb\n}\n', 'if (a) {\n  b\n}\n').map(({ start, end, text }) => [start, end, text]),
      [
        [7, 7, '  '],
        [5, 5, ' '],
        [2, 2, ' '],
      ],
    );
  });

  it('trims what two sides share, but no CRLF and no surrogate pair in two', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const edit = trimEdit(a, { start: 0, end: a.length, text: b });
        assert.equal(applyEdit(a, edit), b);
      }),
    );
    assert.deepEqual(trimEdit('a\r\nb', { start: 0, end: 4, text: 'a\rb' }), {
      start: 1,
      end: 3,
      text: '\r',
    });
    assert.throws(() => applyEdit('abc', { start: 2, end: 4, text: '' }), RangeError);
  });

  it('merges what does not meet and names what does', () => {
    assert.deepEqual(merge3('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n'), { clean: true, text: 'A\nb\nC\n' });
    assert.deepEqual(merge3('a\n', 'b\n', 'b\n'), { clean: true, text: 'b\n' });
    assert.deepEqual(merge3('x\na\ny\n', 'x\nb\ny\n', 'x\nc\ny\n'), {
      clean: false,
      conflicts: [{ base: 'a\n', ours: 'b\n', theirs: 'c\n' }],
    });
    fc.assert(
      fc.property(anyText, anyText, (base, ours) => {
        assert.deepEqual(merge3(base, ours, base), { clean: true, text: ours });
        assert.deepEqual(merge3(base, base, ours), { clean: true, text: ours });
        assert.deepEqual(merge3(base, ours, ours), { clean: true, text: ours });
      }),
    );
  });

  it('has no patch where nothing differs', () => {
    assert.equal(unifiedPatch({ path: 'a', before: 'x', after: 'x' }), '');
  });
});
