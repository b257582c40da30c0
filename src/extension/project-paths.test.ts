import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { placesIn } from './project-paths.ts';

describe('where a file lies in the open projects', () => {
  let base: string;
  let outer: string;
  let inner: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-places-')));
    outer = join(base, 'outer');
    inner = join(outer, 'packages', 'inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'a.js'), '');
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('is the innermost first, whatever their order', () => {
    const both = [
      { root: inner, path: 'a.js' },
      { root: outer, path: 'packages/inner/a.js' },
    ];
    assert.deepEqual(placesIn([outer, inner], join(inner, 'a.js')), both);
    assert.deepEqual(placesIn([inner, outer], join(inner, 'a.js')), both);
    assert.deepEqual(placesIn([inner, outer], join(outer, 'b.js')), [{ root: outer, path: 'b.js' }]);
  });

  it('is where a link leads, and nowhere outside of them', () => {
    symlinkSync(inner, join(base, 'link'));
    assert.deepEqual(placesIn([inner], join(base, 'link', 'a.js')), [{ root: inner, path: 'a.js' }]);
    assert.deepEqual(placesIn([inner], join(outer, 'a.js')), []);
    assert.deepEqual(placesIn([inner], inner), []);
    assert.deepEqual(placesIn([inner], `${inner}-more/a.js`), []);
  });
});
