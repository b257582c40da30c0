import { FUNCTIONS } from '../expr/index.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import type { Position, Range, SpecSet, SpecSource } from './types.ts';

/** One thing that can be written at a place. */
export interface Completion {
  readonly label: string;
  readonly detail: string;
  readonly kind: 'key' | 'value' | 'reference' | 'function';
  /** What it replaces. */
  readonly range: Range;
  readonly newText: string;
}

type Words = Readonly<Record<string, string>>;

const COMMAND: Words = {
  run: 'a command, one entry an argument',
  shell: 'a script',
  env: 'variables of the command',
};
const CHECK: Words = {
  ...COMMAND,
  compare: 'baseline: what passed on the base must pass',
  exit: '0: the exit code decides',
  fixes: 'how many failing tests an edit must mend',
  timeout: 'time limit, as 10m',
  results: 'where results of single tests come from',
};
const RETRY: Words = {
  max: 'attempts after the first',
  backoff: 'pauses, as 5s..2m',
  on: 'causes that are tried again',
};
const NODE: Words = {
  uses: 'an agent, as agents/mender',
  ...COMMAND,
  check: 'a command whose result is evidence',
  needs: 'nodes that must have ended',
  if: 'an expression; the node is skipped if it is false',
  join: 'all, any, settled or { quorum: n }',
  'for-each': 'an expression that gives a list',
  'max-parallel': 'how many items at once',
  with: 'inputs of the agent',
  'best-of': 'several samples, chosen by a check or by vote',
  repair: 'how often an unreadable answer goes back',
  fallback: 'agents to try next, or abstain',
  'without-model': 'skip: leave the node out where no model for it is installed',
  output: 'JSON Schema of what a command prints',
  timeout: 'time limit, as 10m',
  retry: 'what is tried again',
  'continue-on-fail': 'whether a failure is not one of the run',
};
const INPUT: Words = {
  type: 'string, number, boolean, path or json',
  default: 'if nothing is given',
  optional: 'may be absent',
  description: 'what it is for',
};
const LIMITS: Words = { time: 'as 3m', tokens: 'as 12k' };

/** Keys by their place; `*` is any key. */
const FLOW_KEYS: Readonly<Record<string, Words>> = {
  '': {
    flow: 'the name',
    version: 'a number',
    description: 'what it does',
    on: 'how it starts',
    inputs: 'what may be given',
    defaults: 'for all nodes',
    limits: 'of the whole run',
    nodes: 'what happens',
    outputs: 'the only place of effects',
  },
  on: { command: 'true or false', schedule: 'cron and window' },
  'on/schedule': { cron: "as '0 1 * * 1-5'", window: "as '22:00-07:00'" },
  'inputs/*': INPUT,
  defaults: { timeout: 'as 10m', retry: 'what is tried again' },
  'defaults/retry': RETRY,
  limits: LIMITS,
  'nodes/*': NODE,
  'nodes/*/check': CHECK,
  'nodes/*/best-of': {
    n: 'how many samples',
    check: 'what chooses the first good one',
    pick: 'first: by the check; vote: what most samples agree on',
    agree: 'of a vote: how many samples must make the same change',
  },
  'nodes/*/best-of/check': CHECK,
  'nodes/*/retry': RETRY,
  'nodes/*/repair': { max: 'how often' },
  'outputs/*': { propose: 'into the inbox', needs: 'nodes that must have ended', if: 'an expression' },
  'outputs/*/propose': { edits: 'nodes', findings: 'nodes', evidence: 'nodes' },
};
const AGENT_KEYS: Readonly<Record<string, Words>> = {
  '': {
    name: 'as the file',
    description: 'what it does',
    model: 'names or small, medium, large',
    tools: 'for the editor',
    pantheon: 'everything else',
  },
  pantheon: {
    version: 'as 1.2.0',
    inputs: 'what it is given',
    output: 'edit, findings, data or text',
    context: 'what is packed into the prompt',
    limits: 'of one call',
    sampling: 'temperature, seed',
    cases: 'golden cases',
  },
  'pantheon/inputs/*': INPUT,
  'pantheon/output': {
    edit: 'a changed unit',
    findings: 'remarks at lines',
    data: 'JSON under a schema',
    text: 'prose',
  },
  'pantheon/output/edit': { unit: 'function, region, file or lines' },
  'pantheon/output/findings': { max: 'how many' },
  'pantheon/limits': { ...LIMITS, turns: 'a number' },
  'pantheon/sampling': {
    temperature: '0 is greedy',
    'top-p': '0 to 1',
    'top-k': 'a number',
    seed: 'a number',
    'max-tokens': 'of the answer',
  },
};
const VALUES: Readonly<Record<string, readonly string[]>> = {
  join: ['all', 'any', 'settled'],
  compare: ['baseline'],
  type: ['string', 'number', 'boolean', 'path', 'json'],
  unit: ['function', 'region', 'file', 'lines'],
  context: ['function', 'file', 'imports', 'instructions', 'changes', 'inputs'],
  command: ['true', 'false'],
  optional: ['true', 'false'],
  pick: ['first', 'vote'],
  'without-model': ['skip', 'fail'],
};

