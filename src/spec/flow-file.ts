import { Cron } from 'croner';

import { hashOf, messageOf } from '../common/index.ts';
import { ANY } from '../expr/index.ts';
import type { CompiledFlow, CompiledNode, CompiledOutput } from '../flow/index.ts';
import type { AgentLookup } from './agent-lookup.ts';
import { readExpression } from './expressions.ts';
import { readInputs, typeOfInputs } from './inputs.ts';
import { DEFAULT_RETRY, DEFAULT_TIMEOUT_MS, readRetry } from './node-parts.ts';
import { readNeeds, readNodes } from './nodes.ts';
import type { NodeDefaults } from './nodes.ts';
import { parseYaml, Report } from './source.ts';
import type { Diagnostic, LoadedFlow, SpecLookup, SpecSource } from './types.ts';
import { Value } from './value.ts';
import type { Fields } from './value.ts';

export interface FlowFile {
  /** Absent if the file has errors. */
  readonly flow?: LoadedFlow;
  /** The name as far as it can be read. */
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Name of a flow by its file: `x` of `x.flow.yaml`. */
export function flowNameOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.flow\.ya?ml$/, '');
}

/** Reads and compiles one flow file. */
export function readFlowFile(source: SpecSource, lookup: SpecLookup, agents: AgentLookup): FlowFile {
  const report = new Report(source);
  const text = source.text.replace(/^\uFEFF/, '');
  const yaml = parseYaml(report, text, source.text.length - text.length);
  const name = flowNameOf(source.path);
  if (yaml === undefined) return { name, diagnostics: report.diagnostics };
  const root = new Value(yaml, yaml.document.contents as Value['node'], 'A flow', { start: 0, end: 0 });
  const fields = root.map();
  const flow = fields === undefined ? undefined : readFlow(fields, { source, lookup, agents, report });
  const isGood = flow !== undefined && !report.hasErrors;
  return { name: flow?.flow.name ?? name, ...(isGood ? { flow } : {}), diagnostics: report.diagnostics };
}

interface FileContext {
  readonly source: SpecSource;
  readonly lookup: SpecLookup;
  readonly agents: AgentLookup;
  readonly report: Report;
}

function readFlow(fields: Fields, context: FileContext): LoadedFlow | undefined {
  const { source } = context;
  const name = readName(fields, context);
  const version = fields.get('version')?.number({ min: 1, max: 1_000_000 }) ?? 1;
  const description = fields.get('description')?.text();
  const on = readOn(fields.get('on'));
  const inputs = readInputs(fields.get('inputs'));
  const defaults = readDefaults(fields.get('defaults')?.map());
  const limits = readLimits(fields.get('limits')?.map());
  const nodesValue = fields.need('nodes');
  const types = typeOfInputs(inputs);
  const nodes =
    nodesValue === undefined ? [] : readNodes(nodesValue, { ...context, defaults, inputs: types });
  const ids = nodesValue?.isMap === true ? (nodesValue.map()?.entries() ?? []).map(([id]) => id) : [];
  const outputs = readOutputs(fields.get('outputs'), { ...context, nodes, ids, inputs: types });
  fields.refuse(['concurrency']);
  fields.finish();
  if (name === undefined) return undefined;
  const meaning = {
    name,
    ...(description === undefined ? {} : { description }),
    version,
    inputs,
    limits,
    nodes,
    outputs,
  };
  const flow: CompiledFlow = { ...meaning, hash: hashOf(meaning) };
  const dir = source.path.split('/').slice(0, -1).join('/');
  return { flow, origin: source.origin, path: source.path, dir, on, commands: commandsOf(nodes) };
}

function readName(fields: Fields, { source, report }: FileContext): string | undefined {
  const value = fields.need('flow', { start: 0, end: 0 });
  const name = value?.text();
  if (value === undefined || name === undefined) return undefined;
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(name)) {
    return value.wrong('wrong-name', `${name} cannot be a flow's name: use letters, digits, - and _.`);
  }
  const fileName = flowNameOf(source.path);
  if (name !== fileName) {
    const message = `The flow is called ${name} and its file ${fileName}. Give both the same name.`;
    report.add('name-differs', value.span, message, {
      title: `Change to ${fileName}`,
      span: value.span,
      newText: fileName,
    });
  }
  return name;
}

function readOn(value: Value | undefined): LoadedFlow['on'] {
  const fields = value?.map();
  if (fields === undefined) return { command: true };
  const command = fields.get('command')?.boolean() ?? true;
  const schedule = fields.get('schedule');
  const inner = schedule?.map();
  if (schedule !== undefined) {
    const message = 'This version starts no flow by itself. Put it into the queue with pantheon queue add.';
    schedule.yaml.report.add('schedule-off', fields.keySpan('schedule'), message);
  }
  const cronValue = inner?.need('cron');
  const cron = cronValue === undefined ? undefined : readCron(cronValue);
  const windowValue = inner?.get('window');
  const window = windowValue === undefined ? undefined : readWindow(windowValue);
  inner?.get('catch-up')?.oneOf(['none', 'once', 'all']);
  inner?.finish();
  fields.finish();
  if (cron === undefined) return { command };
  return { command, schedule: { cron, ...(window === undefined ? {} : { window }) } };
}

