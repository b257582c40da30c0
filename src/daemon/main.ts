import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { UserError } from '../common/index.ts';
import { pantheonHome } from '../protocol/index.ts';
import { startDaemon } from './daemon.ts';

// The bundle lies in `dist/` of a runtime folder that holds `agents/` and `node_modules/` beside it.
const bundle = fileURLToPath(import.meta.url);
const { values } = parseArgs({ options: { home: { type: 'string' }, owner: { type: 'string' } } });

try {
  const daemon = await startDaemon({
    home: resolve(
      values.home ?? pantheonHome({ env: process.env, platform: process.platform, homeDir: homedir() }),
    ),
    bundle,
    runtimeRoot: dirname(dirname(bundle)),
    ...(values.owner === undefined ? {} : { ownerPid: Number(values.owner) }),
  });
  const stop = () => daemon.stop();
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  await daemon.stopped;
  process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
} catch (error) {
  if (error instanceof UserError && error.code === 'daemon-running') {
    // Another starter was first; its daemon answers.
    process.stderr.write(`${error.message}\n`);
  } else if (error instanceof UserError) {
    const { code, message, remedy } = error;
    process.stderr.write(`pantheon-daemon-error ${JSON.stringify({ code, message, remedy })}\n`);
    process.exitCode = 3;
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
