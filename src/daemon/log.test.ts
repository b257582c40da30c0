import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openLog } from './log.ts';

describe('the log of the daemon', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes each line at once', () => {
    openLog(folder, new Date('2030-01-31T12:00:00Z')).error({ run: 'r1' }, 'one');
    assert.match(readFileSync(join(folder, 'daemon-2030-01-31.log'), 'utf8'), /"run":"r1","msg":"one"\}\n$/);
  });

  it('throws nothing and stays small where nothing can be written', function () {
    if (process.platform !== 'linux') this.skip();
    symlinkSync('/dev/full', join(folder, 'daemon-2030-01-31.log'));
    const log = openLog(folder, new Date('2030-01-31T12:00:00Z'));
    for (let i = 0; i < 1_000; i += 1) log.error({ text: 'x'.repeat(1_000) }, 'the disk is full');
  });
});
