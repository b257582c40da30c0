import type { Json } from '../common/index.ts';
import { ANY, typeOfSchema } from '../expr/index.ts';
import type { ExprType } from '../expr/index.ts';
import type { CompiledNode, NodeBody } from '../flow/index.ts';
import type { AgentLookup } from './agent-lookup.ts';
import { closest } from './closest.ts';
import { readCheck, readCommand } from './commands.ts';
import { readExpression } from './expressions.ts';
import type { Scope } from './expressions.ts';
import { ancestorsOf, cycleThrough } from './graph.ts';
import { readJoin, readRetry, readUses } from './node-parts.ts';
import { readSchema } from './schemas.ts';
import type { Span } from './source.ts';
import type { SpecLookup, SpecSource } from './types.ts';
import type { Fields, Value } from './value.ts';

const KINDS = ['uses', 'run', 'shell', 'check'] as const;
const LATER_KINDS = ['panel', 'merge', 'gate', 'wait'];
const LATER_MODIFIERS = ['on-fail', 'loop', 'resources', 'cascade'];

export interface NodeDefaults {
  readonly timeoutMs: number;
  readonly retry: CompiledNode['retry'];
}

/** What is known of a node before its expressions are looked at. */
interface Draft {
  readonly id: string;
  readonly fields: Fields;
  readonly needs: readonly string[];
  readonly outputSchema?: Json;
}

export interface NodesContext {
  readonly source: SpecSource;
  readonly lookup: SpecLookup;
  readonly agents: AgentLookup;
  readonly defaults: NodeDefaults;
  /** `inputs` in expressions. */
  readonly inputs: ExprType;
}

/** Reads all nodes of a flow: first what exists and what needs what, then everything that may refer to it. */
export function readNodes(value: Value, context: NodesContext): readonly CompiledNode[] {
  const entries = value.map()?.entries() ?? [];
  if (value.isMap && entries.length === 0)
    value.wrong('wrong-value', 'A flow has at least one node. Add one.');
  const ids = entries.map(([id]) => id);
  const drafts = entries.flatMap(([id, inner, key]) => draftOf(id, inner, key, ids, context));
  const graph = new Map(drafts.map(({ id, needs }) => [id, needs]));
  reportCycles(drafts, graph);
  return drafts.flatMap((draft) => {
    const node = readNode(draft, scopeOf(draft, drafts, ancestorsOf(draft.id, graph), context), context);
    return node === undefined ? [] : [node];
  });
}

function draftOf(
  id: string,
  value: Value,
  key: Span,
  ids: readonly string[],
  context: NodesContext,
): Draft[] {
  if (!/^[a-z][a-z0-9_]*$/.test(id)) {
    value.yaml.report.add(
      'wrong-name',
      key,
      `${id} cannot be a node: use small letters, digits and _, a letter first.`,
    );
  }
  const fields = value.map();
  if (fields === undefined) return [];
  const needs = readNeeds(fields.get('needs'), ids);
  const output = fields.get('output');
  const outputSchema = output === undefined ? undefined : readSchema(output, context.source, context.lookup);
  return [{ id, fields, needs, ...(outputSchema === undefined ? {} : { outputSchema }) }];
}

/** Reads node ids; unknown ones are reported and left out. */
export function readNeeds(value: Value | undefined, ids: readonly string[]): readonly string[] {
  const needs: string[] = [];
  for (const item of value?.texts({ orOne: true }) ?? []) {
    const id = item.looseText() ?? '';
    if (ids.includes(id)) {
      if (!needs.includes(id)) needs.push(id);
      continue;
    }
    const near = closest(id, ids);
    const fix =
      near === undefined ? undefined : { title: `Change to ${near}`, span: item.span, newText: near };
    const hint = near === undefined ? `Nodes are ${ids.join(', ')}.` : `Did you mean ${near}?`;
    item.yaml.report.add('unknown-node', item.span, `There is no node ${id}. ${hint}`, fix);
  }
  return needs;
}

function reportCycles(drafts: readonly Draft[], graph: ReadonlyMap<string, readonly string[]>): void {
  const told = new Set<string>();
  for (const { id, fields } of drafts) {
    const cycle = told.has(id) ? undefined : cycleThrough(id, graph);
    if (cycle === undefined) continue;
    for (const each of cycle) told.add(each);
    const span = fields.get('needs')?.span ?? fields.value.span;
    const message = `These nodes wait for each other: ${cycle.join(' → ')}. Take one of the needs out.`;
    fields.value.yaml.report.add('cycle', span, message);
  }
}

