import { hashOf } from '../common/index.ts';
import { parseTemplate } from '../expr/index.ts';
import type { AgentOutput, CompiledAgent, ContextPart } from '../flow/index.ts';
import { createChecker } from '../expr/index.ts';
import { readInputs, typeOfInputs } from './inputs.ts';
import { readSchema } from './schemas.ts';
import { parseYaml, Report } from './source.ts';
import type { Diagnostic, SpecLookup, SpecSource } from './types.ts';
import { Value } from './value.ts';
import type { Fields } from './value.ts';

const CONTEXT: readonly ContextPart[] = ['function', 'file', 'imports', 'instructions', 'changes', 'inputs'];
const UNITS = ['function', 'region', 'file', 'lines'] as const;
const DEFAULT_LIMITS = { timeMs: 180_000, tokens: 12_000, turns: 6 };

export interface AgentFile {
  /** The name used after `agents/`. */
  readonly name: string;
  /** Absent if the file has errors. */
  readonly agent?: CompiledAgent;
  readonly diagnostics: readonly Diagnostic[];
}

/** Name of an agent by its file: `x` of `x.agent.md`. */
export function agentNameOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.agent\.md$/, '');
}

/** Reads and compiles one agent file: Markdown with YAML between two lines of `---`. */
export function readAgentFile(source: SpecSource, lookup: SpecLookup): AgentFile {
  const report = new Report(source);
  const name = agentNameOf(source.path);
  const agent = readAgent(source, report, name, lookup);
  return {
    name,
    ...(agent === undefined || report.hasErrors ? {} : { agent }),
    diagnostics: report.diagnostics,
  };
}

function readAgent(
  source: SpecSource,
  report: Report,
  name: string,
  lookup: SpecLookup,
): CompiledAgent | undefined {
  const match = /^\uFEFF?---[ \t]*(\r\n|\n)([\s\S]*?)(?:^|\r\n|\n)---[ \t]*(?:\r\n|\n|$)/m.exec(source.text);
  if (match?.index !== 0) {
    report.add(
      'frontmatter-missing',
      { start: 0, end: 0 },
      'An agent begins with a line ---, its settings, and a line ---. Add them.',
    );
    return undefined;
  }
  const offset = match[0].indexOf(match[1] ?? '\n') + (match[1]?.length ?? 1);
  const yaml = parseYaml(report, match[2] ?? '', offset);
  if (yaml === undefined) return undefined;
  const root = new Value(yaml, yaml.document.contents as Value['node'], 'The settings of an agent', {
    start: offset,
    end: offset,
  });
  const fields = root.map();
  if (fields === undefined) return undefined;
  const inner = fields.get('pantheon');
  const pantheon = inner?.map();
  const declaredName = fields.get('name');
  if (declaredName !== undefined && declaredName.text() !== name) {
    report.add(
      'name-differs',
      declaredName.span,
      `The file is found as agents/${name}. Rename the file or write name: ${name}.`,
      {
        title: `Change to ${name}`,
        span: declaredName.span,
        newText: name,
      },
    );
  }
  const description = fields.get('description')?.text() ?? '';
  const models = fields
    .get('model')
    ?.texts({ orOne: true })
    ?.map((each) => each.looseText() ?? '') ?? ['small'];
  fields.ignore([
    'tools',
    'agents',
    'handoffs',
    'argument-hint',
    'user-invocable',
    'disable-model-invocation',
  ]);
  fields.finish();
  if (inner === undefined) {
    report.add(
      'missing-key',
      fields.value.span,
      'pantheon with the output of the agent is missing. Add pantheon: { output: … }.',
    );
  }
  if (pantheon === undefined) return undefined;
  const inputs = readInputs(pantheon.get('inputs'));
  const output = readOutput(pantheon, source, lookup);
  const context = readContext(pantheon, output);
  const limits = readLimits(pantheon.get('limits')?.map());
  const sampling = readSampling(pantheon.get('sampling')?.map());
  const version = pantheon.get('version')?.looseText() ?? '0';
  const cases = pantheon.get('cases');
  if (cases !== undefined) cases.list();
  pantheon.finish();
  const bodyStart = match[0].length;
  checkBody(report, source.text.slice(bodyStart), bodyStart, typeOfInputs(inputs));
  if (output === undefined) return undefined;
  const playbook = lookup.read(`${source.root}/playbooks/${name}.md`)?.trim();
  const text = source.text.slice(bodyStart).replaceAll('\r\n', '\n').trim();
  const meaning = {
    name,
    description,
    version,
    models,
    inputs,
    output,
    context,
    limits,
    sampling,
    body: playbook ? `${text}\n\n${escapeTemplates(playbook)}` : text,
  };
  return { ...meaning, hash: hashOf(meaning) };
}

