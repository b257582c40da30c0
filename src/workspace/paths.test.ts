import assert from 'node:assert/strict';

import fc from 'fast-check';

import { foldersOf, pathProblem } from './paths.ts';
import { createProtection } from './protected.ts';

describe('paths that may be written', () => {
  for (const good of [
    'a',
    'src/b.js',
    'größe ü/日本.txt',
    '.hidden',
    'a..b',
    'console.js',
    'git',
    '.github/x',
    '-x',
  ]) {
    it(`takes ${good}`, () => assert.equal(pathProblem(good), undefined));
  }
  const bad = [
    '',
    '/a',
    '../a',
    'a/../b',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'C:a',
    'c:/x',
    'a\0b',
    'a\nb',
    '.git/config',
    'x/.GIT/hooks',
    'git~1',
    '.g\u200cit',
    'CON',
    'a/nul.txt',
    'com1.js',
    'a.',
    'a ',
    'a:b',
    'x'.repeat(256),
    '\ud800',
  ];
  for (const path of bad) {
    it(`refuses ${JSON.stringify(path).slice(0, 40)}`, () => assert.notEqual(pathProblem(path), undefined));
  }
  it('keeps every accepted path below its folder, for all texts', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '.git', 'a', '\\', 'c:'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const path = parts.join('/');
        if (pathProblem(path) !== undefined) return;
        assert.equal(
          new URL(`file:///root/${path.split('/').map(encodeURIComponent).join('/')}`).pathname.startsWith(
            '/root/',
          ),
          true,
        );
        assert.ok(!path.split('/').includes('..'));
      }),
      { numRuns: 2000 },
    );
  });
  it('names the folders on the way', () => assert.deepEqual(foldersOf('a/b/c'), ['a', 'a/b']));
});

describe('protected paths', () => {
  const protectedBy = createProtection(['migrations/**', 'secret.txt', 'vendored/']);
  for (const path of [
    'test/a.js',
    'packages/x/tests/a.py',
    'src/a.test.ts',
    'src/A.SPEC.ts',
    '__tests__/x.js',
    'spec/x.rb',
    'package.json',
    'packages/a/package-lock.json',
    '.github/workflows/ci.yml',
    '.git/config',
    '.pantheon/flows/x.flow.yaml',
    'jest.config.mjs',
    'tsconfig.json',
    '.mocharc.json',
    'test_x.py',
    'x/y_test.go',
    'migrations/1.sql',
    'deep/secret.txt',
    'vendored/a/b',
    'lib/vendored/c',
    'pyproject.toml',
  ]) {
    it(`protects ${path}`, () => assert.notEqual(protectedBy(path), undefined));
  }
  for (const path of [
    'src/a.js',
    'src/testing.js',
    'lib/spec/parse.js',
    'contest/a.js',
    'src/latest.ts',
    'README.md',
    'src/package.js',
    'a/migrations/x',
  ]) {
    it(`leaves ${path} free`, () => assert.equal(protectedBy(path), undefined));
  }
});
