import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStore, STORE_FAILPOINTS } from '../../src/store/index.ts';
import { script, start } from './child.ts';
import { counting } from './counting.ts';
import { leaveOut } from '../support/leave-out.ts';

const COMMANDS = 6;
const writer = (file: string, env: Readonly<Record<string, string>> = {}) =>
  start(process.execPath, [script('writer.ts'), file, String(COMMANDS)], env);

/** Numbers that the writer said were committed. */
function acknowledged(stdout: string): readonly number[] {
  return stdout
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number);
}

/** Opens the file as the next start would and checks everything that must hold after any crash. */
function inspect(file: string): { readonly commands: number } {
  const store = openStore({ file, projectors: [counting], upcasters: [] });
  try {
    const table = () =>
      store.db
        .prepare('SELECT * FROM counting ORDER BY stream')
        .all()
        .map((row) => ({ ...row }));
    const before = table();
    store.rebuild();
    assert.deepEqual(table(), before);
    assert.equal(store.db.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
    const all = store.readAll(0, 1000);
    assert.equal(all.length % 3, 0);
    const ofA = store.readStream('a');
    ofA.forEach((event, index) => {
      const { n, ref } = event.body as { n: number; ref: Parameters<typeof store.getText>[0] };
      assert.equal(n, index + 1);
      assert.equal(store.getText(ref), `content of ${n} `.repeat(200));
    });
    return { commands: ofA.length };
  } finally {
    void store.dispose();
  }
}

describe('store after kill -9', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  beforeEach(function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    folder = mkdtempSync(join(tmpdir(), 'pantheon-crash-'));
    file = join(folder, 'pantheon.db');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const name of STORE_FAILPOINTS) {
    const passages = name.startsWith('store.append') ? [1, 4] : name.startsWith('store.content') ? [3] : [1];
    for (const passage of passages) {
      it(`at ${name}, passage ${passage}: all or nothing of a transaction, nothing acknowledged lost, repeat is exact`, async () => {
        const first = await writer(file, { PANTHEON_FAILPOINT: `${name}:${passage}` }).ended;
        assert.equal(first.signal, 'SIGKILL', first.stderr);
        const done = inspect(file).commands;
        const said = acknowledged(first.stdout).length;
        assert.ok(done === said || done === said + 1, `${done} recorded, ${said} acknowledged`);
        if (name === 'store.append.before-commit') assert.equal(done, said);
        if (name === 'store.append.after-commit') assert.equal(done, said + 1);
        if (name === 'store.backup.before-rename') assert.ok(!existsSync(`${file}.backup`));

        const second = await writer(file).ended;
        assert.equal(second.code, 0, second.stderr);
        assert.equal(acknowledged(second.stdout).length, COMMANDS);
        assert.equal(inspect(file).commands, COMMANDS);
        assert.equal(inspect(`${file}.backup`).commands, COMMANDS);
      });
    }
  }

  it('at random moments', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { child, ended } = writer(file);
      const timer = setTimeout(() => child.kill('SIGKILL'), 60 + Math.random() * 80);
      const { stdout } = await ended;
      clearTimeout(timer);
      if (existsSync(file)) assert.ok(inspect(file).commands >= acknowledged(stdout).length);
    }
    await writer(file).ended;
    assert.equal(inspect(file).commands, COMMANDS);
  });
});