function scopeOf(
  draft: Draft,
  drafts: readonly Draft[],
  ancestors: ReadonlySet<string>,
  context: NodesContext,
): Scope {
  const needed = drafts.filter(({ id }) => ancestors.has(id) && id !== draft.id);
  return {
    types: { inputs: context.inputs, nodes: typeOfNodes(needed), run: ANY, self: ANY, repo: ANY },
    unneeded: drafts.map(({ id }) => id).filter((id) => !ancestors.has(id)),
    addNeed: (node) => addNeed(draft.fields, node),
  };
}

function typeOfNodes(drafts: readonly Draft[]): ExprType {
  const fields = drafts.map(({ id, fields: node, outputSchema }): [string, ExprType] => {
    const output = node.has('for-each') ? ANY : typeOfSchema(outputSchema);
    return [id, { kind: 'object', fields: { output, outcome: { kind: 'string' } } }];
  });
  return { kind: 'object', fields: Object.fromEntries(fields) };
}

function addNeed(fields: Fields, node: string): { title: string; span: Span; newText: string } | undefined {
  const needs = fields.get('needs');
  const text = fields.value.yaml.report.source.text;
  const title = `Add ${node} to needs`;
  if (needs === undefined || !needs.isList || text[needs.span.end - 1] !== ']') return undefined;
  const at = needs.span.end - 1;
  return {
    title,
    span: { start: at, end: at },
    newText: (needs.list()?.length ?? 0) === 0 ? node : `, ${node}`,
  };
}

function readNode(draft: Draft, outer: Scope, context: NodesContext): CompiledNode | undefined {
  const { fields, id, needs } = draft;
  const forEachValue = fields.get('for-each');
  const forEach =
    forEachValue === undefined
      ? undefined
      : readExpression(forEachValue, outer, { bare: false, wanted: 'list' });
  const item = forEach?.type.kind === 'list' ? forEach.type.of : ANY;
  const scope = forEachValue === undefined ? outer : { ...outer, types: { ...outer.types, item } };
  const ifValue = fields.get('if');
  const condition =
    ifValue === undefined ? undefined : readExpression(ifValue, outer, { bare: true, wanted: 'boolean' });
  const body = readBody(draft, scope, context);
  const parallel = fields.get('max-parallel')?.number({ min: 1, max: 64 }) ?? 1;
  const timeoutMs = fields.get('timeout')?.durationMs() ?? context.defaults.timeoutMs;
  const retry = readRetry(fields.get('retry'), context.defaults.retry);
  const continueOnFail = fields.get('continue-on-fail')?.boolean() ?? false;
  const join = readJoin(fields.get('join'), needs.length);
  fields.refuse(LATER_MODIFIERS);
  fields.finish();
  if (body === undefined) return undefined;
  return {
    id,
    needs,
    join,
    ...(condition === undefined ? {} : { if: condition.source }),
    ...(forEach === undefined ? {} : { forEach: forEach.source }),
    maxParallel: parallel,
    timeoutMs,
    retry,
    continueOnFail,
    body,
  };
}

function readBody(draft: Draft, scope: Scope, context: NodesContext): NodeBody | undefined {
  const { fields } = draft;
  const kinds = KINDS.filter((kind) => fields.has(kind));
  const later = LATER_KINDS.filter((kind) => fields.has(kind));
  for (const kind of KINDS) fields.get(kind);
  fields.refuse(later);
  if (later.length > 0) return undefined;
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const got = kinds.length > 1 ? `, not ${kinds.join(' and ')}` : '';
    const { start } = fields.value.span;
    const span = kinds[1] === undefined ? { start, end: start } : fields.keySpan(kinds[1]);
    fields.value.yaml.report.add(
      'node-kind',
      span,
      `A node has exactly one of ${KINDS.join(', ')}${got}. Give one.`,
    );
    return undefined;
  }
  return bodyOf(kind, draft, scope, context);
}

function bodyOf(
  kind: (typeof KINDS)[number],
  draft: Draft,
  scope: Scope,
  context: NodesContext,
): NodeBody | undefined {
  const { fields, outputSchema } = draft;
  const value = fields.get(kind);
  if (value === undefined) return undefined;
  switch (kind) {
    case 'uses':
      refuseOutput(fields, 'an agent says its output itself');
      return readUses(value, fields, scope, context.agents);
    case 'run':
    case 'shell': {
      const command = readCommand(fields, scope);
      return command === undefined
        ? undefined
        : { kind: 'run', command, ...(outputSchema === undefined ? {} : { outputSchema }) };
    }
    case 'check': {
      refuseOutput(fields, 'a check gives evidence only');
      const check = readCheck(value, scope, 0);
      return check === undefined ? undefined : { kind: 'check', check };
    }
  }
}

function refuseOutput(fields: Fields, why: string): void {
  if (!fields.has('output')) return;
  fields.value.yaml.report.add(
    'wrong-reference',
    fields.keySpan('output'),
    `output belongs to run: ${why}. Remove it.`,
  );
}
