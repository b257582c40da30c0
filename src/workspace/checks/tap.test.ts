import assert from 'node:assert/strict';

import fc from 'fast-check';

import { parseJunit } from './junit.ts';
import { isTap, parseTap } from './tap.ts';

const outcome = (text: string) =>
  parseTap(text).map(
    (test) => `${test.skipped ? 'skip' : test.passed ? 'ok' : 'not'} ${test.titles.join('/')}`,
  );

describe('reading TAP', () => {
  it('reads versions 12 to 14 with directives, subtests, YAML and escapes', () => {
    assert.deepEqual(outcome('1..2\nok 1 - first\nnot ok 2 second # TODO later\n'), [
      'ok first',
      'skip second',
    ]);
    const nested =
      'TAP version 14\n# Subtest: outer\n    # Subtest: inner\n        ok 1 - leaf\n        not ok 2 - a \\# b\n        1..2\n    not ok 1 - inner\n    1..1\nnot ok 1 - outer\n  ---\n  not ok 9 - in yaml\n  ...\nok 2 - plain # SKIP no\nok\n';
    assert.deepEqual(outcome(nested), [
      'ok outer/inner/leaf',
      'not outer/inner/a # b',
      'skip plain',
      'ok (untitled)',
    ]);
  });
  it('tells TAP from prose', () => {
    assert.ok(isTap('TAP version 13\nok 1\n') && isTap('ok 1 - x\n1..1\n'));
    assert.ok(!isTap('ok, that worked\n1 passed') && !isTap(''));
  });
  it('never fails, for all texts', () => {
    const piece = fc.constantFrom(
      'ok',
      'not ok',
      ' - ',
      '1',
      '# Subtest: a',
      '    ',
      '\n',
      '---',
      '...',
      '# skip',
      '1..3',
      'x',
    );
    fc.assert(fc.property(fc.array(piece), (parts) => void parseTap(parts.join(''))));
  });
});

describe('reading JUnit', () => {
  it('gives an error for what is not XML, and expands no entity bombs', () => {
    assert.throws(() => parseJunit('<testsuite><testcase'));
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'a'.repeat(1000)}">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><testsuite><testcase name="&j;"/></testsuite>`;
    let tests: ReturnType<typeof parseJunit> = [];
    try {
      tests = parseJunit(bomb);
    } catch {
      return;
    }
    assert.ok(JSON.stringify(tests).length < 100_000);
  });
  it('reads an empty report', () => {
    assert.deepEqual(parseJunit('<testsuites/>'), []);
  });
});
