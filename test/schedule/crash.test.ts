import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { queueProjector, SCHEDULE_FAILPOINTS } from '../../src/schedule/index.ts';
import { openStore } from '../../src/store/index.ts';
import { leaveOut } from '../support/leave-out.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const RUNS = ['r1', 'r2', 'r3', 'r4'];

describe('queue after kill -9', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  beforeEach(function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    folder = mkdtempSync(join(tmpdir(), 'pantheon-queue-crash-'));
    file = join(folder, 'pantheon.db');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function work(epoch: string, failpoint?: string) {
    const env = { ...process.env, ...(failpoint === undefined ? {} : { PANTHEON_FAILPOINT: failpoint }) };
    return spawnSync(process.execPath, [WORKER, file, epoch, String(RUNS.length)], { env, encoding: 'utf8' });
  }
  const began = (output: string) => output.split('\n').filter((line) => line.startsWith('began'));

  for (const name of SCHEDULE_FAILPOINTS) {
    it(`at ${name}: every run is finished once, one that was under way continues, order is kept`, () => {
      const first = work('one', `${name}:2`);
      assert.equal(first.signal, 'SIGKILL', first.stderr);
      const second = work('two');
      assert.equal(second.status, 0, second.stderr);
      const all = [...began(first.stdout), ...began(second.stdout)];
      const expected = {
        'schedule.claim.before': ['began r1', 'began r2', 'began r3', 'began r4'],
        'schedule.claim.after': ['began r1', 'began r2 again', 'began r3', 'began r4'],
        'schedule.finish.before': ['began r1', 'began r2', 'began r2 again', 'began r3', 'began r4'],
        'schedule.finish.after': ['began r1', 'began r2', 'began r3', 'began r4'],
      };
      assert.deepEqual(all, expected[name]);

      const store = openStore({ file, projectors: [queueProjector], upcasters: [] });
      const finished = store.readAll(0, 1000).filter((event) => event.type === 'queue-item.finished');
      assert.deepEqual(
        finished.map((event) => event.stream),
        ['queue/i1', 'queue/i2', 'queue/i3', 'queue/i4'],
      );
      void store.dispose();
    });
  }
});
