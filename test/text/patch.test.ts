import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import fc from 'fast-check';

import { unifiedPatch } from '../../src/text/index.ts';

/** Texts of few different lines, all line ends, with and without a last one. */
const line = fc.constantFrom('a', 'b', 'c', '', '  a', 'ä', '𝒳', 'foo(bar, 1)', 'foo( bar,1 )');
const end = fc.constantFrom('\n', '\r\n', '\r');
const anyText = fc
  .tuple(fc.array(fc.tuple(line, end), { maxLength: 8 }), fc.option(line, { nil: '' }))
  .map(([lines, last]) => lines.map(([text, ending]) => text + ending).join('') + last);
const unixText = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));

describe('patches', () => {
  it('writes patches that git applies to the byte', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'pantheon-patch-'));
    try {
      const texts = fc.sample(fc.tuple(anyText, anyText), { numRuns: 25, seed: 7 });
      const unix = fc.sample(fc.tuple(unixText, unixText), { numRuns: 25, seed: 8 });
      const pairs = [...texts, ...unix].filter(([a, b]) => a !== b && a !== '' && b !== '');
      const paths = pairs.map((_, i) => (i % 3 === 0 ? `ü ordner/${i} "x".txt` : `dir/f ${i}.txt`));
      const patch = pairs.map(([before, after], i) => unifiedPatch({ path: paths[i] ?? '', before, after }));
      patch.push(unifiedPatch({ path: 'new file.txt', before: null, after: 'x\ny' }));
      patch.push(unifiedPatch({ path: 'gone.txt', before: 'x\r\n', after: null }));
      patch.push(unifiedPatch({ path: 'to.txt', from: 'from.txt', before: 'a\n', after: 'b\n' }));
      const put = (path: string, text: string) => {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      };
      for (const [i, [before]] of pairs.entries()) put(paths[i] ?? '', before);
      put('gone.txt', 'x\r\n');
      put('from.txt', 'a\n');
      const git = (...args: string[]) =>
        execFileSync('git', args, { cwd: folder, input: patch.join(''), encoding: 'utf8' });
      git('init', '-q');
      git('-c', 'core.autocrlf=false', 'apply', '--whitespace=nowarn', '-');
      for (const [i, [, after]] of pairs.entries()) {
        assert.equal(readFileSync(join(folder, paths[i] ?? ''), 'utf8'), after);
      }
      assert.equal(readFileSync(join(folder, 'new file.txt'), 'utf8'), 'x\ny');
      assert.equal(readFileSync(join(folder, 'to.txt'), 'utf8'), 'b\n');
      assert.throws(() => readFileSync(join(folder, 'gone.txt')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
