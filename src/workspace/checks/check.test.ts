import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { probeSandbox } from '../commands/sandbox.ts';
import { removeFolder, temporaryFolder, writeFiles } from '../testing/fixture.ts';
import type { CheckRequest, CheckResult, Workspace } from '../types.ts';
import { openWorkspace } from '../workspace.ts';
import { compareToBaseline } from './compare.ts';
import { leaveOut } from '../../../test/support/leave-out.ts';

const signal = new AbortController().signal;
const keeper = { node: process.execPath, file: fileURLToPath(new URL('../keeper/main.ts', import.meta.url)) };
const { available } = await probeSandbox();

const SUITE = `
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { one } from '../one.mjs';
test('works', () => assert.equal(one(), 1));
describe('group', () => {
  it('fails', () => assert.equal(one(), 2));
  it('same', () => {});
  it('same', () => {});
});
test('outer', async (t) => { await t.test('inner', () => {}); });
it.skip('later', () => {});
it('some day', { todo: true }, () => { throw new Error('not yet'); });
`;
const IDS = [
  'test/a.test.mjs > group > fails: failed',
  'test/a.test.mjs > group > same (2): passed',
  'test/a.test.mjs > group > same: passed',
  'test/a.test.mjs > later: skipped',
  'test/a.test.mjs > outer > inner: passed',
  'test/a.test.mjs > outer: passed',
  'test/a.test.mjs > some day: skipped',
  'test/a.test.mjs > works: passed',
];

for (const sandbox of ['off', 'auto'] as const) {
  describe(`checks, sandbox ${sandbox}`, () => {
    let base: string;
    let root: string;
    let workspace: Workspace;
    before(function () {
      if (sandbox === 'auto' && !available)
        leaveOut(this, 'there is no sandbox here (bubblewrap)', {
          installable: process.platform === 'linux',
        });
    });
    beforeEach(() => {
      base = temporaryFolder();
      root = path.join(base, 'my prøject');
      mkdirSync(root);
      writeFiles(root, { 'one.mjs': 'export const one = () => 1;', 'test/a.test.mjs': SUITE });
    });
    afterEach(async () => {
      await workspace.dispose();
      removeFolder(base);
    });
    async function check(
      argv: readonly string[],
      more: Partial<CheckRequest> = {},
      searchPath = process.env.PATH ?? '',
    ): Promise<CheckResult> {
      workspace = await openWorkspace(
        { home: path.join(base, 'home'), root, sandbox, keeper, path: searchPath },
        signal,
      );
      const { tree } = await workspace.trees.snapshot(signal);
      const box = await workspace.checkouts.acquire(tree, signal);
      return workspace.check(box, { argv, env: {}, timeoutMs: 60_000, readable: [], ...more }, signal);
    }
    const summary = (result: CheckResult) =>
      result.tests
        .map((test) => `${test.id}: ${test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed'}`)
        .toSorted();

    it('reads the tests of node --test', async () => {
      const result = await check(['node', '--test', 'test/a.test.mjs']);
      assert.deepEqual(summary(result), IDS);
      assert.equal(result.ready, true);
      assert.equal(result.command.exitCode, 1);
      assert.match(result.command.stdout, /group/);
      assert.match(
        result.tests.find((test) => test.id.endsWith('fails'))?.message ?? '',
        /1 !== 2|Expected values/,
      );
    });

    it('reads the tests of npm test, in several runs of one script', async () => {
      writeFiles(root, {
        'package.json': JSON.stringify({
          scripts: { test: 'node --test test/ok.test.mjs && node --test test/a.test.mjs' },
        }),
        'test/ok.test.mjs': "import test from 'node:test'; test('ok', () => {});",
      });
      const result = await check(['npm', 'test']);
      assert.deepEqual(summary(result), [...IDS, 'test/ok.test.mjs > ok: passed'].toSorted());
    });

    it('leaves a script alone that brings its own reporter, and reads its output', async () => {
      writeFiles(root, {
        'package.json': JSON.stringify({
          scripts: { test: 'npm run unit', unit: 'node --test --test-reporter=tap test/a.test.mjs' },
        }),
      });
      const result = await check(['npm', 'test', '--silent']);
      assert.deepEqual(summary(result), [
        'group > fails: failed',
        'group > same (2): passed',
        'group > same: passed',
        'later: skipped',
        'outer > inner: passed',
        'some day: skipped',
        'works: passed',
      ]);
    });

    it('works with the oldest Node that this machine has', async function () {
      const old = '/usr/bin';
      const result = await check(['node', '--test', 'test/a.test.mjs'], {}, `${old}:/bin`);
      assert.deepEqual(summary(result), IDS);
    });

    it('provides a Node where PATH has none', async () => {
      const empty = path.join(base, 'bin');
      mkdirSync(empty);
      for (const name of ['sh', 'env']) symlinkSync(`/bin/${name}`, path.join(empty, name));
      const result = await check(['node', '--test', 'test/a.test.mjs'], {}, empty);
      assert.deepEqual(summary(result), IDS);
    });

    it('says that the environment is not ready when no test was reached', async () => {
      writeFiles(root, { 'one.mjs': "import 'not-installed'; export const one = 1;" });
      const result = await check(['node', '--test', 'test/a.test.mjs']);
      assert.equal(result.ready, false);
      assert.deepEqual(summary(result), ['test/a.test.mjs: failed']);
      assert.match(result.tests[0]?.message ?? '', /not-installed/);
    });

    it('names a file that fails as a whole beside others that work', async () => {
      writeFiles(root, { 'test/b.test.mjs': "throw new Error('broken');", 'test/script.test.mjs': '1 + 1;' });
      const result = await check([
        'node',
        '--test',
        'test/a.test.mjs',
        'test/b.test.mjs',
        'test/script.test.mjs',
      ]);
      assert.equal(result.ready, true);
      assert.deepEqual(
        summary(result),
        [...IDS, 'test/b.test.mjs: failed', 'test/script.test.mjs: passed'].toSorted(),
      );
    });

    it('reads a JUnit report, and none through a link out of the checkout', async () => {
      const xml = `<testsuites><testsuite name="s" file="src/x.js"><testcase name="a &amp; b" classname="C" time="0.5"/><testcase name="f"><failure message="no">trace</failure></testcase></testsuite><testsuite><testcase classname="K" name="s"><skipped/></testcase></testsuite></testsuites>`;
      writeFiles(root, { 'report.xml': xml });
      const result = await check(['cp', 'report.xml', 'out.xml'], { results: { junit: 'out.xml' } });
      assert.deepEqual(summary(result), [
        'K > s: skipped',
        'src/x.js > C > a & b: passed',
        'src/x.js > f: failed',
      ]);
      writeFiles(base, { 'secret.xml': xml });
      await workspace.dispose();
      const stolen = await check(['ln', '-s', path.join(base, 'secret.xml'), 'out.xml'], {
        results: { junit: 'out.xml' },
      });
      assert.deepEqual([stolen.tests, stolen.ready], [[], false]);
    });

    it('takes the exit code as the one test where there is nothing better', async () => {
      const result = await check(['sh', '-c', 'exit 1']);
      assert.deepEqual(summary(result), ['exit code: failed']);
      assert.equal(result.ready, true);
      await workspace.dispose();
      assert.equal((await check(['nothing-like-this'])).ready, false);
    });

    it('ends a check that hangs and leaves children behind', async () => {
      writeFiles(root, {
        'test/a.test.mjs':
          "import { spawn } from 'node:child_process'; import test from 'node:test'; test('ok', () => {}); test('hangs', () => new Promise(() => { spawn('sleep', ['600'], { detached: true, stdio: 'inherit' }).unref(); setInterval(() => {}, 1000); }));",
      });
      const result = await check(['node', '--test', 'test/a.test.mjs'], { timeoutMs: 1500 });
      assert.equal(result.command.timedOut, true);
      assert.equal(compareToBaseline(result, result, 'baseline').passed, false);
    });
  });
}

