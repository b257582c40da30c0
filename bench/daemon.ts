import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureDaemon, readInstallation, stopDaemon, type DaemonConnection } from '../src/client/index.ts';
import { systemClock } from '../src/common/index.ts';
import { compare, elapsedMs, type Contender, type Figure, type Suite } from './harness.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE_MS = 60_000;
/** A daemon that was just started still loads; after this it only waits. */
const QUIET_MS = 2000;

/** A daemon for a data folder, from the build of this clone; it ends with this process. */
async function start(home: string): Promise<DaemonConnection> {
  const installation = await readInstallation(ROOT);
  const { version } = installation.build;
  const node = { path: process.execPath };
  const options = { home, client: 'cli' as const, version, installation, node, ownerPid: process.pid };
  return await ensureDaemon(options, AbortSignal.timeout(PATIENCE_MS));
}

const stop = (daemon: DaemonConnection) => stopDaemon(daemon, AbortSignal.timeout(PATIENCE_MS));

/** From nothing running to an answer. The first start of a version also copies the runtime into the data folder. */
const coldStart =
  (starts: 'first' | 'later'): Contender =>
  async (folder) => {
    const home = join(folder, 'home');
    if (starts === 'later') await stop(await start(home));
    let daemon: DaemonConnection | undefined;
    const ms = await elapsedMs(async () => (daemon = await start(home)));
    if (daemon !== undefined) await stop(daemon);
    return ms;
  };

const idleMemory: Contender = async (folder) => {
  const daemon = await start(join(folder, 'home'));
  await systemClock.sleep(QUIET_MS, AbortSignal.timeout(PATIENCE_MS));
  const status = readFileSync(`/proc/${daemon.hello.pid}/status`, 'utf8');
  await stop(daemon);
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
};

export const suite: Suite = {
  about: 'the daemon as `npm run build` made it, without a model server and without work',
  run: async () => {
    const figures: Figure[] = [
      ...(await compare(
        'cold start of the daemon, to its first answer',
        'ms',
        { pantheon: coldStart('later') },
        { budget: 250 },
      )),
      ...(await compare(
        'first start of a version, its copy included',
        'ms',
        { pantheon: coldStart('first') },
        { rounds: 3 },
      )),
    ];
    if (process.platform !== 'linux') return figures;
    const memory = await compare(
      'idle memory of the daemon',
      'MB',
      { pantheon: idleMemory },
      {
        rounds: 3,
        budget: 80,
      },
    );
    return [...figures, ...memory];
  },
};
