import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { takeDataLock } from '../../src/store/index.ts';
import { said, script, start } from './child.ts';

describe('data lock', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  const running = new Set<ReturnType<typeof start>>();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-lock-'));
    file = join(folder, 'data', 'lock.db');
  });
  afterEach(async () => {
    for (const one of running) {
      one.child.kill('SIGKILL');
      await one.ended;
    }
    running.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  function holder(waitMs = 2000) {
    const one = start(process.execPath, [script('holder.ts'), file, String(waitMs)]);
    running.add(one);
    return one;
  }

  it('goes to exactly one of several started at once', async () => {
    const all = [holder(0), holder(0), holder(0), holder(0)];
    const results = await Promise.all(
      all.map((one) =>
        Promise.race([
          said(one.child, 'held').then(
            () => 'held',
            () => 'refused',
          ),
          one.ended.then(() => 'refused'),
        ]),
      ),
    );
    assert.deepEqual(results.toSorted(), ['held', 'refused', 'refused', 'refused']);
    for (const [index, one] of all.entries()) {
      if (results[index] === 'refused') assert.match((await one.ended).stdout, /^error daemon-running$/m);
    }
  });

  it('is freed by kill -9, and a starter that waits then gets it', async () => {
    const first = holder();
    await said(first.child, 'held');
    const second = holder();
    const got = said(second.child, 'held');
    first.child.kill('SIGKILL');
    assert.equal((await first.ended).signal, 'SIGKILL');
    await got;
  });

  it('is freed by dispose while the process lives on', async () => {
    const first = holder();
    await said(first.child, 'held');
    first.child.stdin.write('\n');
    await said(first.child, 'freed');
    await said(holder(0).child, 'held');
  });

  it('is refused to the process that holds it, and to others after its handle could have been collected', async () => {
    await takeDataLock(file);
    await assert.rejects(takeDataLock(file, { waitMs: 0 }), { code: 'daemon-running' });
    const other = await holder(0).ended;
    assert.match(other.stdout, /error daemon-running/);
  });

  it('stops waiting when it is aborted', async () => {
    const lock = await takeDataLock(file);
    const abort = new AbortController();
    const waiting = takeDataLock(file, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await lock.dispose();
    await lock.dispose();
    await (await takeDataLock(file, { waitMs: 0 })).dispose();
  });
});