function readCron(value: Value): string | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  try {
    new Cron(text, { paused: true });
    return text;
  } catch (error) {
    return value.wrong(
      'wrong-value',
      `This is not a cron pattern: ${messageOf(error)}. Write five fields, as '0 1 * * 1-5'.`,
    );
  }
}

/** Reads `22:00-07:00`. */
export function readWindow(value: Value): string | undefined {
  const text = value.looseText();
  if (text === undefined) return undefined;
  const time = '([01]\\d|2[0-3]):[0-5]\\d';
  if (new RegExp(`^${time}-${time}$`).test(text)) return text;
  return value.wrong('wrong-value', `${value.name} takes two times of day, as '22:00-07:00'.`);
}

function readDefaults(fields: Fields | undefined): NodeDefaults {
  const timeoutMs = fields?.get('timeout')?.durationMs() ?? DEFAULT_TIMEOUT_MS;
  const retry = readRetry(fields?.get('retry'), DEFAULT_RETRY);
  fields?.finish();
  return { timeoutMs, retry };
}

function readLimits(fields: Fields | undefined): CompiledFlow['limits'] {
  const timeMs = fields?.get('time')?.durationMs();
  const tokens = fields?.get('tokens')?.count();
  fields?.finish();
  return { ...(timeMs === undefined ? {} : { timeMs }), ...(tokens === undefined ? {} : { tokens }) };
}

interface OutputsContext extends FileContext {
  readonly nodes: readonly CompiledNode[];
  /** Also of nodes that have errors. */
  readonly ids: readonly string[];
  readonly inputs: ReturnType<typeof typeOfInputs>;
}

function readOutputs(value: Value | undefined, context: OutputsContext): readonly CompiledOutput[] {
  return (value?.map()?.entries() ?? []).flatMap(([id, inner, key]) => {
    if (!/^[a-z][a-z0-9_]*$/.test(id)) {
      context.report.add(
        'wrong-name',
        key,
        `${id} cannot be an output: use small letters, digits and _, a letter first.`,
      );
    }
    const fields = inner.map();
    const output = fields === undefined ? undefined : readOutput(id, fields, context);
    return output === undefined ? [] : [output];
  });
}

function readOutput(id: string, fields: Fields, context: OutputsContext): CompiledOutput | undefined {
  const propose = fields.get('propose')?.map();
  const needs = readNeeds(fields.get('needs'), context.ids);
  const conditionValue = fields.get('if');
  const types = { inputs: context.inputs, nodes: ANY, run: ANY, repo: ANY };
  const condition =
    conditionValue === undefined
      ? undefined
      : readExpression(conditionValue, { types }, { bare: true, wanted: 'boolean' });
  const others = ['pull-request', 'branch', 'report', 'commit', 'issue'].filter((kind) => fields.has(kind));
  fields.refuse(others);
  fields.finish();
  if (propose === undefined) {
    if (others.length === 0 && !fields.has('propose'))
      fields.value.wrong('output-kind', 'An output has propose: { edits: [NODE] }. Add it.');
    return undefined;
  }
  const edits = readKind(propose.get('edits'), context, 'edits', (node) =>
    makesPlaces(outputKindOf(node, context)),
  );
  const findings = readKind(propose.get('findings'), context, 'findings', (node) =>
    makesPlaces(outputKindOf(node, context)),
  );
  const evidence = readKind(propose.get('evidence'), context, 'evidence', (node) => node.body.kind !== 'run');
  propose.finish();
  if (edits.length + findings.length === 0 && !propose.has('edits') && !propose.has('findings')) {
    propose.value.wrong('missing-key', 'propose takes edits or findings of a node. Add one.');
  }
  return {
    id,
    kind: 'propose',
    needs,
    ...(condition === undefined ? {} : { if: condition.source }),
    edits,
    findings,
    evidence,
  };
}

function readKind(
  value: Value | undefined,
  context: OutputsContext,
  what: string,
  fits: (node: CompiledNode) => boolean,
): readonly string[] {
  const ids = readNeeds(value, context.ids);
  for (const id of ids) {
    const node = context.nodes.find((each) => each.id === id);
    if (node !== undefined && !fits(node))
      value?.wrong('wrong-reference', `${id} makes no ${what}. Name a node that does.`);
  }
  return ids;
}

/** An edit can be proposed as a finding that suggests it, and a suggestion of a finding as an edit. */
function makesPlaces(kind: string | undefined): boolean {
  return kind === 'edit' || kind === 'findings';
}

function outputKindOf({ body }: CompiledNode, { agents }: OutputsContext): string | undefined {
  if (body.kind !== 'uses') return undefined;
  return agents.agents.get(body.agent.name.replace(/^agents\//, ''))?.output.kind;
}

/** Every command of a flow, as written. */
function commandsOf(nodes: readonly CompiledNode[]): readonly (readonly string[])[] {
  return nodes.flatMap(({ body }) => {
    const command =
      body.kind === 'run'
        ? body.command
        : body.kind === 'check'
          ? body.check.command
          : body.bestOf?.pick === 'first'
            ? body.bestOf.check.command
            : undefined;
    if (command === undefined) return [];
    return [command.shell === undefined ? command.argv : ['shell', command.shell]];
  });
}
