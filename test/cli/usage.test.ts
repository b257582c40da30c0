import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { Product } from '../support/product.ts';

/** Two lines: what is wrong, and the next step. No stack. */
const twoLines = /^Error: [A-Z][^\n]+\n[^\n]*`pantheon --help`[^\n]*$/;

describe('the command line, used wrongly', function () {
  this.timeout(60_000);
  let product: Product;
  beforeEach(() => {
    product = new Product();
  });
  afterEach(() => product.dispose());

  it('says the next step with each mistake', async () => {
    const wrong = [
      ['frob'],
      ['run', '--frob'],
      ['show'],
      ['queue', 'move', 'q1'],
      ['queue', 'add', 'a', '--cron'],
    ];
    for (const args of wrong) {
      const { code, stdout, stderr } = await product.run(args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, twoLines);
    }
    assert.equal(existsSync(product.home), false);
  });

  it('knows that its folder is gone', () => {
    const gone = join(product.folder, 'gone');
    mkdirSync(gone);
    const script = 'rmdir ../gone && "$0" inbox 2>&1; echo "code $?"';
    const said = execFileSync('sh', ['-c', script, join(import.meta.dirname, '../../bin/pantheon')], {
      cwd: gone,
      env: product.environment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(
      said,
      /^Error: The folder that you are in is no longer there\.\n[^\n]*--workspace\.\ncode 2$/m,
    );
  });

  it('does not call it done when its output found no space', function () {
    if (!existsSync('/dev/full')) return this.skip();
    const full = openSync('/dev/full', 'w');
    try {
      for (const args of [['--help'], ['daemon', 'status', '--json']]) {
        assert.throws(
          () =>
            execFileSync(join(import.meta.dirname, '../../bin/pantheon'), args, {
              cwd: product.folder,
              env: product.environment(),
              encoding: 'utf8',
              stdio: ['ignore', full, 'pipe'],
            }),
          ({ status, stderr }: { status: number; stderr: string }) => {
            assert.equal(status, 3);
            assert.match(stderr, /^Error: The output cannot be written: ENOSPC[^\n]*\n[^\n]*space[^\n]*\n$/);
            return true;
          },
        );
      }
    } finally {
      closeSync(full);
    }
    return undefined;
  });
});
