import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DaemonView, QueueView, RunView } from '../../src/protocol/index.ts';
import { Product } from '../support/product.ts';

const endless =
  'setInterval(() => {}, 1000); import("node:fs").then((fs) => fs.writeFileSync(process.argv[1], ""));';

describe('a runner that is stopped while somebody waits', function () {
  this.timeout(120_000);
  let product: Product;
  let root: string;
  beforeEach(async () => {
    product = new Product({ env: {} });
    root = join(product.folder, 'project');
    mkdirSync(join(root, '.pantheon', 'flows'), { recursive: true });
    const wait = `[node, -e, ${JSON.stringify(endless)}, ${JSON.stringify(join(product.folder, 'begun'))}]`;
    writeFileSync(
      join(root, '.pantheon', 'flows', 'slow.flow.yaml'),
      `flow: slow\nnodes:\n  wait: { run: ${wait}, timeout: 5m }\n`,
    );
    mkdirSync(product.home, { recursive: true });
    writeFileSync(join(product.home, 'settings.yaml'), 'sandbox: off\n');
    assert.equal((await product.run(['trust', '--yes'], { cwd: root })).code, 0);
  });
  afterEach(() => product.dispose());

  it('stays stopped; who waits is told how the run goes on, and it does', async () => {
    const waiting = product.run(['run', 'slow', '--wait'], { cwd: root });
    while (!existsSync(join(product.folder, 'begun'))) await product.run(['daemon', 'status']);
    assert.equal((await product.run(['daemon', 'stop'])).code, 0);
    const { code, stderr } = await waiting;
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^Error: The background runner was stopped\. r\w+ is not finished\.\n`pantheon daemon start`/m,
    );
    const status = await product.json<DaemonView>(['daemon', 'status']);
    assert.equal(status.document.state, 'stopped');
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    const shown = await product.json<RunView>(['show', 'latest'], { cwd: root });
    assert.equal(shown.document.state, 'running');
    assert.equal((await product.run(['cancel', 'latest'], { cwd: root })).code, 0);
  });

  it('queues for the time that the person names, whatever the night is', async () => {
    const at = async (...options: string[]) => {
      const { document } = await product.json<QueueView>(['queue', 'add', 'slow', ...options], { cwd: root });
      const item = document.items.at(-1);
      await product.run(['queue', 'remove', item?.id ?? ''], { cwd: root });
      return item;
    };
    assert.equal((await at('--cron', '0 12 * * *'))?.window, undefined);
    assert.equal((await at('--cron', '0 12 * * *', '--window', '10:00-14:00'))?.window, '10:00-14:00');
    assert.match((await at('--at', '2100-01-31'))?.waitingFor ?? '', /^starts 31 Jan 2100 00:00, /);
    const past = await product.run(['queue', 'add', 'slow', '--at', '2020-01-01'], { cwd: root });
    assert.deepEqual([past.code, past.stdout], [2, '']);
    assert.match(past.stderr, /has passed/);
  });
});
