import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Product } from '../support/product.ts';

/** A `systemctl` that answers as one of a session, or as one without, and writes down what it was asked. */
const systemctl = (asked: string, code: number) => `#!/bin/sh
echo "$@" >> '${asked}'
[ ${code} = 0 ] || echo 'Failed to connect to bus: No medium found' >&2
exit ${code}
`;

describe('daemon install', function () {
  this.timeout(60_000);
  let product: Product;
  let home: string;
  let asked: string;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(() => {
    product = new Product();
    home = join(product.folder, 'person');
    asked = join(product.folder, 'asked');
    mkdirSync(join(home, 'bin'), { recursive: true });
  });
  afterEach(() => product.dispose());

  const unit = () => join(home, '.config', 'systemd', 'user', 'pantheon.service');
  function withSession(code: number): Record<string, string> {
    const program = join(home, 'bin', 'systemctl');
    writeFileSync(program, systemctl(asked, code));
    chmodSync(program, 0o755);
    return { HOME: home, XDG_CONFIG_HOME: '', PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` };
  }

  it('writes a unit of systemd, says what and how to undo it, and undoes it', async () => {
    const env = withSession(0);
    for (let times = 0; times < 2; times += 1) {
      const { code, stdout, stderr } = await product.run(['daemon', 'install'], { env });
      assert.equal(code, 0, stderr);
      assert.ok(stdout.includes(unit()), stdout);
      assert.match(stdout, /pantheon daemon uninstall/);
    }
    const text = readFileSync(unit(), 'utf8');
    assert.ok(text.includes(`Environment="PANTHEON_HOME=${product.home}"`), text);
    const [, node = '', cli = ''] = /^ExecStart="([^"]+)" "([^"]+)" "daemon" "run"$/m.exec(text) ?? [];
    assert.ok(existsSync(node) && existsSync(cli), text);
    assert.match(readFileSync(asked, 'utf8'), /^--user enable pantheon\.service$/m);
    const gone = await product.json<Record<string, unknown>>(['daemon', 'uninstall'], { env });
    assert.deepEqual(gone.document, {
      schema: 'pantheon.autostart/1',
      installed: false,
      how: 'systemd',
      place: unit(),
    });
    assert.ok(!existsSync(unit()));
    assert.match(readFileSync(asked, 'utf8'), /^--user disable pantheon\.service$/m);
    assert.match((await product.run(['daemon', 'uninstall'], { env })).stdout, /Nothing to undo/);
  });

  it('says what to do where there is no session, and writes nothing', async () => {
    const { code, stdout, stderr } = await product.run(['daemon', 'install'], { env: withSession(1) });
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /no systemd user session here \(Failed to connect to bus: No medium found\)/);
    assert.match(stderr, /pantheon daemon run/);
    assert.ok(!existsSync(unit()));
  });
});
