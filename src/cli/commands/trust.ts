import { createInterface } from 'node:readline/promises';

import type { Command } from 'commander';

import { UserError } from '../../common/index.ts';
import type { TrustView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';

export function registerTrust(program: Command, act: Act): void {
  program
    .command('trust')
    .description("let this workspace's tests, scripts and flows run commands")
    .option('--yes', 'do not ask')
    .action((options: { yes?: boolean }) => act((cli) => trust(cli, options.yes === true)));
}

async function trust(cli: Cli, yes: boolean): Promise<number> {
  const daemon = await cli.daemon();
  const { workspace } = cli;
  const view = await daemon.call('trust.describe', { workspace }, cli.signal);
  if (view.trusted) {
    cli.out.result(view, () => `${workspace} is trusted already.`);
    return 0;
  }
  if (!yes) {
    cli.out.note(describe(view));
    if (!process.stdin.isTTY || cli.out.isJson) {
      throw new UserError(
        'trust-unanswered',
        `${workspace} is not trusted yet, and there is no terminal to ask on.`,
        'Add --yes to trust it.',
        { exitCode: 2 },
      );
    }
    if (!(await confirm('Trust this workspace? [y/N] ', cli.signal))) {
      cli.out.note('Not trusted. Nothing was recorded.');
      return 1;
    }
  }
  const granted = await daemon.call(
    'trust.grant',
    { workspace, hash: view.hash, commandId: cli.commandId() },
    cli.signal,
  );
  cli.out.result(granted, () => [...(yes ? [describe(view)] : []), `Trusted: ${workspace}`].join('\n'));
  return 0;
}

function describe(view: TrustView): string {
  const lines = ["Runs here will execute this workspace's tests and package scripts."];
  if (view.commands.length > 0) {
    lines.push('Its own flows and agents carry these commands:');
    lines.push(...view.commands.map(({ from, command }) => `  ${from}: ${command.join(' ')}`));
  }
  if (!view.sandbox.available) {
    lines.push(`Checks will run without a sandbox: ${view.sandbox.note ?? 'none is available here'}.`);
  }
  return lines.join('\n');
}

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question, { signal })).trim());
  } finally {
    lines.close();
  }
}
