import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { outputOf } from '../../src/cli/demo/process-group.ts';
import { leaveOut } from '../support/leave-out.ts';
import { canSeeProcesses, processesIn } from '../support/processes.ts';

describe('a command of the demo', function () {
  this.timeout(60_000);
  let folder: string;
  before(function () {
    if (!canSeeProcesses) leaveOut(this, 'looks at the process table of Linux', { installable: false });
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-group-')));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it('gives what was printed, with a failing exit code too', async () => {
    const code = "console.log('hello'); process.exitCode = 1";
    const options = { cwd: folder, env: {} };
    const { signal } = new AbortController();
    assert.equal(await outputOf(process.execPath, ['-e', code], options, signal), 'hello');
  });

  it('leaves nobody when it is cancelled, not even one that hears no signal', async () => {
    const deaf = `process.on('SIGTERM', () => {});
      require('node:fs').writeFileSync('runs', ''); setInterval(() => {}, 1000);`;
    writeFileSync(join(folder, 'deaf.cjs'), deaf);
    const parent = `require('node:child_process').spawn(process.execPath, ['deaf.cjs'], { stdio: 'ignore' });
      setInterval(() => {}, 1000);`;
    const cancelled = new AbortController();
    const options = { cwd: folder, env: {} };
    const changes = watch(folder, { signal: AbortSignal.timeout(50_000) });
    const running = outputOf(process.execPath, ['-e', parent], options, cancelled.signal);
    for await (const { filename } of changes) if (filename === 'runs') break;
    assert.equal(processesIn(folder).length, 2);
    cancelled.abort(new Error('enough'));
    await assert.rejects(running, /enough/);
    assert.deepEqual(processesIn(folder), []);
  });
});
