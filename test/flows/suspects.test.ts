import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';

import { findFunction } from '../../src/nodes/units/index.ts';
import { demoTruth, withDemoCopy } from '../fixtures/demo-project.ts';
import { leaveOut } from '../support/leave-out.ts';

type Suspect = {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly test: string;
  readonly tests: readonly string[];
  readonly score: number;
};

type Report = {
  readonly functions: readonly Suspect[];
  readonly failing: readonly { readonly file: string; readonly title: string; readonly message: string }[];
  readonly passing: number;
  readonly leftOut: number;
};

type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

const flowDir = path.resolve(import.meta.dirname, '../../agents/flows/mend-failing-tests');
const schema = JSON.parse(readFileSync(path.join(flowDir, 'suspects.schema.json'), 'utf8')) as object;
const hasShape = new Ajv2020().compile(schema);
/** The Nodes to search with; a second one can be named to try an older line. */
const nodes = [process.execPath, ...(process.env['PANTHEON_OTHER_NODE']?.split(path.delimiter) ?? [])];

const testHead =
  "import assert from 'node:assert/strict';\nimport { describe, it, test } from 'node:test';\n";
const esmManifest = JSON.stringify({ type: 'module', scripts: { test: 'node --test' } });
const wrongSum = 'export function sum(a, b) {\n  return a - b;\n}\n';
const sumTest = `${testHead}import { sum } from '../src/sum.js';\nit('adds', () => assert.equal(sum(1, 2), 3));\n`;

