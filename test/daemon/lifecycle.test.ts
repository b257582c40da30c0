import { strict as assert } from 'node:assert';
import { readFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DaemonView, homePaths, type Endpoint } from '../../src/protocol/index.ts';
import { canSeeProcesses, isAlive, processesIn } from '../support/processes.ts';
import { Product } from '../support/product.ts';

describe('the daemon', function () {
  this.timeout(60_000);
  let product: Product;
  beforeEach(() => {
    product = new Product();
  });
  afterEach(() => product.dispose());

  const status = async () => DaemonView.parse((await product.json(['daemon', 'status'])).document);

  it('is not started by a look at its state', async () => {
    const view = await status();
    assert.equal(view.state, 'stopped');
    assert.equal(view.pid, undefined);
    assert.equal(existsSync(product.home), false);
  });

  it('starts, starts twice without an error, and is gone when stop returns', async () => {
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    const first = await status();
    assert.equal(first.state, 'running');
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    assert.equal((await status()).pid, first.pid);
    assert.equal((await product.run(['daemon', 'stop'])).code, 0);
    assert.ok(first.pid !== undefined && !isAlive(first.pid));
    assert.equal((await status()).state, 'stopped');
    assert.equal((await product.run(['daemon', 'stop'])).code, 0);
  });

  it('keeps its compiled code beside its copy for the next start', async () => {
    await product.run(['daemon', 'start']);
    await product.run(['daemon', 'stop']);
    const { runtime } = homePaths(product.home);
    const [copy] = readdirSync(runtime);
    const compiled = join(runtime, copy ?? '', 'compiled');
    const files = () =>
      readdirSync(compiled, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const first = files().map(({ name }) => name);
    assert.ok(first.length > 0);
    await product.run(['daemon', 'start']);
    await product.run(['daemon', 'stop']);
    assert.deepEqual(
      files().map(({ name }) => name),
      first,
    );
  });

  it('is one, however many start it at once', async () => {
    const starts = await Promise.all([1, 2, 3, 4].map(() => product.json<DaemonView>(['daemon', 'start'])));
    assert.deepEqual(
      starts.map(({ code }) => code),
      [0, 0, 0, 0],
    );
    assert.equal(new Set(starts.map(({ document }) => document.pid)).size, 1);
    if (!canSeeProcesses) return;
    // One that came too late must not wait for its turn: it would be there again after a stop.
    const daemons = processesIn(product.home).filter((line) => line.includes('daemon.mjs'));
    assert.equal(daemons.length, 1, daemons.join('\n'));
    await product.run(['daemon', 'stop']);
    assert.deepEqual(processesIn(product.home), []);
  });

  it('comes back after kill -9, with a stale socket left behind', async () => {
    await product.run(['daemon', 'start']);
    const { pid } = await status();
    assert.ok(pid !== undefined);
    const endpoint = JSON.parse(readFileSync(homePaths(product.home).endpoint, 'utf8')) as Endpoint;
    process.kill(pid, 'SIGKILL');
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    assert.ok(existsSync(endpoint.path));
    const again = await status();
    assert.equal(again.state, 'running');
    assert.notEqual(again.pid, pid);
  });

  it('works with a very long data folder with spaces and umlauts', async () => {
    await product.dispose();
    product = new Product({ name: join('Ordner mit Ümläuten', 'x'.repeat(60), 'y'.repeat(60), 'heim') });
    assert.equal((await product.run(['daemon', 'start'])).code, 0);
    assert.equal((await status()).state, 'running');
  });

  it('keeps what it writes from other users', async () => {
    await product.run(['daemon', 'start']);
    const paths = homePaths(product.home);
    const mode = (path: string) => statSync(path).mode & 0o777;
    assert.equal(mode(paths.token), 0o600);
    assert.equal(mode(paths.database), 0o600);
    assert.equal(mode(product.home), 0o700);
  });

  it('says what to do when the data folder cannot be made', async () => {
    writeFileSync(product.home, 'a file where the folder should be');
    const { code, stderr } = await product.run(['daemon', 'start']);
    assert.equal(code, 3);
    assert.match(stderr, /PANTHEON_HOME/);
  });

  it('says so in the foreground too, also where the system makes no folders at all', async () => {
    for (const home of [join('/dev/null', 'x'), ...(process.platform === 'linux' ? ['/proc/x/y'] : [])]) {
      for (const verb of ['start', 'run']) {
        const { code, stderr } = await product.run(['daemon', verb], { env: { PANTHEON_HOME: home } });
        assert.equal(code, 3);
        assert.match(stderr, /^Error: The data folder cannot be made: [^\n]+\n[^\n]*PANTHEON_HOME[^\n]*$/m);
        assert.doesNotMatch(stderr, /pantheon-daemon-error|lines above/);
      }
    }
  });

  it('says what is wrong in broken settings', async () => {
    mkdirSync(product.home, { recursive: true });
    writeFileSync(homePaths(product.home).settings, 'sandbox: [what\n');
    const { code, stderr } = await product.run(['daemon', 'start']);
    assert.equal(code, 3);
    assert.match(stderr, /settings\.yaml:\d+/);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });

  it('runs from a copy of its own and ends in the foreground on Ctrl-C', async () => {
    await product.run(['daemon', 'start']);
    assert.equal(readdirSync(homePaths(product.home).runtime).length, 1);
    await product.run(['daemon', 'stop']);
    const stop = new AbortController();
    const running = product.run(['daemon', 'run'], { signal: stop.signal });
    for (;;) {
      const view = await status();
      if (view.state === 'running') break;
    }
    stop.abort();
    await running;
    for (;;) {
      const view = await status();
      if (view.state === 'stopped') break;
    }
  });
});
