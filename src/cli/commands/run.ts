import type { Command } from 'commander';

import type { RunView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { parseInputs } from '../inputs.ts';
import { followRun } from '../follow.ts';
import { describeRun, exitCodeOf } from '../show-run.ts';

const collect = (value: string, before: string[]) => [...before, value];

interface RunOptions {
  readonly input: string[];
  readonly wait?: boolean;
  readonly follow?: boolean;
}

export function registerRun(program: Command, act: Act): void {
  program
    .command('run <flow>')
    .description('run a flow, or agents/NAME, now')
    .option('--input <key=value>', 'an input; repeat for more', collect, [] as string[])
    .option('--wait', 'stay until it is finished; Ctrl-C cancels the run')
    .option('--follow', 'stay and show progress; Ctrl-C leaves it running')
    .action((flow: string, options: RunOptions) => act((cli) => run(cli, flow, options)));
}

async function run(cli: Cli, flow: string, options: RunOptions): Promise<number> {
  const daemon = await cli.daemon();
  const inputs = parseInputs(options.input, await findInputs(cli, flow));
  const { run: started } = await daemon.call(
    'run.start',
    {
      commandId: cli.commandId(),
      workspace: cli.workspace,
      flow,
      inputs,
      priority: 'interactive',
      env: cli.environment(),
    },
    cli.signal,
  );
  if (options.wait !== true && options.follow !== true) {
    cli.out.result(started, () => `Started ${started.id}. \`pantheon show ${started.id}\` says how it goes.`);
    return 0;
  }
  const finished = await waitFor(cli, started, options.wait === true);
  cli.out.result(finished, () => describeRun(finished, cli.out));
  return exitCodeOf(finished);
}

async function waitFor(cli: Cli, started: RunView, cancelOnInterrupt: boolean): Promise<RunView> {
  try {
    return await followRun(cli, started.id);
  } catch (error) {
    if (!cli.signal.aborted || !cancelOnInterrupt) {
      if (cli.signal.aborted)
        cli.out.note(`${started.id} goes on. \`pantheon cancel ${started.id}\` ends it.`);
      throw error;
    }
    const daemon = await cli.daemon();
    const patience = AbortSignal.timeout(10_000);
    await daemon.call('runs.cancel', { run: started.id, commandId: cli.commandId() }, patience);
    return await daemon.call('runs.wait', { run: started.id }, patience);
  }
}

/** Declared inputs of a flow or of `agents/NAME`; `undefined` when there is no such thing, which the daemon then says. */
export async function findInputs(
  cli: Cli,
  flow: string,
): Promise<Record<string, { type: string; optional: boolean }> | undefined> {
  const specs = await (await cli.daemon()).call('specs', { workspace: cli.workspace }, cli.signal);
  const agent = /^agents\/(.+)$/.exec(flow)?.[1];
  return agent === undefined
    ? specs.flows.find(({ name }) => name === flow)?.inputs
    : specs.agents.find(({ name }) => name === agent)?.inputs;
}
