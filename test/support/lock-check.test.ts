import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { strict as assert } from 'node:assert';

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..', '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, LockedPackage>>;
};

/** Where npm would find a package that is asked for from a folder of the lock file. */
function find(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '' || !folder.includes('/node_modules/')) return `node_modules/${name}` in lock.packages;
  }
}

describe('the lock file', () => {
  it('has an entry for every optional dependency, so that every platform can install', () => {
    const missing = Object.entries(lock.packages).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !find(folder, name)),
    );
    assert.deepEqual(missing, []);
  });

  it('names no registry', () => {
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    assert.deepEqual(named, []);
  });
});