/** What was learned is text, never an expression. */
function escapeTemplates(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('${{', "${{ '${{' }}");
}

function readOutput(pantheon: Fields, source: SpecSource, lookup: SpecLookup): AgentOutput | undefined {
  const value = pantheon.need('output', pantheon.value.span);
  const fields = value?.map();
  if (value === undefined || fields === undefined) return undefined;
  const kinds = ['edit', 'findings', 'data', 'text'].filter((kind) => fields.has(kind));
  const [kind] = kinds;
  if (kinds.length > 1)
    return value.wrong('output-kind', `An agent has one output, not ${kinds.join(' and ')}. Keep one.`);
  const output = outputOf(kind, fields, source, lookup);
  fields.finish();
  if (kind === undefined)
    value.wrong('output-kind', 'output has one of edit, findings, data, text. Add one.');
  return output;
}

function outputOf(
  kind: string | undefined,
  fields: Fields,
  source: SpecSource,
  lookup: SpecLookup,
): AgentOutput | undefined {
  const value = kind === undefined ? undefined : fields.get(kind);
  if (value === undefined || kind === undefined) {
    for (const each of ['edit', 'findings', 'data', 'text']) fields.get(each);
    return undefined;
  }
  if (kind === 'data') {
    const schema = readSchema(value, source, lookup);
    return schema === undefined ? undefined : { kind: 'data', schema };
  }
  const inner = value.isNothing ? undefined : value.map();
  if (kind === 'text') {
    inner?.finish();
    return { kind: 'text' };
  }
  if (kind === 'findings') {
    const max = inner?.get('max')?.number({ min: 1, max: 100 }) ?? 20;
    inner?.finish();
    return { kind: 'findings', max };
  }
  const unit = inner?.get('unit')?.oneOf(UNITS) ?? 'function';
  inner?.finish();
  return { kind: 'edit', unit };
}

function readContext(pantheon: Fields, output: AgentOutput | undefined): readonly ContextPart[] {
  const value = pantheon.get('context');
  if (value === undefined) return output?.kind === 'edit' ? ['function'] : ['file', 'inputs'];
  const parts = value.list()?.map((item) => ({ part: item.oneOf(CONTEXT), item })) ?? [];
  const known: ContextPart[] = [];
  for (const { part, item } of parts) {
    if (part !== undefined && known.includes(part))
      item.wrong('wrong-value', `${part} is in context twice. Remove one.`);
    else if (part !== undefined) known.push(part);
  }
  return known;
}

function readLimits(fields: Fields | undefined): CompiledAgent['limits'] {
  const timeMs = fields?.get('time')?.durationMs() ?? DEFAULT_LIMITS.timeMs;
  const tokens = fields?.get('tokens')?.count() ?? DEFAULT_LIMITS.tokens;
  const turns = fields?.get('turns')?.number({ min: 1, max: 100 }) ?? DEFAULT_LIMITS.turns;
  fields?.finish();
  return { timeMs, tokens, turns };
}

function readSampling(fields: Fields | undefined): CompiledAgent['sampling'] {
  const wanted = [
    ['temperature', fields?.get('temperature')?.number({ min: 0, max: 5, isWhole: false })],
    ['topP', fields?.get('top-p')?.number({ min: 0, max: 1, isWhole: false })],
    ['topK', fields?.get('top-k')?.number({ min: 1, max: 1000 })],
    ['seed', fields?.get('seed')?.number({ min: 0, max: 2 ** 31 - 1 })],
    ['numPredict', fields?.get('max-tokens')?.count()],
  ] as const;
  fields?.finish();
  return Object.fromEntries(wanted.filter(([, value]) => value !== undefined)) as CompiledAgent['sampling'];
}

function checkBody(
  report: Report,
  body: string,
  offset: number,
  inputs: ReturnType<typeof typeOfInputs>,
): void {
  const { parts, problems } = parseTemplate(body);
  for (const { message, start, end } of problems) {
    report.add('expression-syntax', { start: offset + start, end: offset + end }, message);
  }
  const check = createChecker({ inputs });
  for (const part of parts) {
    const result = part.kind === 'expression' ? check(part.source) : undefined;
    if (result === undefined || result.ok) continue;
    const { kind, message, start, end } = result.problem;
    const code = kind === 'not-available' ? kind : (`expression-${kind}` as const);
    report.add(code, { start: offset + part.start + start, end: offset + part.start + end }, message);
  }
}
