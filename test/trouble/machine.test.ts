import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { leaveOut } from '../support/leave-out.ts';
import { pathWithout } from '../support/path-without.ts';
import { isAlive } from '../support/processes.ts';
import { addedLines, knowsTheShop, SHOP, Shop, textOf } from './support/shop.ts';

/** Machines that lack something, through the whole way on the command line. */
describe('machines in trouble', function () {
  this.timeout(300_000);
  let shop: Shop;
  beforeEach(async function () {
    if (process.platform === 'win32') leaveOut(this, 'puts a PATH together of links', { installable: false });
    shop = await Shop.open();
  });
  afterEach(() => shop?.close());

  it('says that git is missing and where it comes from, and changes nothing', async () => {
    const PATH = pathWithout(join(shop.product.folder, 'bin'), 'git');
    const root = await shop.project({}, { trust: false });
    const without = (...args: string[]) => shop.product.run(args, { cwd: root, env: { PATH } });
    const advice = /git was not found\.\s+(→ )?Install git 2\.\d+ or newer/;
    const doctor = await without('doctor');
    assert.equal(doctor.code, 3);
    assert.match(doctor.stdout, /^mend {2}git: /m);
    assert.match(doctor.stdout, advice);
    assert.equal((await without('trust', '--yes')).code, 0);
    const run = await without('run', 'mend-failing-tests', '--wait');
    assert.equal(run.code, 3);
    assert.match(run.stdout, advice);
    const demo = await without('demo');
    assert.equal(demo.code, 3);
    assert.match(demo.stderr, advice);
    assert.equal(textOf(root, 'src/cart.js'), SHOP['src/cart.js']);
  });

  it('works in a folder without git, from the run to the accepted hunk', async () => {
    const root = await shop.project(
      { '.gitignore': 'secret/\n', 'secret/key.js': 'broken(' },
      { git: false },
    );
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [0, 'succeeded'], run.detail);
    const { stdout, code: decided } = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(decided, 0, stdout);
    assert.match(textOf(root, 'src/cart.js'), /let sum = 0;[^]*item\.price < best\.price/);
  });

  it('goes on after its runner was killed in the middle, whichever command comes next', async () => {
    const root = await shop.project();
    const started = await shop.product.json<{ id: string }>(['run', 'mend-failing-tests'], { cwd: root });
    await shop.server.until(() => shop.server.requests.length > 0);
    const { document } = await shop.product.json<{ pid: number }>(['daemon', 'status']);
    process.kill(document.pid, 'SIGKILL');
    const asked = shop.server.requests.length;
    const listed = await shop.in(root, 'runs');
    assert.match(listed.stdout, new RegExp(`^${started.document.id} `, 'm'));
    for (;;) {
      const shown = await shop.product.json<{ state: string; outcome?: string }>(['show', 'latest'], {
        cwd: root,
      });
      if (shown.document.state !== 'finished') continue;
      assert.equal(shown.document.outcome, 'succeeded');
      break;
    }
    assert.equal(addedLines(await shop.proposals(root)).length, 2);
    assert.ok(shop.server.requests.length <= asked + 2, 'what was answered is not asked again');
    assert.equal(isAlive(document.pid), false);
  });

  describe('with a data folder that is full', () => {
    let disk: string | undefined;
    before(function () {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-disk-')));
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', folder], { stdio: 'ignore' });
        disk = folder;
      } catch {
        rmSync(folder, { recursive: true });
        leaveOut(this, 'a small disk cannot be mounted without more rights', { installable: false });
      }
    });
    after(() => {
      if (disk === undefined) return;
      execFileSync('umount', [disk], { stdio: 'ignore' });
      rmSync(disk, { recursive: true });
    });

    /** Writes until nothing fits any more; gives what frees the space again. */
    function fill(folder: string): () => void {
      const files = [join(folder, 'filler')];
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(files[0] ?? '', Buffer.alloc(Math.max(0, bavail * bsize - 16_384)));
      for (;;) {
        files.push(join(folder, `filler-${files.length}`));
        try {
          writeFileSync(files.at(-1) ?? '', Buffer.alloc(4096));
        } catch {
          return () => files.forEach((file) => rmSync(file, { force: true }));
        }
      }
    }

    it('keeps a run and its decisions waiting, says so, changes nothing, and goes on when there is space again', async () => {
      assert.ok(disk !== undefined);
      const folder = disk;
      const home = join(folder, 'home');
      const root = await shop.project({}, { trust: false });
      const onDisk = (...args: string[]) =>
        shop.product.run(args, { cwd: root, env: { PANTHEON_HOME: home } });
      await onDisk('trust', '--yes');
      assert.equal((await onDisk('run', 'mend-failing-tests', '--wait')).code, 0);

      let free = (): void => {};
      shop.answering = (request) => {
        shop.answering = knowsTheShop;
        free = fill(folder);
        return knowsTheShop(request);
      };
      const running = onDisk('run', 'mend-failing-tests', '--wait');
      for (;;) {
        const { stdout } = await onDisk('daemon', 'status');
        if (stdout.includes('the disk is full')) break;
      }
      const refused = await onDisk('review', 'latest', '--accept', 'all');
      assert.equal(refused.code, 3);
      assert.match(refused.stderr, /^Error: The disk is full: .*\nFree some space/);
      assert.equal(textOf(root, 'src/cart.js'), SHOP['src/cart.js']);
      assert.match((await onDisk('inbox')).stdout, /2 hunks/, 'what is there can be read');
      free();
      const { code, stderr } = await running;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /the disk is full/);
      const accepted = await onDisk('review', 'latest', '--accept', 'all');
      assert.equal(accepted.code, 0, accepted.stdout + accepted.stderr);
      assert.match(textOf(root, 'src/cart.js'), /let sum = 0;[^]*item\.price < best\.price/);

      await onDisk('daemon', 'stop');
      free = fill(folder);
      const started = await onDisk('daemon', 'start');
      assert.equal(started.code, 3);
      assert.match(started.stderr, /^Error: The disk is full: .*\nFree some space/);
      free();
      assert.equal((await onDisk('runs')).code, 0);
      await onDisk('daemon', 'stop');
    });
  });
});
