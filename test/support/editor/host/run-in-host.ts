import { once } from 'node:events';
import { connect } from 'node:net';
import { inspect } from 'node:util';

import Mocha from 'mocha';

import { hostVariables, type HostMessage } from './results.ts';

/** Runs one spec inside the extension host with mocha and tells the runner outside what happens, as it happens. */
export async function runInHost(load: () => Promise<unknown>): Promise<void> {
  const socket = connect(Number(process.env[hostVariables.port]), '127.0.0.1');
  await once(socket, 'connect');
  const tell = (message: HostMessage) => socket.write(`${JSON.stringify(message)}\n`);
  try {
    const mocha = new Mocha({ ui: 'bdd', forbidOnly: true, timeout: 60_000, reporter: Silent });
    mocha.suite.emit('pre-require', globalThis as never, '', mocha);
    const grep = process.env[hostVariables.grep];
    if (grep !== undefined) mocha.fgrep(grep);
    await load();
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve());
      report(runner, tell);
    });
  } catch (error) {
    tell({ kind: 'failed', test: 'the spec loads', error: textOf(error) });
  }
  tell({ kind: 'ended' });
  socket.end();
  await once(socket, 'close');
}

/** The runner outside prints. */
class Silent extends Mocha.reporters.Base {}

function report(runner: Mocha.Runner, tell: (message: HostMessage) => void): void {
  runner.on('suite', ({ title }) => {
    if (title !== '') tell({ kind: 'begun', suite: title });
  });
  runner.on('test', (test) => tell({ kind: 'running', test: test.fullTitle() }));
  runner.on('hook', (hook) => tell({ kind: 'running', test: hook.fullTitle() }));
  runner.on('pass', (test) => tell({ kind: 'passed', test: test.fullTitle(), ms: test.duration ?? 0 }));
  runner.on('fail', (test, error) => tell({ kind: 'failed', test: test.fullTitle(), error: textOf(error) }));
  runner.on('pending', (test) => {
    const { leftOutBecause } = test as Mocha.Test & { readonly leftOutBecause?: string };
    tell({ kind: 'left-out', test: test.fullTitle(), why: leftOutBecause ?? 'no reason given' });
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
}
