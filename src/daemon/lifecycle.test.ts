import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { IdleTimer, watchOwner } from './lifecycle.ts';

describe('the daemon’s life', () => {
  it('leaves when there was nothing to do for a while, and not before', async () => {
    let busy = true;
    const left = new Promise<string>((resolve) => {
      const idle = new IdleTimer({ idleMs: 5, busy: () => busy, leave: () => resolve(`busy: ${busy}`) });
      setImmediate(() => {
        busy = false;
        idle.touch();
      });
    });
    assert.equal(await left, 'busy: false');
  });

  it('waits for nothing more once it has ended, whoever leaves then', () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const idle = new IdleTimer({ idleMs: 600_000, busy: () => false, leave: () => assert.fail('left') });
    idle.dispose();
    idle.touch();
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before);
  });

  it('ends with the process that it serves', async () => {
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(owner, 'spawn');
    const gone = new Promise<void>((resolve) => watchOwner(owner.pid ?? 0, resolve));
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await gone;
  });
});
