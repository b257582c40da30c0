import assert from 'node:assert/strict';

import fc from 'fast-check';

import { anchorAt, placeAmongHunks, placeNow, type Lines } from './anchor.ts';

const base = 'zero\none\ntwo\nthree\nfour\nfive\n';

function place(now: string, lines: Lines, from: string | undefined = base): Lines | undefined {
  const anchor = anchorAt(base, lines);
  assert.ok(anchor);
  return placeNow(anchor, from, now);
}

describe('an anchor', () => {
  const two = { line: 2, endLine: 3 };

  it('moves with its lines, also through other line ends', () => {
    assert.deepEqual(place(base, two), two);
    assert.deepEqual(place(`new\nnew\n${base}`, two), { line: 4, endLine: 5 });
    assert.deepEqual(place(base.replace('zero\n', '').replaceAll('\n', '\r\n'), two), {
      line: 1,
      endLine: 2,
    });
    assert.deepEqual(place(base.replace('one\n', 'one\nmore\n').replace('four', 'FOUR'), two), {
      line: 3,
      endLine: 4,
    });
  });

  it('is nowhere once its lines changed, went, or something came between them', () => {
    assert.equal(place(base.replace('two', 'TWO'), two), undefined);
    assert.equal(place(base.replace('two\n', ''), two), undefined);
    assert.equal(place(base.replace('two\n', 'two\nmore\n'), two), undefined);
    assert.equal(place('', two), undefined);
  });

  it('is found again when its lines come back', () => {
    const moved = 'x\ny\nz\nzero\none\ntwo\nthree\nfour\nfive\n';
    assert.deepEqual(place(moved, two), { line: 5, endLine: 6 });
  });

  it('without the text it was made in is found only where the same lines stand once in the same surroundings', () => {
    const long = `a\nb\nc\n${base}d\n`;
    const anchor = anchorAt(long, { line: 5, endLine: 6 });
    assert.ok(anchor);
    assert.deepEqual(placeNow(anchor, undefined, `head\n${long}tail`)?.line, 6);
    assert.equal(placeNow(anchor, undefined, `${long}${long}`), undefined);
    assert.equal(placeNow(anchor, undefined, 'other\ntwo\nthree\nother\n'), undefined);
  });

  it('stands at the text of an open hunk that would replace its lines, and elsewhere as ever', () => {
    const among = (text: string, lines = two, original = base) => {
      const anchor = anchorAt(base, lines);
      assert.ok(anchor);
      return placeAmongHunks(anchor, base, { text, original });
    };
    assert.deepEqual(among(base.replace('two', 'TWO\nand more')), { line: 2, endLine: 4 });
    assert.deepEqual(among(base.replace('two\nthree', 'TWO')), { line: 2, endLine: 2 });
    assert.deepEqual(among(base.replace('zero', 'a\nb').replace('three', 'THREE\nc')), {
      line: 3,
      endLine: 5,
    });
    assert.deepEqual(among(base.replace('zero', 'a\nb')), { line: 3, endLine: 4 });
    const changed = base.replace('two', 'TWO');
    assert.equal(among(changed, two, changed), undefined);
  });

  it('needs lines that exist; the empty line at the end does', () => {
    assert.equal(anchorAt(base, { line: 5, endLine: 7 }), undefined);
    assert.equal(anchorAt(base, { line: 3, endLine: 2 }), undefined);
    assert.equal(anchorAt(base, { line: 6, endLine: 6 })?.text, '');
    assert.equal(anchorAt('', { line: 0, endLine: 0 })?.text, '');
  });

  it('never stands at lines that say something else', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 10 });
    const cut = fc.tuple(text, text, fc.nat(9), fc.nat(3));
    fc.assert(
      fc.property(cut, ([before, after, at, more]) => {
        const from = before.map((line) => `${line}\n`).join('');
        const now = after.map((line) => `${line}\n`).join('');
        const line = at % before.length;
        const anchor = anchorAt(from, { line, endLine: Math.min(before.length - 1, line + more) });
        assert.ok(anchor);
        const found = placeNow(anchor, from, now);
        if (found === undefined) return;
        assert.equal(after.slice(found.line, found.endLine + 1).join('\n'), anchor.text);
        assert.equal(found.endLine - found.line, anchor.endLine - anchor.line);
      }),
      { numRuns: 2000 },
    );
  });
});
