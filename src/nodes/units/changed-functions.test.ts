import assert from 'node:assert/strict';

import { changedFunctions } from './changed-functions.ts';
import { findFunction } from './cut.ts';

const FILE = `export function first(list) {
  return list[0];
}

export const last = (list) => {
  return list.at(-1);
};

class Pile {
  add(item) {
    this.items.push(item);
  }

  first() {
    const inner = () => this.items[0];
    return inner();
  }
}
`;

function changed(after: string, before: string | undefined = FILE): readonly string[] {
  return changedFunctions(before, after, 'a.js').map(({ name }) => name);
}

describe('changed functions', () => {
  it('are those in which lines changed, came or went, and no others', () => {
    assert.deepEqual(changed(FILE), []);
    assert.deepEqual(changed(FILE.replace('list.at(-1)', 'list[list.length]')), ['last']);
    assert.deepEqual(changed(FILE.replace('    this.items.push(item);\n', '')), ['add']);
    assert.deepEqual(changed(FILE.replace('  return list[0];', '  // the first\n  return list[0];')), [
      'first:1',
    ]);
    assert.deepEqual(changed(`// a file\n${FILE}`), []);
    assert.deepEqual(changed(FILE.replace('\nexport const', '\n// more\n\nexport const')), []);
  });

  it('are taken whole, the outermost one that is not too long', () => {
    assert.deepEqual(changed(FILE.replace('this.items[0]', 'this.items[1]')), ['Pile.first']);
    const lines = Array.from({ length: 100 }, (_, index) => `  step(${index});\n`).join('');
    const long = `function long() {\n${lines}  function inner() {\n    return 1;\n  }\n}\n`;
    assert.deepEqual(changed(long.replace('return 1', 'return 2'), long), ['inner']);
    assert.deepEqual(changed(long.replace('step(5)', 'step(6)'), long), ['long']);
  });

  it('of a new file are all, each under a name that finds it', () => {
    const all = changedFunctions(undefined, FILE, 'a.js');
    assert.equal(all.length, 4);
    for (const { name, line } of all) assert.equal(findFunction(FILE, 'a.js', name).line, line);
  });

  it('are none where the language has no parser or the file does not parse', () => {
    assert.deepEqual(changedFunctions('a', 'b', 'a.py'), []);
    assert.deepEqual(changedFunctions('', 'function (', 'a.js'), []);
  });
});
