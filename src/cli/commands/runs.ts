import { Option, type Command } from 'commander';
import * as z from 'zod';

import { UserError } from '../../common/index.ts';
import type { RunView, TraceView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { showDuration, showTime } from '../output.ts';
import { otelOf } from '../otel.ts';
import { describeRun } from '../show-run.ts';
import { writeAskedFile } from '../write-file.ts';

interface TraceOptions {
  readonly node?: string;
  readonly otel?: string;
  readonly journal?: string;
}

export function registerRuns(program: Command, act: Act): void {
  program
    .command('runs')
    .description('the newest runs')
    .option('--all', 'of every workspace')
    .addOption(new Option('--limit <n>', 'how many').default('20'))
    .action((options: { all?: boolean; limit: string }) => act((cli) => listRuns(cli, options)));
  program
    .command('show <run>')
    .description('one run, or the latest')
    .action((run: string) => act((cli) => showRun(cli, run)));
  program
    .command('cancel <run>')
    .description('end a run, or the latest; what it proposed stays')
    .action((run: string) => act((cli) => cancelRun(cli, run)));
  program
    .command('trace <run>')
    .description('everything that happened in a run, or the latest, with prompts and answers')
    .option('--node <address>', 'only this part, for example mend[2]')
    .option('--otel <file>', 'write it for OpenTelemetry, as OTLP JSON, without prompts and answers')
    .addOption(
      new Option('--journal <file>', 'write the events as JSON lines, as they were recorded').conflicts(
        'node',
      ),
    )
    .action((run: string, options: TraceOptions) => act((cli) => traceRun(cli, run, options)));
}

async function listRuns(cli: Cli, options: { all?: boolean; limit: string }): Promise<number> {
  const limit = Math.min(1000, Math.max(1, Number.parseInt(options.limit, 10) || 20));
  const view = await (
    await cli.daemon()
  ).call('runs.list', { limit, ...(options.all === true ? {} : { workspace: cli.workspace }) }, cli.signal);
  cli.out.result(view, () =>
    view.runs.length === 0
      ? 'No run yet. `pantheon run mend-failing-tests --wait` starts one.'
      : cli.out.table([
          ['RUN', 'FLOW', 'STATE', 'STARTED', 'PROPOSALS'],
          ...view.runs.map((run) => [
            run.id,
            run.flow,
            run.outcome ?? run.state,
            showTime(run.startedAt),
            String(run.proposals.length),
          ]),
        ]),
  );
  return 0;
}

async function showRun(cli: Cli, name: string): Promise<number> {
  const run = await idOf(cli, name);
  const view = await (await cli.daemon()).call('runs.show', { run }, cli.signal);
  cli.out.result(view, () => describeRun(view, cli.out));
  return 0;
}

async function cancelRun(cli: Cli, name: string): Promise<number> {
  const run = await idOf(cli, name, [['running'], ['queued'], ['finished']]);
  const view = await (
    await cli.daemon()
  ).call('runs.cancel', { run, commandId: cli.commandId() }, cli.signal);
  cli.out.result(view, () => `${view.id} is ${view.outcome ?? view.state}.`);
  return 0;
}

/**
 * `latest` is the newest run of this workspace in the first of the states that has one; everything else is an id. Tomorrow's
 * night must not be shown, or cancelled, in place of what runs.
 */
async function idOf(
  cli: Cli,
  name: string,
  choices: readonly (readonly RunView['state'][])[] = [['running', 'finished'], ['queued']],
): Promise<string> {
  if (name !== 'latest') return name;
  const { workspace } = cli;
  const daemon = await cli.daemon();
  for (const states of choices) {
    const { runs } = await daemon.call('runs.list', { workspace, states: [...states], limit: 1 }, cli.signal);
    if (runs[0] !== undefined) return runs[0].id;
  }
  throw new UserError(
    'no-run',
    `Nothing ran in ${workspace} yet.`,
    '`pantheon run mend-failing-tests --wait` starts a run.',
    { exitCode: 2 },
  );
}

async function traceRun(
  cli: Cli,
  name: string,
  { node: address, otel, journal }: TraceOptions,
): Promise<number> {
  const run = await idOf(cli, name);
  const trace = await (await cli.daemon()).call('runs.trace', { run }, cli.signal);
  // The run itself is no place inside it.
  const whole: TraceView = { ...trace, address: run };
  const part = address === undefined ? whole : find(whole, address);
  if (part === undefined) {
    throw new UserError(
      'no-such-node',
      `${run} has nothing at ${address}.`,
      `\`pantheon show ${run}\` lists its nodes.`,
      { exitCode: 2 },
    );
  }
  if (otel !== undefined) await writeAskedFile(otel, await otelText(cli, run, part));
  if (journal !== undefined) await writeAskedFile(journal, await journalText(cli, run));
  const files = { ...(otel === undefined ? {} : { otel }), ...(journal === undefined ? {} : { journal }) };
  const written = Object.values(files).map((file) => `Wrote ${file}.`);
  cli.out.result({ schema: 'pantheon.trace/1', ...part, ...files }, () =>
    (written.length === 0 ? lines(part, 0) : written).join('\n'),
  );
  return 0;
}

async function otelText(cli: Cli, run: string, trace: TraceView): Promise<string> {
  const { flow } = await (await cli.daemon()).call('runs.show', { run }, cli.signal);
  const { version } = (await cli.installation()).build;
  return otelOf(trace, { run, flow, version, now: Date.now() });
}

async function journalText(cli: Cli, run: string): Promise<string> {
  const daemon = await cli.daemon();
  let text = '';
  for (let after = 0; ;) {
    const { events } = await daemon.call('runs.events', { run, after }, cli.signal);
    const last = events.at(-1);
    if (last === undefined) return text;
    text += events.map((event) => `${JSON.stringify(event)}\n`).join('');
    after = last.number;
  }
}

function find(trace: TraceView, address: string): TraceView | undefined {
  if (trace.address === address) return trace;
  for (const child of trace.children) {
    const found = find(child, address);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lines(trace: TraceView, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const facts = [
    trace.outcome,
    trace.durationMs === null ? undefined : showDuration(trace.durationMs),
    trace.detail,
  ];
  const own = [
    `${indent}${trace.address} ${trace.kind} ${facts.filter((fact) => fact !== undefined).join(', ')}`.trimEnd(),
  ];
  if (trace.call !== undefined) {
    const { call } = trace;
    const how =
      call.temperature === null ? '' : `, temperature ${call.temperature}, seed ${call.seed ?? 'none'}`;
    own.push(
      `${indent}  ${call.agent} on ${call.model}${how}, ${call.promptTokens} + ${call.answerTokens} tokens: ${call.validation}`,
    );
    if (call.prompt !== undefined) own.push(...quote(readablePrompt(call.prompt), `${indent}  > `));
    if (call.answer !== undefined) own.push(...quote(call.answer, `${indent}  < `));
  }
  return [...own, ...trace.children.flatMap((child) => lines(child, depth + 1))];
}

/** The messages of a prompt one below the other; a prompt that is none is left as it is. */
function readablePrompt(prompt: string): string {
  const messages = z.array(z.object({ role: z.string(), content: z.string() })).safeParse(parsed(prompt));
  if (!messages.success) return prompt;
  return messages.data.map(({ role, content }) => `(${role})\n${content.trim()}`).join('\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function quote(text: string, mark: string): string[] {
  return text.split('\n').map((line) => `${mark}${line}`.trimEnd());
}
