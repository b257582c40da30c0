// Writes the golden logs of test/golden anew, by running every test that compares with one. Read the difference before
// committing it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))
  .filter((name) => readFileSync(join(root, name), 'utf8').includes('assertGolden('));
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const { status } = spawnSync(
  process.execPath,
  [mocha, '--no-config', '--reporter', 'test/support/closing-reporter.cjs', ...tests],
  { cwd: root, stdio: 'inherit', env: { ...process.env, PANTHEON_GOLDEN: 'update' } },
);
process.exitCode = status ?? 1;
