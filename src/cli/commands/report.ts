import { randomBytes } from 'node:crypto';

import type { Command } from 'commander';

import { reportPage } from '../../report/index.ts';
import type { Act, Cli } from '../cli.ts';
import { describeReport } from '../show-report.ts';
import { readSince } from '../times.ts';
import { writeAskedFile } from '../write-file.ts';

interface ReportOptions {
  readonly since?: string;
  readonly all?: boolean;
  readonly html?: string;
}

export function registerReport(program: Command, act: Act): void {
  program
    .command('report')
    .description('the morning report')
    .option('--since <time>', 'from this time on: 2030-01-31T22:00, or 12h')
    .option('--all', 'of every workspace')
    .option('--html <file>', 'write it as a page that needs nothing else')
    .action((options: ReportOptions) => act((cli) => report(cli, options)));
}

async function report(cli: Cli, options: ReportOptions): Promise<number> {
  const view = await (
    await cli.daemon()
  ).call(
    'report.get',
    {
      ...(options.since === undefined ? {} : { since: readSince(options.since, new Date()).toISOString() }),
      ...(options.all === true ? {} : { workspace: cli.workspace }),
    },
    cli.signal,
  );
  const { html } = options;
  if (html !== undefined) {
    const nonce = randomBytes(16).toString('base64');
    await writeAskedFile(html, reportPage(view, { nonce }));
    cli.out.result({ ...view, html }, () => `Wrote ${html}.`);
    return 0;
  }
  cli.out.result(view, () => describeReport(view, cli.out));
  return 0;
}
