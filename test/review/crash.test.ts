import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { REVIEW_FAILPOINTS, reviewProjector } from '../../src/review/index.ts';
import { openStore } from '../../src/store/index.ts';
import { BASE, DECIDED } from './texts.ts';
import { leaveOut } from '../support/leave-out.ts';

const DECIDER = fileURLToPath(new URL('decider.ts', import.meta.url));

describe('review after kill -9', function () {
  this.timeout(60_000);
  let folder: string;
  let root: string;
  let file: string;
  beforeEach(function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    folder = mkdtempSync(join(tmpdir(), 'pantheon-review-crash-'));
    root = join(folder, 'ws');
    file = join(folder, 'pantheon.db');
    mkdirSync(root);
    writeFileSync(join(root, 'a.js'), BASE);
    writeFileSync(join(root, 'old.js'), 'old\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function start(failpoint?: string) {
    const env = { ...process.env, ...(failpoint === undefined ? {} : { PANTHEON_FAILPOINT: failpoint }) };
    return spawnSync(process.execPath, [DECIDER, file, root], { env, encoding: 'utf8' });
  }
  function events() {
    const store = openStore({ file, projectors: [reviewProjector], upcasters: [] });
    const all = store.readAll(0, 1000);
    void store.dispose();
    return all;
  }
  const count = (type: string) => events().filter((event) => event.type === type).length;

  for (const name of REVIEW_FAILPOINTS) {
    // A rename is two writes; each passage is a case of its own.
    for (let passage = 1; passage <= 3; passage += 1) {
      it(`at ${name}:${passage} loses no decision and does none twice`, () => {
        const first = start(`${name}:${passage}`);
        if (first.signal !== 'SIGKILL') {
          assert.equal(first.status, 0, first.stderr);
          assert.ok(passage > 1, `${name} is never passed`);
        }
        const second = start();
        assert.equal(second.status, 0, second.stderr);
        assert.equal(second.stdout, 'accept 1 0\nreject 1 0\naccept 1 0\n');
        assert.equal(readFileSync(join(root, 'a.js'), 'utf8'), DECIDED);
        assert.equal(readFileSync(join(root, 'new.js'), 'utf8'), 'new\n');
        assert.equal(existsSync(join(root, 'old.js')), false);
        assert.deepEqual(readdirSync(root).toSorted(), ['a.js', 'new.js'], 'no temporary file is left');
        assert.deepEqual(['proposal.made', 'hunk.decided', 'decision.answered'].map(count), [1, 3, 3]);
        assert.equal(count('write.intended'), count('write.done') + count('write.failed'));
      });
    }
  }

  it('leaves a file alone that a person changed after the crash, and says so', () => {
    assert.equal(start('review.intent.after').signal, 'SIGKILL');
    const mine = BASE.replace('two', 'mine');
    writeFileSync(join(root, 'a.js'), mine);
    const second = start();
    assert.equal(second.status, 0, second.stderr);
    assert.match(second.stdout, /^accept 0 1\n/);
    assert.equal(readFileSync(join(root, 'a.js'), 'utf8'), mine);
    assert.equal(count('write.failed'), 1);
  });

  it('keeps file and state when the disk is full', function () {
    // A file system of its own that is full; the journal of the store stands elsewhere.
    const small = join(folder, 'small');
    mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small]).status !== 0)
      leaveOut(this, 'a small disk cannot be mounted without more rights', { installable: false });
    try {
      writeFileSync(join(small, 'a.js'), BASE);
      writeFileSync(join(small, 'old.js'), 'old\n');
      try {
        writeFileSync(join(small, 'filler'), 'x'.repeat(16_384));
      } catch {
        // Full as it should be.
      }
      const data = join(folder, 'other.db');
      const result = spawnSync(process.execPath, [DECIDER, data, small], { encoding: 'utf8' });
      assert.equal(result.status, 0, result.stderr);
      assert.match(result.stdout, /^accept 0 1\n/);
      assert.equal(readFileSync(join(small, 'a.js'), 'utf8'), BASE);
      assert.deepEqual(readdirSync(small).toSorted(), ['a.js', 'filler', 'old.js']);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});
