import assert from 'node:assert/strict';

import fc from 'fast-check';

import { editOfFindings, findingOfEdit } from './suggestions.ts';

const said = { agent: 'mender', message: 'Look.' };
const finding = (before: string, after: string) => findingOfEdit({ path: 'f.js', before, after }, said);

describe('suggestions', () => {
  it('stand at the lines that change, and take a neighbour along where lines only come or go', () => {
    const before = 'one\ntwo\nthree\nfour\n';
    const place = (after: string) => {
      const { line, endLine, suggestion } = finding(before, after) ?? {};
      return [line, endLine, suggestion];
    };
    assert.deepEqual(place('one\nTWO\nthree\nfour\n'), [2, undefined, 'TWO']);
    assert.deepEqual(place('one\nTWO\nthree\nFOUR\n'), [2, 4, 'TWO\nthree\nFOUR']);
    assert.deepEqual(place('one\ntwo\nmore\nthree\nfour\n'), [2, undefined, 'two\nmore']);
    assert.deepEqual(place('one\nthree\nfour\n'), [1, 2, 'one']);
    assert.deepEqual(place('zero\none\ntwo\nthree\nfour\n'), [1, undefined, 'zero\none']);
    assert.equal(finding(before, before), undefined);
  });

  it('lead from an edit to a finding and back to the same text, whatever the line ends', () => {
    const line = fc.constantFrom('a', 'b', 'c', '', '  d');
    const text = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
      .map(([lines, end]) => lines.map((each) => each + end).join(''));
    const twice = fc.tuple(text, fc.array(line, { minLength: 1, maxLength: 8 }));
    fc.assert(
      fc.property(twice, ([before, lines]) => {
        const end = before.includes('\r') ? '\r\n' : '\n';
        const after = lines.map((each) => each + end).join('');
        const made = finding(before, after);
        if (made === undefined) return assert.equal(after, before);
        assert.equal(editOfFindings(before, [made])?.after, after);
      }),
      { numRuns: 1000 },
    );
  });

  it('for the same lines count once, and outside the text not at all', () => {
    const common = { path: 'f.js', severity: 'warning', message: '', agent: 'a' } as const;
    const edit = editOfFindings('one\ntwo\nthree\n', [
      { ...common, line: 3, suggestion: 'THREE' },
      { ...common, line: 1, endLine: 2, suggestion: 'ONE\n' },
      { ...common, line: 2, suggestion: 'TWO' },
      { ...common, line: 9, suggestion: 'NINE' },
      { ...common, line: 1 },
    ]);
    assert.deepEqual(edit, { after: 'ONE\nTHREE\n', changedLines: [1, 2, 3] });
  });
});
