import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Command } from 'commander';

import { makeFolder, readDaemonError, stopDaemon } from '../../client/index.ts';
import { UserError } from '../../common/index.ts';
import type { DaemonView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { count } from '../output.ts';
import { registerInstall } from './install.ts';

export function registerDaemon(program: Command, act: Act): void {
  const daemon = program.command('daemon').description('the background runner');
  daemon
    .command('start')
    .description('start it; harmless when it runs')
    .action(() => act(start));
  daemon
    .command('stop')
    .description('end it and everything it started')
    .action(() => act(stop));
  daemon
    .command('status', { isDefault: true })
    .description('whether it runs, and what it does')
    .action(() => act(status));
  daemon
    .command('run')
    .description('stay in the foreground, for services and containers')
    .action(() => act(runHere));
  registerInstall(daemon, act);
  program
    .command('serve-model <file...>')
    .description('serve GGUF files by the embedded model server, in the foreground')
    .action((files: string[]) => act((cli) => serveModel(cli, files)));
}

async function start(cli: Cli): Promise<number> {
  const view = await (await cli.daemon()).call('daemon.status', {}, cli.signal);
  show(cli, view);
  return 0;
}

async function stop(cli: Cli): Promise<number> {
  const daemon = await cli.runningDaemon();
  if (daemon !== undefined) await stopDaemon(daemon, cli.signal);
  show(cli, await stopped(cli));
  return 0;
}

async function status(cli: Cli): Promise<number> {
  const daemon = await cli.runningDaemon();
  show(cli, daemon === undefined ? await stopped(cli) : await daemon.call('daemon.status', {}, cli.signal));
  return 0;
}

async function stopped(cli: Cli): Promise<DaemonView> {
  const { build } = await cli.installation();
  return {
    schema: 'pantheon.daemon/1',
    state: 'stopped',
    version: build.version,
    home: cli.home,
    doing: 'nothing',
    servers: [],
  };
}

function show(cli: Cli, view: DaemonView): void {
  cli.out.result(view, () =>
    view.state === 'stopped'
      ? `The background runner does not run. Data: ${view.home}`
      : [
          `The background runner runs (process ${view.pid ?? '?'}, version ${view.version}). It does: ${view.doing}.`,
          `Data: ${view.home}`,
          ...view.servers.map(
            (server) =>
              `${server.kind} ${server.url}: ${server.problem ?? count(server.models.length, 'model')}`,
          ),
        ].join('\n'),
  );
}

async function runHere(cli: Cli): Promise<number> {
  const { root } = await cli.installation();
  makeFolder(cli.home);
  return await foreground(cli, [join(root, 'dist', 'daemon.mjs'), '--home', cli.home]);
}

async function serveModel(cli: Cli, files: readonly string[]): Promise<number> {
  const { root } = await cli.installation();
  return await foreground(cli, [join(root, 'dist', 'embedded.mjs'), ...files]);
}

/** Runs a bundle of ours until it ends or this command is cancelled. */
async function foreground(cli: Cli, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'pipe'] });
  const known: UserError[] = [];
  createInterface(child.stderr).on('line', (line) => {
    const error = readDaemonError(line);
    if (error === undefined) process.stderr.write(`${line}\n`);
    else known.push(error);
  });
  const onAbort = () => child.kill('SIGTERM');
  cli.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode));
    });
    if (cli.signal.aborted) return 130;
    if (code === 0) return 0;
    if (known[0] !== undefined) throw known[0];
    throw new UserError('ended', `It ended with exit code ${code ?? 'unknown'}.`, 'The lines above say why.');
  } finally {
    cli.signal.removeEventListener('abort', onAbort);
  }
}
