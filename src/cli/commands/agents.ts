import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';

import type { Command } from 'commander';

import { UserError } from '../../common/index.ts';
import type { SpecsView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { parseInputs } from '../inputs.ts';
import { count, showDuration } from '../output.ts';

const collect = (value: string, before: string[]) => [...before, value];

export function registerAgents(program: Command, act: Act): void {
  program
    .command('agents')
    .description('the agents that are found here')
    .action(() => act(listAgents));
  program
    .command('flows')
    .description('the flows that are found here')
    .action(() => act(listFlows));
  program
    .command('models')
    .description('model servers and their models')
    .action(() => act(listModels));
  program
    .command('validate [path...]')
    .description('check agents, flows and settings')
    .action((paths: string[]) => act((cli) => validate(cli, paths)));
  program
    .command('try <agent>')
    .description('call an agent once and show everything; nothing is proposed')
    .option('--input <key=value>', 'an input; repeat for more', collect, [] as string[])
    .option('--model <name>', 'use this model instead')
    .action((agent: string, options: { input: string[]; model?: string }) =>
      act((cli) => tryAgent(cli, agent, options)),
    );
}

async function specs(cli: Cli): Promise<SpecsView> {
  return (await cli.daemon()).call('specs', { workspace: cli.workspace }, cli.signal);
}

async function listAgents(cli: Cli): Promise<number> {
  const view = await specs(cli);
  cli.out.result(view, () =>
    cli.out.table([
      ['AGENT', 'VERSION', 'FROM', 'MODEL', 'ANSWERS', 'SUCCESS', 'ACCEPTED', 'WHAT IT DOES'],
      ...view.agents.map((agent) => [
        agent.name,
        agent.version,
        agent.origin,
        agent.models.join(', '),
        agent.output,
        share(agent.succeeded, agent.tried),
        share(agent.accepted, agent.decided),
        agent.description,
      ]),
    ]),
  );
  return 0;
}

function share(good: number, all: number): string {
  return all === 0 ? '-' : `${good} of ${all}`;
}

async function listFlows(cli: Cli): Promise<number> {
  const view = await specs(cli);
  cli.out.result(view, () =>
    cli.out.table([
      ['FLOW', 'FROM', 'INPUTS', 'WHAT IT DOES'],
      ...view.flows.map((flow) => [
        flow.name,
        flow.origin,
        Object.entries(flow.inputs)
          .map(([name, { optional }]) => (optional ? `[${name}]` : name))
          .join(' '),
        flow.description,
      ]),
    ]),
  );
  return 0;
}

async function listModels(cli: Cli): Promise<number> {
  const view = await (await cli.daemon()).call('models', { workspace: cli.workspace }, cli.signal);
  cli.out.result(view, () => {
    const servers = view.servers.map((server) => [
      server.kind,
      server.url,
      server.problem ?? `version ${server.version ?? 'unknown'}, ${count(server.models.length, 'model')}`,
    ]);
    const models = view.models.map((model) => [
      model.name,
      model.kind,
      `${(model.sizeBytes / 1e6).toFixed(model.sizeBytes < 1e8 ? 1 : 0)} MB`,
      model.usedBy.join(', '),
    ]);
    return [
      cli.out.table([['SERVER', 'ADDRESS', 'STATE'], ...servers]),
      '',
      models.length === 0
        ? 'No model is installed. `ollama pull qwen2.5-coder:7b` gets one.'
        : cli.out.table([['MODEL', 'SERVER', 'SIZE', 'USED BY'], ...models]),
    ].join('\n');
  });
  return 0;
}

async function validate(cli: Cli, paths: readonly string[]): Promise<number> {
  const wanted = paths.map(specPath);
  const view = await specs(cli);
  const diagnostics = view.diagnostics.filter(
    ({ path }) => wanted.length === 0 || wanted.some((root) => isInside(root, path)),
  );
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  cli.out.result({ schema: 'pantheon.validate/1', errors, diagnostics }, () =>
    [
      ...diagnostics.map((diagnostic) => {
        const place = `${relative(process.cwd(), diagnostic.path)}:${diagnostic.line}:${diagnostic.column}`;
        return `${place} ${diagnostic.severity} ${diagnostic.code} ${diagnostic.message}`;
      }),
      diagnostics.length === 0
        ? `${count(view.agents.length, 'agent')} and ${count(view.flows.length, 'flow')} are valid.`
        : `${count(errors, 'error')}, ${count(diagnostics.length - errors, 'other remark')}.`,
    ].join('\n'),
  );
  return errors > 0 ? 1 : 0;
}

/** A file or folder to validate, absolute. What cannot hold an agent or flow is refused: "valid" would be no answer. */
function specPath(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new UserError('no-such-file', `There is no ${path}.`, 'Check the path.', { exitCode: 2 });
  }
  if (!found.isDirectory() && !/\.agent\.md$|\.flow\.ya?ml$|(^|[\\/])(pantheon|settings)\.yaml$/.test(path)) {
    throw new UserError(
      'not-a-spec',
      `${path} is no agent, flow or settings file.`,
      'Name a file that ends in .agent.md or .flow.yaml, or a folder with such files.',
      { exitCode: 2 },
    );
  }
  // As the runner names it: the folder without links, the file as it is called there.
  return join(realpathSync(dirname(path)), basename(path));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

async function tryAgent(
  cli: Cli,
  name: string,
  options: { input: string[]; model?: string },
): Promise<number> {
  const agent = name.replace(/^agents\//, '');
  const found = (await specs(cli)).agents.find((candidate) => candidate.name === agent);
  const inputs = parseInputs(options.input, found?.inputs);
  const view = await (
    await cli.daemon()
  ).call(
    'try',
    {
      workspace: cli.workspace,
      agent,
      inputs,
      ...(options.model === undefined ? {} : { model: options.model }),
    },
    cli.signal,
  );
  const head = (text: string) => cli.out.style('bold', `── ${text} ──`);
  cli.out.result(view, () =>
    [
      `${view.agent} on ${view.model} (${view.server})`,
      ...(view.system === '' ? [] : ['', head('system'), view.system]),
      '',
      head('prompt'),
      view.prompt,
      ...(view.leftOut.length === 0 ? [] : ['', `Left out: ${view.leftOut.join(', ')}`]),
      '',
      head('answer'),
      view.answer,
      '',
      `${view.validation} ${view.promptTokens} + ${view.answerTokens} tokens, ${showDuration(view.ms)}.`,
      ...(view.patch === undefined ? [] : ['', view.patch.trimEnd()]),
    ].join('\n'),
  );
  return view.valid ? 0 : 1;
}