describe('comparing with the base', () => {
  const result = (tests: Record<string, 'passed' | 'failed' | 'skipped'>, exitCode = 1): CheckResult => ({
    command: {
      exitCode,
      signal: null,
      timedOut: false,
      stdout: '',
      stderr: '',
      truncated: false,
      durationMs: 1,
      sandboxed: false,
    },
    tests: Object.entries(tests).map(([id, outcome]) => ({
      id,
      passed: outcome === 'passed',
      skipped: outcome === 'skipped',
      durationMs: 1,
    })),
    ready: true,
  });
  const base = result({ a: 'passed', b: 'failed', c: 'failed', d: 'passed', e: 'passed', f: 'skipped' });
  it('names what was fixed', () => {
    const now = result({
      a: 'passed',
      b: 'passed',
      c: 'failed',
      d: 'passed',
      e: 'passed',
      f: 'passed',
      n: 'failed',
    });
    assert.deepEqual(compareToBaseline(base, now, 'baseline'), { passed: true, fixed: ['b'], broken: [] });
    assert.equal(compareToBaseline(base, now, 'exit-0').passed, false);
  });
  it('counts failed, skipped and missing tests as broken', () => {
    const now = result({ a: 'failed', b: 'passed', d: 'skipped' }, 0);
    assert.deepEqual(compareToBaseline(base, now, 'baseline'), {
      passed: false,
      fixed: ['b'],
      broken: ['a', 'd', 'e'],
    });
    assert.equal(compareToBaseline(base, now, 'exit-0').passed, true);
  });
});
