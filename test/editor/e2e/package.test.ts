import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { execa } from 'execa';

import { homePaths, type BuildInfo } from '../../../src/protocol/index.ts';
import { Journey } from '../../support/editor/journey.ts';

const root = join(import.meta.dirname, '..', '..', '..');

interface Named {
  readonly name?: string;
  readonly version?: string;
}

/** Where the editor put the extension. */
function installedIn(data: string): string {
  const [name = ''] = readdirSync(join(data, 'extensions')).filter((one) => one.startsWith('pantheon.'));
  return join(data, 'extensions', name);
}

describe('the package', function () {
  this.timeout(180_000);
  let vsix: string;
  let data: string;
  const journey = Journey.inThisSuite('package', {
    prepare: async (options, { folder }) => {
      const { stdout } = await execa(process.execPath, ['scripts/package.ts'], { cwd: root });
      vsix = join(root, /\S+\.vsix/.exec(stdout)?.[0] ?? '');
      data = join(folder, 'editor');
      return { ...options, vsix, data };
    },
  });

  it('is at most 60 MB', () => {
    const megabytes = statSync(vsix).size / 1024 / 1024;
    assert.ok(megabytes > 1 && megabytes < 60, `${megabytes} MB`);
  });

  it('runs an agent on the model that it brings, from the installed copy alone', async () => {
    const { screen, product } = journey;
    await screen.command('Pantheon: Run Agent…');
    await screen.choose('mender');
    await screen.untilAsked('which file?');
    await screen.choose('src/lists.js');
    await screen.untilAsked('function');
    await screen.shot('function');
    await screen.choose('lastItems');
    await screen.press(screen.dialog, 'Trust and Go On');
    assert.match(await screen.says('mender: done'), /^mender: done, /);
    await screen.shot('done');
    const folder = installedIn(data);
    const build = JSON.parse(readFileSync(join(folder, 'dist', 'build.json'), 'utf8')) as BuildInfo;
    const runtime = join(homePaths(product.home).runtime, `${build.version}-${build.hash.slice(0, 12)}`);
    assert.ok(existsSync(join(runtime, 'dist', 'daemon.mjs')), 'the runner comes from this package');
    assert.ok(!existsSync(join(folder, 'src')), 'no sources');
  });

  it('brings the licences of all code of others that is in it', () => {
    const folder = installedIn(data);
    const notices = readFileSync(join(folder, 'ThirdPartyNotices.txt'), 'utf8');
    const beside = readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /(^|[\\/]node_modules[\\/])?(@[^\\/]+[\\/])?[^\\/@]+[\\/]package\.json$/.test(path))
      .map((path) => JSON.parse(readFileSync(join(folder, 'node_modules', path), 'utf8')) as Named)
      .filter(({ name, version }) => name !== undefined && version !== undefined);
    assert.ok(beside.length > 50, `${beside.length} packages`);
    for (const { name, version } of beside) {
      assert.ok(notices.includes(`\n  ${name} ${version} (`), `${name} ${version} is not listed`);
    }
    // Some that are in the bundles alone, and what is compiled into the model server.
    for (const name of ['zod', 'yaml', '@babel/parser', 'pino', 'llama.cpp and ggml']) {
      assert.match(notices, new RegExp(`\\n-{80}\\n${name} [^\\n]+\\n[\\s\\S]{200}`), name);
    }
    for (const licence of ['AS IS', 'Apache License', 'Blue Oak'])
      assert.ok(notices.includes(licence), licence);
  });
});
