import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { AutostartView } from '../../protocol/index.ts';
import { installAutostart, uninstallAutostart } from '../autostart/autostart.ts';
import type { AutostartFacts } from '../autostart/plan.ts';
import type { Act, Cli } from '../cli.ts';

/** `daemon install` and `daemon uninstall`. */
export function registerInstall(daemon: Command, act: Act): void {
  daemon
    .command('install')
    .description('make it start with your session, so that a night goes on after a restart')
    .action(() => act(install));
  daemon
    .command('uninstall')
    .description('take that back; a runner that runs goes on')
    .action(() => act(uninstall));
}

async function install(cli: Cli): Promise<number> {
  // Says so now, not at the next start of the session, where nothing is built.
  await cli.installation();
  const { how, place } = await installAutostart(facts(cli), cli.signal);
  const view: AutostartView = { schema: 'pantheon.autostart/1', installed: true, how, place };
  cli.out.result(view, () =>
    [
      `Wrote ${place}: the background runner starts with your session from now on.`,
      ...(how === 'systemd'
        ? ['While you are not logged in it runs only after `loginctl enable-linger`.']
        : []),
      'To undo it: pantheon daemon uninstall',
    ].join('\n'),
  );
  return 0;
}

async function uninstall(cli: Cli): Promise<number> {
  const { how, place, wasThere } = await uninstallAutostart(facts(cli), cli.signal);
  const view: AutostartView = { schema: 'pantheon.autostart/1', installed: false, how, place };
  cli.out.result(view, () =>
    wasThere
      ? `Removed ${place}: the background runner starts with your first command or window again.`
      : `Nothing to undo: ${place} is not there.`,
  );
  return 0;
}

function facts(cli: Cli): AutostartFacts {
  return {
    platform: process.platform,
    env: process.env,
    homeDir: homedir(),
    uid: process.getuid?.() ?? 0,
    home: cli.home,
    node: process.execPath,
    cli: join(cli.installationRoot, 'dist', 'cli.mjs'),
  };
}