/** What can be written at a position of an agent or flow file, also while the file does not parse. Never throws. */
export function completionsAt(
  source: SpecSource,
  position: Position,
  set: Pick<SpecSet, 'agents'>,
): readonly Completion[] {
  const lines = source.text.split(/\r\n|\n|\r/);
  const before = (lines[position.line] ?? '').slice(0, position.character);
  const isAgent = source.path.endsWith('.agent.md');
  const outline = outlineOf(lines);
  const choices = choicesFor(before, position.line, lines, outline, isAgent, set);
  return choices.words.map(([label, detail, kind]) => ({
    label,
    detail,
    kind,
    range: {
      start: { line: position.line, character: position.character - choices.typed.length },
      end: position,
    },
    newText: kind === 'key' ? `${label}: ` : label,
  }));
}

type Word = readonly [label: string, detail: string, kind: Completion['kind']];
interface Choices {
  readonly typed: string;
  readonly words: readonly Word[];
}

function choicesFor(
  before: string,
  line: number,
  lines: readonly string[],
  outline: Outline,
  isAgent: boolean,
  set: Pick<SpecSet, 'agents'>,
): Choices {
  const expression = /\$\{\{((?:(?!\}\}).)*)$/.exec(before)?.[1];
  if (expression !== undefined) return inExpression(expression, outline, isAgent, lines);
  if (isAgent && !isFrontmatter(line, lines)) return { typed: '', words: [] };
  const typed = /[\w./-]*$/.exec(before)?.[0] ?? '';
  const key = /([\w-]+)\s*:\s*(?:\[[^\]]*)?[\w./-]*$/.exec(before)?.[1];
  if (key !== undefined) return { typed, words: valuesFor(key, outline, set) };
  if (!/^\s*[\w-]*$/.test(before)) return { typed, words: [] };
  const path = outline.pathOf(line, before.length - typed.length);
  return { typed, words: keysFor(path, isAgent ? AGENT_KEYS : FLOW_KEYS) };
}

function isFrontmatter(line: number, lines: readonly string[]): boolean {
  const end = lines.findIndex((text, index) => index > 0 && text.trim() === '---');
  return line > 0 && (end < 0 || line < end);
}

function valuesFor(key: string, outline: Outline, set: Pick<SpecSet, 'agents'>): readonly Word[] {
  if (key === 'uses' || key === 'fallback') {
    const agents = [...set.agents].map(([name, { agent }]): Word => [
      `agents/${name}`,
      agent.description,
      'reference',
    ]);
    return key === 'fallback'
      ? [...agents, ['abstain', 'ends the chain without a failure', 'value']]
      : agents;
  }
  if (['needs', 'edits', 'findings', 'evidence'].includes(key)) {
    return outline.childrenOf('nodes').map((id): Word => [id, 'node', 'reference']);
  }
  return (VALUES[key] ?? []).map((value): Word => [value, key, 'value']);
}

function keysFor(path: readonly string[], table: Readonly<Record<string, Words>>): readonly Word[] {
  const entry = Object.entries(table).find(([pattern]) => {
    const parts = pattern === '' ? [] : pattern.split('/');
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
  });
  return Object.entries(entry?.[1] ?? {}).map(([label, detail]): Word => [label, detail, 'key']);
}

function inExpression(text: string, outline: Outline, isAgent: boolean, lines: readonly string[]): Choices {
  const chain = /[\w.]*$/.exec(text)?.[0] ?? '';
  const parts = chain.split('.');
  const typed = parts.at(-1) ?? '';
  const inputs = isAgent ? agentInputs(lines) : outline.childrenOf('inputs');
  if (parts.length === 1) {
    const names: Word[] = isAgent
      ? [['inputs', 'what the agent was given', 'reference']]
      : ['inputs', 'nodes', 'item', 'run', 'repo', 'self'].map((name): Word => [name, 'names', 'reference']);
    const functions = Object.entries(FUNCTIONS).map(([name, detail]): Word => [name, detail, 'function']);
    return { typed, words: [...names, ...functions] };
  }
  if (parts.length === 2 && parts[0] === 'inputs')
    return { typed, words: inputs.map((name): Word => [name, 'input', 'reference']) };
  if (parts[0] !== 'nodes') return { typed, words: [] };
  if (parts.length === 2)
    return { typed, words: outline.childrenOf('nodes').map((id): Word => [id, 'node', 'reference']) };
  if (parts.length > 3) return { typed, words: [] };
  return {
    typed,
    words: [
      ['output', 'what the node gave', 'reference'],
      ['outcome', 'how it ended', 'reference'],
    ],
  };
}

/** Names below `pantheon:` → `inputs:`. */
function agentInputs(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => /^\s+inputs\s*:\s*$/.test(line));
  if (start < 0) return [];
  const indent = (/^\s*/.exec(lines[start] ?? '')?.[0] ?? '').length;
  const names: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const match = /^(\s*)([\w-]+)\s*:/.exec(line);
    if (match === null || (match[1]?.length ?? 0) <= indent) break;
    names.push(match[2] ?? '');
  }
  return names;
}
