import { ConnectionLost } from '../client/index.ts';
import { UserError } from '../common/index.ts';
import type { RunView } from '../protocol/index.ts';
import type { Cli } from './cli.ts';

/**
 * Shows a run's progress until it is finished. A daemon that went away is started again: it goes on with the run. One that a
 * person stopped is not: then a `UserError` says how the run goes on.
 */
export async function followRun(cli: Cli, run: string): Promise<RunView> {
  let isStopped = false;
  for (let lost = 0; ; lost += 1) {
    try {
      const daemon = await cli.daemon();
      const listener = daemon.on('progress', (progress) => {
        if (progress.run === run) cli.out.progress(progress);
      });
      const stop = daemon.on('stopped', () => (isStopped = true));
      await daemon.call('subscribe', {}, cli.signal);
      try {
        return await daemon.call('runs.wait', { run }, cli.signal);
      } finally {
        await listener.dispose();
        await stop.dispose();
        cli.out.endProgress();
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost) || lost >= 3) throw error;
      if (isStopped) {
        throw new UserError(
          'daemon-stopped',
          `The background runner was stopped. ${run} is not finished.`,
          '`pantheon daemon start` lets it go on; `pantheon show latest` says how far it is.',
          { cause: error },
        );
      }
      cli.out.note('The background runner went away; starting it again.');
      cli.dispose();
    }
  }
}
