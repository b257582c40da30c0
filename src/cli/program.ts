import { Command, CommanderError } from 'commander';

import { isAbort, messageOf, UserError } from '../common/index.ts';
import { Cli, type Act } from './cli.ts';
import { registerAgents } from './commands/agents.ts';
import { registerDaemon } from './commands/daemon.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerQueue } from './commands/queue.ts';
import { registerReport } from './commands/report.ts';
import { registerReview } from './commands/review.ts';
import { registerRun } from './commands/run.ts';
import { registerRuns } from './commands/runs.ts';
import { registerTrust } from './commands/trust.ts';
import { Output } from './output.ts';

const exitCodes = `
Exit codes: 0 done; 1 done, but the answer is no; 2 wrong usage; 3 the environment is not ready; 130 cancelled.`;

/** Runs one command line and returns its exit code. */
export async function runCli(argv: readonly string[], installationRoot: string): Promise<number> {
  let exitCode = 0;
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort(new CancelledByPerson());
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let unprinted: UserError | undefined;
  const onPipeError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unprinted = cannotPrint(error);
    interrupted.abort(unprinted ?? new ReaderGone());
  };
  process.stdout.on('error', onPipeError);
  process.stderr.on('error', onPipeError);
  const program = new Command('pantheon')
    .description('Narrow local agents that work on your code overnight, on your own machine.')
    .option('--workspace <dir>', 'the project (default: nearest folder with .pantheon, else the git root)')
    .option('--json', 'one JSON document on one line, nothing else on stdout')
    .option('--no-color', 'plain text')
    .option('--quiet', 'no progress and no remarks')
    .version(await versionOf(installationRoot), '--version', 'print the version')
    .addHelpText('after', exitCodes)
    .exitOverride()
    .enablePositionalOptions(false)
    .showHelpAfterError('`pantheon --help` lists the commands, `pantheon COMMAND --help` what one takes.')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: (.)/, sentence)) });
  const globals = () =>
    program.opts<{ workspace?: string; json?: boolean; color: boolean; quiet?: boolean }>();
  const makeOutput = () =>
    new Output({
      stdout: process.stdout,
      stderr: process.stderr,
      json: globals().json === true,
      quiet: globals().quiet === true,
      color: globals().color && process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    });
  const act: Act = async (action) => {
    const { workspace } = globals();
    const cli = new Cli({
      installationRoot,
      out: makeOutput(),
      signal: interrupted.signal,
      ...(workspace === undefined ? {} : { workspace }),
    });
    try {
      exitCode = await action(cli);
    } finally {
      cli.dispose();
    }
  };
  for (const register of [
    registerDemo,
    registerDoctor,
    registerTrust,
    registerAgents,
    registerRun,
    registerQueue,
    registerRuns,
    registerReview,
    registerReport,
    registerDaemon,
  ]) {
    register(program, act);
  }
  let failure: unknown;
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Whatever failed because of it, the person's Ctrl-C is why.
    failure = interrupted.signal.aborted ? interrupted.signal.reason : error;
  } finally {
    // What could not be printed at the end is heard of only after this turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  failure = unprinted ?? failure;
  return failure === undefined ? exitCode : report(failure, makeOutput());
}

/** The parser's errors look like all others. */
function sentence(_: string, first: string): string {
  return `Error: ${first.toUpperCase()}`;
}

/** The person pressed Ctrl-C or ended the command. */
class CancelledByPerson extends Error {}

/** Whoever read the output left, as `head` does; there is nobody to tell. */
class ReaderGone extends Error {}

function cannotPrint(error: Error): UserError {
  return new UserError(
    'cannot-write',
    `The output cannot be written: ${error.message}.`,
    'Free some space there, or print to another place.',
    { exitCode: 3, cause: error },
  );
}

function report(error: unknown, out: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ReaderGone) return 130;
  if (error instanceof CancelledByPerson || isAbort(error)) {
    out.note('Cancelled.');
    return 130;
  }
  if (error instanceof UserError) {
    out.error(error.message, error.remedy);
    return error.exitCode;
  }
  out.error(
    `Pantheon failed: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
    'This is a defect of Pantheon.',
  );
  return 1;
}

async function versionOf(installationRoot: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    const manifest = JSON.parse(await readFile(`${installationRoot}/package.json`, 'utf8')) as {
      version: string;
    };
    return manifest.version;
  } catch {
    return 'unknown';
  }
}
