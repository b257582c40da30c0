import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { homePaths } from '../../src/protocol/index.ts';
import { canSeeProcesses, processesIn } from '../support/processes.ts';
import { addedLines, knowsTheShop, SHOP, Shop } from './support/shop.ts';

/** Test suites that are no help, through the whole way on the command line. */
describe('difficult test suites', function () {
  this.timeout(300_000);
  let shop: Shop;
  before(async () => {
    shop = await Shop.open();
  });
  afterEach(() => {
    shop.answering = knowsTheShop;
  });
  after(() => shop.close());

  it('ends with what the tests printed when none of them runs on the project as it is', async () => {
    const root = await shop.project({
      'test/cart.test.js': `import 'a-package-that-is-not-installed';\n${SHOP['test/cart.test.js']}`,
    });
    const { code, run } = await shop.run(root);
    assert.equal(run.outcome, 'failed');
    assert.match(run.detail ?? '', /a-package-that-is-not-installed/);
    assert.equal(run.totals.calls, 0, 'no suspect is given to a model');
    assert.equal(code, 3);
    assert.deepEqual(await shop.proposals(root), []);
  });

  it('mends what it can when every single test fails', async () => {
    const root = await shop.project();
    shop.answering = (request) => (request.prompt.includes('total') ? knowsTheShop(request) : 'ok');
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [0, 'succeeded-with-skips']);
    assert.deepEqual(addedLines(await shop.proposals(root)), ['  let sum = 0;']);
  });

  it('says that there are no tests, and that nothing is to be done where they pass', async () => {
    const none = await shop.run(await shop.project({ 'test/cart.test.js': 'export const nothing = 1;\n' }));
    assert.match(none.run.detail ?? '', /no test/i);
    assert.equal(none.run.totals.calls, 0);

    const wrong = SHOP['src/cart.js'] ?? '';
    const right = wrong.replace('let sum = 1;', 'let sum = 0;').replace('price > best', 'price < best');
    const fine = await shop.run(await shop.project({ 'src/cart.js': right }));
    assert.deepEqual([fine.code, fine.run.outcome], [0, 'succeeded']);
    assert.match(fine.run.detail ?? '', /Nothing to do/);
  });

  it('ends a check that hangs with everything it started, and goes on with the next sample', async () => {
    const root = await shop.project({
      'test/cart.test.js': `import { spawn } from 'node:child_process';
${SHOP['test/cart.test.js']}
test('leaves somebody behind', () => {
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true }).unref();
});
`,
    });
    let asked = 0;
    shop.answering = (request) => {
      if (!request.prompt.includes('cheapest')) return knowsTheShop(request);
      asked += 1;
      return asked === 1 ? '3|   for (const item = items[0]; ; ) {' : knowsTheShop(request);
    };
    const { code, run } = await shop.run(root);
    assert.equal(code, 0, run.detail);
    assert.equal(run.outcome, 'succeeded');
    assert.equal(asked, 2);
    const { stdout } = await shop.in(root, 'trace', 'latest');
    assert.match(stdout, /check\.0 check failed, .*(did not end|time)/);
    if (!canSeeProcesses) return;
    const left = processesIn(shop.product.folder).filter((line) => line.includes('setInterval'));
    assert.deepEqual(left, []);
  });

  it('proposes no edit whose test passes only sometimes, and names the test', async () => {
    // The test remembers outside of the checkout, which a sandbox would prevent.
    await shop.product.run(['daemon', 'stop']);
    mkdirSync(shop.product.home, { recursive: true });
    writeFileSync(homePaths(shop.product.home).settings, 'sandbox: off\n');
    const mark = JSON.stringify(join(shop.product.folder, 'mark'));
    const root = await shop.project({
      'test/cart.test.js': `import { existsSync, rmSync, writeFileSync } from 'node:fs';
${SHOP['test/cart.test.js']}
test('adds up nothing', () => {
  assert.equal(total([]), 0);
  const isOdd = !existsSync(${mark});
  if (isOdd) writeFileSync(${mark}, '');
  else rmSync(${mark});
  assert.ok(isOdd, 'only every other time');
});
`,
    });
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [0, 'succeeded-with-skips']);
    assert.deepEqual(addedLines(await shop.proposals(root)), [
      '    if (item.price < best.price) best = item;',
    ]);
    const { stdout } = await shop.in(root, 'report');
    assert.match(stdout, /src\/cart\.js total: .*only sometimes.*adds up nothing/);
  });
});
