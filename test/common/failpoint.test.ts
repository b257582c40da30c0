import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { readFailpoint } from '../../src/common/failpoint.ts';
import { leaveOut } from '../support/leave-out.ts';

const MODULE = JSON.stringify(new URL('../../src/common/failpoint.ts', import.meta.url).href);

function run(value: string | undefined, script: string) {
  const env = { ...process.env };
  delete env['PANTHEON_FAILPOINT'];
  if (value !== undefined) env['PANTHEON_FAILPOINT'] = value;
  const source = `import { checkFailpoint, failpoint, registerFailpoints } from ${MODULE};\n${script}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source], { env, encoding: 'utf8' });
}

const THREE = `
  registerFailpoints(['a.one', 'a.two']);
  checkFailpoint();
  const { writeSync } = await import('node:fs');
  for (let i = 1; i <= 3; i += 1) { writeSync(1, String(i)); failpoint('a.one'); }
`;

describe('failpoint', () => {
  it('kills the process on the k-th passage', function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    const second = run('a.one:2', THREE);
    assert.equal(second.signal, 'SIGKILL');
    assert.equal(second.stdout, '12');
    assert.equal(run('a.one', THREE).stdout, '1');
  });

  it('does nothing when unset, or when another place is armed', () => {
    for (const value of [undefined, '', 'a.two']) {
      const result = run(value, THREE);
      assert.equal(result.status, 0, result.stderr);
      assert.equal(result.stdout, '123');
    }
  });

  it('refuses a name that nobody registered', () => {
    const result = run('a.three', THREE);
    assert.equal(result.status, 1);
    assert.match(result.stderr, /no failpoint is called a\.three/);
  });

  it('refuses a name that two rooms claim', () => {
    assert.match(run(undefined, `registerFailpoints(['a', 'a'])`).stderr, /two failpoints are called a/);
  });

  it('reads name and passage', () => {
    assert.deepEqual(readFailpoint('store.append.before-commit:12'), {
      name: 'store.append.before-commit',
      left: 12,
    });
    assert.equal(readFailpoint(''), undefined);
    for (const bad of [':1', 'a:0', 'a:x', 'A b']) assert.throws(() => readFailpoint(bad), /name\[:k\]/);
  });
});