for (const node of nodes) {
  describe(`suspects.mjs on Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`, function () {
    this.timeout(60_000);

    async function end(dir: string, scope = ''): Promise<Ended> {
      const searchPath = [path.dirname(node), process.env['PATH']].join(path.delimiter);
      const env: NodeJS.ProcessEnv = { ...process.env, PATH: searchPath };
      delete env['NODE_OPTIONS'];
      const script = path.join(flowDir, 'suspects.mjs');
      const child = spawn(node, [script, '--scope', scope], {
        cwd: dir,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
      return { exitCode, stdout, stderr };
    }

    async function search(dir: string, scope = ''): Promise<Report> {
      const { exitCode, stdout, stderr } = await end(dir, scope);
      assert.equal(exitCode, 0, stderr);
      const report = JSON.parse(stdout) as Report;
      assert.ok(hasShape(report), JSON.stringify(hasShape.errors));
      return report;
    }

    /** Makes a project of these files in a temporary folder for as long as `use` takes. */
    async function withProject(
      files: Readonly<Record<string, string>>,
      use: (dir: string) => Promise<void>,
      folder = 'project',
    ): Promise<void> {
      const parent = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'suspects-test-')));
      try {
        for (const [name, text] of Object.entries(files)) {
          const file = path.join(parent, folder, name);
          mkdirSync(path.dirname(file), { recursive: true });
          writeFileSync(file, text);
        }
        await use(path.join(parent, folder));
      } finally {
        rmSync(parent, { recursive: true, force: true });
      }
    }

    it('suspects every broken function of the demo project, with its own test file', async () => {
      const truth = demoTruth();
      await withDemoCopy(async (dir) => {
        const report = await search(dir);
        for (const slip of [...truth.slips, ...truth.rewrites]) {
          const name = slip.function.split('.').at(-1);
          const suspect = report.functions.find((each) => each.path === slip.path && each.name === name);
          assert.ok(suspect !== undefined, slip.function);
          assert.ok(suspect.line <= slip.line && slip.line <= suspect.endLine);
          assert.equal(suspect.test, slip.path.replace('src/', 'test/').replace('.js', '.test.js'));
          for (const test of slip.tests) assert.ok(suspect.tests.includes(test), test);
        }
        const named = new Set(report.failing.map(({ file, title }) => `${file} > ${title}`));
        const known = [...truth.slips, ...truth.rewrites].flatMap((slip) => slip.tests);
        assert.deepEqual([...named].sort(), [...new Set(known)].sort());
        assert.equal(report.leftOut, 0);
        // Whatever is named can be cut out of its file under that name.
        for (const suspect of report.functions) {
          const text = readFileSync(path.join(dir, suspect.path), 'utf8');
          assert.equal(findFunction(text, suspect.path, suspect.name).functionLine, suspect.line);
        }
      });
    });

    it('leaves nothing behind and changes nothing in the project', async () => {
      await withProject(
        { 'package.json': esmManifest, 'src/sum.js': wrongSum, 'test/sum.test.js': sumTest },
        async (dir) => {
          const { TMPDIR: before } = process.env;
          const scratch = path.join(path.dirname(dir), 'scratch');
          mkdirSync(scratch);
          process.env['TMPDIR'] = scratch;
          try {
            await search(dir);
          } finally {
            if (before === undefined) delete process.env['TMPDIR'];
            else process.env['TMPDIR'] = before;
          }
          assert.deepEqual(
            readTree(scratch).filter((file) => file.startsWith('suspects-')),
            [],
          );
          assert.deepEqual(readTree(dir), ['package.json', 'src/sum.js', 'test/sum.test.js']);
        },
      );
    });

    it('says that a project has no tests', async () => {
      await withProject({ 'package.json': esmManifest, 'src/sum.js': wrongSum }, async (dir) => {
        const { exitCode, stdout, stderr } = await end(dir);
        assert.equal(exitCode, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /^No tests for Node's test runner were found/);
      });
    });

    it('suspects nothing when nothing fails', async () => {
      const right = wrongSum.replace('-', '+');
      await withProject(
        { 'package.json': esmManifest, 'src/sum.js': right, 'test/sum.test.js': sumTest },
        async (dir) => {
          assert.deepEqual(await search(dir), { functions: [], failing: [], passing: 1, leftOut: 0 });
        },
      );
    });

    it('works in a folder with spaces, umlauts and other signs', async () => {
      const files = { 'package.json': esmManifest, 'src/sum.js': wrongSum, 'test/sum.test.js': sumTest };
      await withProject(
        files,
        async (dir) => {
          const [suspect] = (await search(dir)).functions;
          assert.deepEqual(
            [suspect?.path, suspect?.name, suspect?.test],
            ['src/sum.js', 'sum', 'test/sum.test.js'],
          );
        },
        'Überprüfung (neu) #1 ~50%',
      );
    });

    it('names a test file that throws at import and still searches the others', async () => {
      const files = {
        'package.json': esmManifest,
        'src/sum.js': wrongSum,
        'test/broken.test.js': "throw new Error('no database here');\n",
        'test/sum.test.js': sumTest,
      };
      await withProject(files, async (dir) => {
        const report = await search(dir);
        assert.deepEqual(
          report.failing.find(({ file }) => file === 'test/broken.test.js'),
          {
            file: 'test/broken.test.js',
            title: 'test/broken.test.js',
            message: 'no database here',
          },
        );
        assert.deepEqual(
          report.functions.map(({ name }) => name),
          ['sum'],
        );
      });
    });

    it('ends with the output of the run when every test file throws at import', async () => {
      const files = { 'package.json': esmManifest, 'test/a.test.js': "import 'not-installed-anywhere';\n" };
      await withProject(files, async (dir) => {
        const { exitCode, stderr } = await end(dir);
        assert.equal(exitCode, 1);
        assert.match(stderr, /^No test could be run/);
        assert.match(stderr, /not-installed-anywhere/);
      });
    });

    it('searches CommonJS', async () => {
      const files = {
        'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
        'lib/math.js': [
          '// Arithmetic.',
          'function half(n) {',
          '  return n / 3;',
          '}',
          'exports.twice = function (n) {',
          '  return n + 2;',
          '};',
          'exports.half = half;',
          '',
        ].join('\n'),
        'test/math.test.js': [
          "const assert = require('node:assert/strict');",
          "const { test } = require('node:test');",
          "const math = require('../lib/math');",
          "test('half', () => assert.equal(math.half(8), 4));",
          "test('twice', () => assert.equal(math.twice(8), 16));",
          '',
        ].join('\n'),
      };
      await withProject(files, async (dir) => {
        const { functions } = await search(dir);
        const lines = functions.map(({ path: file, line, endLine }) => `${file}:${line}-${endLine}`);
        assert.deepEqual(lines, ['lib/math.js:2-4', 'lib/math.js:5-7']);
        for (const suspect of functions) {
          const text = readFileSync(path.join(dir, suspect.path), 'utf8');
          assert.equal(findFunction(text, suspect.path, suspect.name).functionLine, suspect.line);
        }
      });
    });

    it('searches TypeScript that Node runs itself', async function () {
      if (node !== process.execPath)
        leaveOut(this, 'that Node does not run TypeScript by itself', { installable: false });
      const files = {
        'package.json': esmManifest,
        'src/größe.ts':
          "type Size = 'klein' | 'groß';\n\nexport const sizeOf = (n: number): Size => {\n  const limit: number = 10;\n  return n < limit ? 'groß' : 'klein';\n};\n",
        'test/größe.test.ts': `${testHead}import { sizeOf } from '../src/größe.ts';\ntest('small', (): void => assert.equal(sizeOf(1), 'klein'));\n`,
      };
      await withProject(files, async (dir) => {
        const [suspect, ...others] = (await search(dir)).functions;
        assert.deepEqual(
          [suspect?.path, suspect?.name, suspect?.line, suspect?.endLine, suspect?.test],
          ['src/größe.ts', 'sizeOf', 3, 6, 'test/größe.test.ts'],
        );
        assert.deepEqual(others, []);
      });
    });

    it('gives nested tests their full titles and functions to each', async () => {
      const files = {
        'package.json': esmManifest,
        'src/sum.js': `${wrongSum}export function same(a) {\n  return a;\n}\n`,
        'test/nested.test.js': [
          testHead,
          "import { same, sum } from '../src/sum.js';",
          "describe('outer', () => {",
          "  describe('inner', () => {",
          "    it('adds', () => assert.equal(sum(1, 2), 3));",
          "    it('keeps', () => assert.equal(same(1), 1));",
          '  });',
          '});',
          "test('parent', async (t) => {",
          "  await t.test('child adds', () => assert.equal(sum(2, 2), 4));",
          "  await t.test('child keeps', () => assert.equal(same(2), 2));",
          '});',
          "test('own failure', async (t) => {",
          '  const total = sum(3, 3);',
          "  await t.test('passes', () => assert.equal(same(2), 2));",
          '  assert.equal(total, 6);',
          '});',
          '',
        ].join('\n'),
      };
      await withProject(files, async (dir) => {
        const report = await search(dir);
        assert.deepEqual(
          report.failing.map(({ title }) => title),
          ['outer > inner > adds', 'own failure', 'parent > child adds'],
        );
        assert.equal(report.passing, 3);
        const sum = report.functions.find(({ name }) => name === 'sum');
        assert.equal(sum?.score, 1);
        assert.equal(sum.tests.length, 3);
        assert.equal(report.functions[0], sum);
      });
    });

    it('looks only into its scope', async () => {
      const files = {
        'package.json': esmManifest,
        'src/a/one.js': 'export function one() {\n  return 2;\n}\n',
        'src/ab/two.js': 'export function two() {\n  return 1;\n}\n',
        'test/numbers.test.js': `${testHead}import { one } from '../src/a/one.js';\nimport { two } from '../src/ab/two.js';\nit('counts', () => assert.deepEqual([one(), two()], [1, 2]));\n`,
      };
      await withProject(files, async (dir) => {
        for (const scope of ['src/a', './src/a/', 'src/a/one.js']) {
          assert.deepEqual(
            (await search(dir, scope)).functions.map(({ name }) => name),
            ['one'],
            scope,
          );
        }
        assert.equal((await search(dir, '.')).functions.length, 2);
      });
    });

    it('refuses a scope that does not exist or lies outside', async () => {
      await withProject(
        { 'package.json': esmManifest, 'src/sum.js': wrongSum, 'test/sum.test.js': sumTest },
        async (dir) => {
          const missing = await end(dir, 'src/nowhere');
          assert.deepEqual([missing.exitCode, missing.stdout], [1, '']);
          assert.match(missing.stderr, /^The scope src\/nowhere does not exist\./);
          const outside = await end(dir, '../elsewhere');
          assert.deepEqual([outside.exitCode, outside.stdout], [1, '']);
          assert.match(outside.stderr, /^The scope \.\.\/elsewhere lies outside the project\./);
        },
      );
    });

    it('chooses the test file named like the source, else the one that blames the function most', async () => {
      const files = {
        'package.json': esmManifest,
        'src/sum.js': wrongSum,
        'src/price.js':
          "import { sum } from './sum.js';\nexport function price(net, tax) {\n  return sum(net, tax + 1);\n}\n",
        'test/all.test.js': `${testHead}import { sum } from '../src/sum.js';\nfor (const n of [1, 2, 3]) it('adds ' + n, () => assert.equal(sum(n, n), n + n));\n`,
        'test/shop.test.js': `${testHead}import { price } from '../src/price.js';\nit('costs', () => assert.equal(price(10, 2), 12));\n`,
        'test/sum.test.js': sumTest,
      };
      await withProject(files, async (dir) => {
        const chosen = async () =>
          Object.fromEntries((await search(dir)).functions.map(({ name, test }) => [name, test]));
        assert.deepEqual(await chosen(), { sum: 'test/sum.test.js', price: 'test/shop.test.js' });
        rmSync(path.join(dir, 'test/sum.test.js'));
        assert.deepEqual(await chosen(), { sum: 'test/all.test.js', price: 'test/shop.test.js' });
      });
    });

    it('gives a name that stands twice in its file its line', async () => {
      const files = {
        'package.json': esmManifest,
        'src/shapes.js':
          'export class Square {\n  area() {\n    return 1;\n  }\n}\nexport class Disc {\n  area() {\n    return 3;\n  }\n}\n',
        'test/shapes.test.js': `${testHead}import { Disc } from '../src/shapes.js';\nit('measures', () => assert.equal(new Disc().area(), 4));\n`,
      };
      await withProject(files, async (dir) => {
        assert.deepEqual(
          (await search(dir)).functions.map(({ name }) => name),
          ['area:7'],
        );
      });
    });
  });
}

/** Paths of all files below a folder, sorted. */
function readTree(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
