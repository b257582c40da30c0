import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { findNodes } from './support/find-nodes.ts';
import { addedLines, commitAll, Shop, SHOP, textOf } from './support/shop.ts';

const cart = SHOP['src/cart.js'] ?? '';

/** Two packages of one repository, one of which uses the other by the link that npm makes, and an installed dependency. */
const MONOREPO: Readonly<Record<string, string>> = {
  'package.json':
    '{ "name": "mono", "private": true, "type": "module", "workspaces": ["packages/*"], "scripts": { "test": "node --test" } }\n',
  '.gitignore': 'node_modules/\n*.secret\n',
  'src/cart.js': 'export const unused = 1;\n',
  'test/cart.test.js': "import '../packages/shop/test/shop.js';\n",
  'packages/cart/package.json': '{ "name": "@mono/cart", "type": "module", "exports": "./cart.js" }\n',
  'packages/cart/cart.js': cart,
  'packages/shop/package.json': '{ "name": "@mono/shop", "type": "module" }\n',
  'packages/shop/test/shop.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cheapest, total } from '@mono/cart';
import { cents } from 'money';
test('adds up', () => assert.equal(cents(total([{ price: 2, amount: 3 }])), 600));
test('finds the cheapest', () => assert.equal(cheapest([{ price: 2 }, { price: 1 }, { price: 3 }]).price, 1));
`,
};

describe('any other project', function () {
  this.timeout(300_000);
  let shop: Shop;
  before(async () => {
    shop = await Shop.open();
  });
  after(() => shop.close());

  /** As `npm install` leaves it: a dependency, and links to the packages of the repository. */
  function install(root: string): void {
    const files = {
      'node_modules/money/package.json': '{ "name": "money", "type": "module", "exports": "./index.js" }',
      'node_modules/money/index.js': 'export const cents = (amount) => amount * 100;\n',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    mkdirSync(join(root, 'node_modules/@mono'));
    for (const name of ['cart', 'shop'])
      symlinkSync(`../../packages/${name}`, join(root, `node_modules/@mono/${name}`), 'dir');
  }

  it('runs nothing before it is trusted', async () => {
    const root = await shop.project({}, { trust: false });
    for (const args of [
      ['run', 'mend-failing-tests', '--wait'],
      ['queue', 'add', 'mend-failing-tests'],
    ]) {
      const { code, stderr } = await shop.in(root, ...args);
      assert.equal(code, 3);
      assert.match(stderr, /is not trusted[^]*pantheon trust/);
    }
    assert.equal(shop.server.requests.length, 0);
    assert.match((await shop.in(root, 'queue')).stdout, /Nothing is queued/);
  });

  for (const node of findNodes()) {
    it(`is mended under Node ${node.version}: a dirty monorepo with links; its .git and everything undecided stay as they were`, async () => {
      const root = await shop.project(MONOREPO, { git: false, trust: false });
      install(root);
      commitAll(root);
      // A dirty workspace: the slip that matters was never committed, one file is staged, one is new, one is ignored.
      const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
      writeFileSync(join(root, 'staged.js'), 'export const staged = 1;\n');
      git('add', 'staged.js');
      writeFileSync(join(root, 'packages/cart/cart.js'), `// My own remark.\n${cart}`);
      appendFileSync(join(root, 'notes.txt'), 'not tracked\n');
      writeFileSync(join(root, 'key.secret'), 'ignored\n');
      const before = everythingIn(root);
      const env = { PATH: `${node.folder}:/usr/local/bin:/usr/bin:/bin` };
      const inProject = (...args: string[]) => shop.product.run(args, { cwd: root, env });

      assert.equal((await inProject('trust', '--yes')).code, 0);
      const ran = await inProject('run', 'mend-failing-tests', '--wait', '--json');
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const proposals = await shop.proposals(root);
      assert.deepEqual(addedLines(proposals), [
        '  let sum = 0;',
        '    if (item.price < best.price) best = item;',
      ]);
      assert.deepEqual(
        proposals.flatMap(({ files }) => files.map(({ path }) => path)),
        ['packages/cart/cart.js'],
      );
      assert.deepEqual(everythingIn(root), before, 'nothing in the project or its .git was touched');

      const accepted = await inProject(
        'review',
        'latest',
        '--accept',
        '1',
        '--reject',
        '2',
        '--reason',
        'unneeded',
      );
      assert.equal(accepted.code, 0, accepted.stdout + accepted.stderr);
      const expected = `// My own remark.\n${cart.replace('let sum = 1;', 'let sum = 0;')}`;
      assert.equal(textOf(root, 'packages/cart/cart.js'), expected);
      const after = everythingIn(root);
      const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
        (path) => before.get(path) !== after.get(path),
      );
      assert.deepEqual(changed, ['packages/cart/cart.js'], 'the accepted hunk alone');
    });
  }

  it('reports what cannot be mended as tried, and proposes nothing of it', async () => {
    const hopeless = `export function slug(name) {\n  return name.trim();\n}\n`;
    const root = await shop.project({
      'src/slug.js': hopeless,
      'test/slug.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../src/slug.js';
test('makes slugs', () => assert.equal(slug(' Red Shoes '), 'red-shoes'));
`,
    });
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [0, 'succeeded-with-skips']);
    const proposals = await shop.proposals(root);
    assert.deepEqual(
      proposals.flatMap(({ files }) => files.map(({ path }) => path)),
      ['src/cart.js'],
    );
    const { stdout } = await shop.in(root, 'report');
    assert.match(stdout, /2 places mended, 1 tried and not mended/);
    assert.match(stdout, /Tried, not mended\n {2}src\/slug\.js slug: 20 samples/);
    assert.equal(textOf(root, 'src/slug.js'), hopeless);
  });
});

/**
 * Every file below a folder, `.git` included, with its kind, mode, time of change and bytes: what git keeps in refs,
 * index, config and work-tree list is in it.
 */
function everythingIn(root: string): Map<string, string> {
  return new Map(
    namesBelow(root).map((name) => {
      const path = join(root, name);
      const info = lstatSync(path, { bigint: true });
      const bytes = info.isSymbolicLink()
        ? readlinkSync(path)
        : info.isFile()
          ? createHash('sha256').update(readFileSync(path)).digest('hex')
          : 'folder';
      // A folder that is written through for an atomic replacement has a new time; what is in it is compared by itself.
      const time = info.isDirectory() && !name.startsWith('.git') ? '' : String(info.mtimeNs);
      return [name, `${info.mode} ${time} ${bytes}`];
    }),
  );
}

/** Relative paths of all files, folders and links; what a link leads to is not looked into. */
function namesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = join(folder, entry.name);
      return entry.isDirectory() ? [name, ...namesBelow(root, name)] : [name];
    });
}
