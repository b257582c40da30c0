import assert from 'node:assert/strict';

import { planAutostart, type AutostartFacts } from './plan.ts';

const facts: AutostartFacts = {
  platform: 'linux',
  env: {},
  homeDir: '/home/me',
  uid: 501,
  home: '/home/me/.pantheon',
  node: '/opt/node "24"/bin/node',
  cli: '/srv/50% $off & more/dist/cli.mjs',
};

describe('to start with the session', () => {
  it('is a unit of the person in systemd, in the folder that XDG names', () => {
    const plan = planAutostart({ ...facts, env: { XDG_CONFIG_HOME: '/home/me/conf' } });
    assert.equal(plan?.file?.path, '/home/me/conf/systemd/user/pantheon.service');
    const unit = plan?.file?.text ?? '';
    const start = String.raw`ExecStart="/opt/node \"24\"/bin/node" "/srv/50%% $$off & more/dist/cli.mjs" "daemon" "run"`;
    assert.ok(unit.includes(`\n${start}\n`), unit);
    assert.ok(unit.includes('\nEnvironment="PANTHEON_HOME=/home/me/.pantheon"\n'), unit);
    assert.equal(planAutostart(facts)?.file?.path, '/home/me/.config/systemd/user/pantheon.service');
  });

  it('is an agent of launchd on macOS', () => {
    const plan = planAutostart({ ...facts, platform: 'darwin' });
    assert.equal(plan?.file?.path, '/home/me/Library/LaunchAgents/dev.pantheon.runner.plist');
    assert.match(plan?.file?.text ?? '', /<string>\/srv\/50% \$off &amp; more\/dist\/cli\.mjs<\/string>/);
    assert.deepEqual(plan?.install, [['launchctl', 'bootstrap', 'gui/501', plan?.file?.path]]);
  });

  it("is a value of the person's Run key on Windows, with the data folder only where it is another", () => {
    const windows = {
      ...facts,
      platform: 'win32',
      env: { LOCALAPPDATA: String.raw`C:\Users\me\AppData\Local` },
      node: String.raw`C:\node\node.exe`,
      cli: String.raw`C:\p\dist\cli.mjs`,
    };
    const usual = planAutostart({ ...windows, home: String.raw`C:\Users\me\AppData\Local\pantheon` });
    assert.equal(usual?.file, undefined);
    const start = String.raw`"C:\node\node.exe" "C:\p\dist\cli.mjs" daemon start`;
    assert.equal(usual?.install[0]?.at(-2), start);
    const other = planAutostart({ ...windows, home: String.raw`D:\data` });
    assert.equal(
      other?.install[0]?.at(-2),
      String.raw`cmd /d /s /c "set "PANTHEON_HOME=D:\data"&& ${start}"`,
    );
  });

  it('is not known elsewhere', () => {
    assert.equal(planAutostart({ ...facts, platform: 'aix' }), undefined);
  });
});
