import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../common/index.ts';
import { findWorkspaceRoot, workspaceId } from './identity.ts';
import { personsGit, removeFolder, temporaryFolder, writeFiles } from './testing/fixture.ts';
import { probeGit } from './trees/git.ts';

describe('which workspace a folder belongs to', () => {
  let base: string;
  beforeEach(() => {
    base = temporaryFolder();
    mkdirSync(path.join(base, 'repo/packages/app/src'), { recursive: true });
  });
  afterEach(() => removeFolder(base));
  const inRepo = (name: string) => path.join(base, 'repo', name);

  it('is the nearest folder with .pantheon, else the git root, else the folder itself', () => {
    assert.equal(findWorkspaceRoot(inRepo('packages/app/src')), inRepo('packages/app/src'));
    personsGit(inRepo('.'), 'init', '-q');
    assert.equal(findWorkspaceRoot(inRepo('packages/app/src')), path.join(base, 'repo'));
    mkdirSync(inRepo('packages/.pantheon'));
    assert.equal(findWorkspaceRoot(inRepo('packages/app/src')), inRepo('packages'));
  });
  it('is not the home folder because the product keeps its data there', () => {
    writeFiles(base, { '.pantheon/data/pantheon.db': '' });
    assert.equal(findWorkspaceRoot(inRepo('packages')), inRepo('packages'));
  });
  it('has the same id by every way to it', () => {
    symlinkSync(inRepo('packages'), path.join(base, 'link'));
    assert.equal(workspaceId(path.join(base, 'link')), workspaceId(inRepo('packages/app/..')));
    assert.match(workspaceId(base), /^[0-9a-f]{16}$/);
    assert.notEqual(workspaceId(base), workspaceId(inRepo('.')));
  });
});

describe('git of the machine', () => {
  it('has a version', async () => assert.match(await probeGit(), /^\d+\.\d+/));
  it('is missed with a remedy', async () => {
    const before = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      await assert.rejects(
        probeGit(),
        (error) =>
          error instanceof UserError && error.code === 'git-missing' && /Install git/.test(error.remedy),
      );
    } finally {
      process.env.PATH = before;
    }
  });
});
