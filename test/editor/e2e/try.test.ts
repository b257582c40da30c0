import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { execa } from 'execa';

import { installedEditor } from '../../support/editor/installed.ts';
import { leaveOut } from '../../support/leave-out.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('npm run try', () => {
  it('serves the editor with the demo project to whoever has the address, and ends everything at Ctrl-C', async function () {
    if (installedEditor() === undefined) leaveOut(this, 'no VS Code is installed', { installable: true });
    const home = mkdtempSync(join(tmpdir(), 'pantheon-try-'));
    const running = execa(process.execPath, [join(root, 'scripts', 'try.ts')], {
      env: { PANTHEON_HOME: home },
      reject: false,
    });
    try {
      const said = await untilItSays(running.stdout, /^Ctrl-C/m);
      const url = /http:\/\/\S+/.exec(said)?.[0];
      assert.ok(url !== undefined);
      assert.match(url, /folder=.*pocketknife/);
      // Whoever shows the word gets a cookie and is sent on.
      assert.equal((await fetch(url, { redirect: 'manual' })).status, 302);
      const stranger = new URL(url);
      stranger.searchParams.delete('tkn');
      assert.equal((await fetch(stranger)).status, 403);
      running.kill('SIGINT');
      const { exitCode, stdout } = await running;
      assert.equal(exitCode, 0);
      assert.match(stdout, /Everything has ended\.$/);
      await assert.rejects(fetch(url));
      assert.deepEqual(processesWith(home), []);
    } finally {
      running.kill('SIGTERM');
      await running;
      rmSync(home, { recursive: true, force: true });
    }
  });
});

async function untilItSays(stream: Readable, pattern: RegExp): Promise<string> {
  let said = '';
  return await new Promise((resolve, reject) => {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
      if (pattern.test(said)) resolve(said);
    });
    stream.once('end', () => reject(new Error(`It ended after:\n${said}`)));
  });
}

/** Ids of processes that run with this data folder; the editor is for Linux alone, so there is /proc. */
function processesWith(home: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home);
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return false;
    }
  });
}
