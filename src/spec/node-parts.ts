import type { CheckSpec, CompiledNode, FlowInput, Join, NodeBody, RetryCause } from '../flow/index.ts';
import { readAgentRef } from './agent-lookup.ts';
import type { AgentLookup } from './agent-lookup.ts';
import { readCheck } from './commands.ts';
import { readTemplate } from './expressions.ts';
import type { Scope } from './expressions.ts';
import type { Fields, Value } from './value.ts';

const CAUSES: readonly RetryCause[] = ['timeout', 'invalid-output', 'model-server', 'error'];
export const DEFAULT_TIMEOUT_MS = 600_000;
export const DEFAULT_RETRY: CompiledNode['retry'] = {
  max: 2,
  backoffMs: [5000, 120_000],
  on: ['timeout', 'invalid-output', 'model-server'],
};

/** Reads `retry`; what is not given comes from `standard`. */
export function readRetry(value: Value | undefined, standard: CompiledNode['retry']): CompiledNode['retry'] {
  const fields = value?.map();
  if (fields === undefined) return standard;
  const max = fields.get('max')?.number({ min: 0, max: 20 }) ?? standard.max;
  const backoff = fields.get('backoff');
  const on = fields
    .get('on')
    ?.list()
    ?.map((each) => each.oneOf(CAUSES));
  fields.finish();
  return {
    max,
    backoffMs: backoff === undefined ? standard.backoffMs : (readBackoff(backoff) ?? standard.backoffMs),
    on: on === undefined ? standard.on : CAUSES.filter((cause) => on.includes(cause)),
  };
}

/** `5s..2m`: the first pause and the longest. */
function readBackoff(value: Value): readonly [number, number] | undefined {
  const [first, last, ...rest] = (value.looseText() ?? '').split('..').map((text) => durationIn(text));
  if (first !== undefined && rest.length === 0 && (last ?? first) >= first) return [first, last ?? first];
  return value.wrong('wrong-duration', 'backoff takes the first and the longest pause, as 5s..2m.');
}

function durationIn(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (match === null) return undefined;
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
  return Number(match[1]) * unitMs;
}

/** Reads `all`, `any`, `settled` or `{ quorum: n }` with n at most the number of needs. */
export function readJoin(value: Value | undefined, needCount: number): Join {
  if (value === undefined) return 'all';
  if (!value.isMap) return value.oneOf(['all', 'any', 'settled']) ?? 'all';
  const fields = value.map();
  const quorum = fields?.get('quorum')?.number({ min: 1, max: Math.max(1, needCount) });
  if (quorum === undefined && fields?.has('quorum') !== true)
    value.wrong('missing-key', 'join takes { quorum: n }. Add it.');
  fields?.finish();
  return quorum === undefined ? 'all' : { quorum };
}

type UsesBody = NodeBody & { kind: 'uses' };

/** Reads a node that uses an agent. */
export function readUses(
  uses: Value,
  fields: Fields,
  scope: Scope,
  lookup: AgentLookup,
): UsesBody | undefined {
  const found = readAgentRef(uses, lookup);
  const given = fields.get('with');
  const inputs = readWith(given, scope);
  const bestOfValue = fields.get('best-of');
  const bestOf = bestOfValue === undefined ? undefined : readBestOf(bestOfValue, scope);
  const repair = fields.get('repair')?.map();
  const repairMax = repair?.get('max')?.number({ min: 0, max: 5 }) ?? 0;
  repair?.finish();
  const fallback = readFallback(fields.get('fallback'), lookup);
  const withoutModel = fields.get('without-model')?.oneOf(['fail', 'skip']);
  if (found === undefined) return undefined;
  checkWith(given, uses, inputs, found.agent.inputs, found.agent.name);
  if (bestOf !== undefined && found.agent.output.kind !== 'edit') {
    bestOfValue?.wrong(
      'wrong-reference',
      `best-of chooses between edits; ${found.agent.name} makes ${found.agent.output.kind}. Remove it.`,
    );
  }
  return {
    kind: 'uses',
    agent: found.ref,
    with: Object.fromEntries(inputs.map(({ name, template }) => [name, template])),
    ...(bestOf === undefined ? {} : { bestOf }),
    repairMax,
    fallback,
    ...(withoutModel === 'skip' ? { withoutModel } : {}),
  };
}

interface Given {
  readonly name: string;
  readonly template: string;
  readonly key: { start: number; end: number };
}

function readWith(value: Value | undefined, scope: Scope): readonly Given[] {
  return (value?.map()?.entries() ?? []).map(([name, inner, key]) => ({
    name,
    key,
    template: readTemplate(inner, scope) ?? '',
  }));
}

function checkWith(
  value: Value | undefined,
  uses: Value,
  given: readonly Given[],
  inputs: Readonly<Record<string, FlowInput>>,
  agent: string,
): void {
  const { report } = uses.yaml;
  const known = Object.keys(inputs);
  for (const { name, key } of given) {
    if (known.includes(name)) continue;
    const choices = known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`;
    report.add('unknown-input', key, `${agent} has no input ${name}. ${choices}`);
  }
  const missing = known.filter((name) => {
    const input = inputs[name];
    return (
      input?.optional === false && input.default === undefined && !given.some((each) => each.name === name)
    );
  });
  if (missing.length === 0) return;
  report.add('missing-input', (value ?? uses).span, `${agent} needs ${missing.join(', ')}. Add it to with.`);
}

function readBestOf(value: Value, scope: Scope): UsesBody['bestOf'] {
  const fields = value.map();
  if (fields === undefined) return undefined;
  const n = fields.need('n')?.number({ min: 1, max: 200 });
  const pickValue = fields.get('pick');
  const pick = pickValue?.oneOf(['first', 'vote', 'tournament']) ?? 'first';
  if (pick === 'tournament') {
    pickValue?.wrong(
      'not-available',
      'pick: tournament is not available in this version. Use first or vote.',
    );
  }
  const chosen = pick === 'vote' ? readVote(fields, n ?? 1) : readFirst(fields, scope);
  fields.finish();
  return n === undefined || chosen === undefined ? undefined : { n, ...chosen };
}

function readFirst(fields: Fields, scope: Scope): { pick: 'first'; check: CheckSpec } | undefined {
  const agree = fields.get('agree');
  agree?.wrong('wrong-reference', 'agree belongs to pick: vote. Add that, or remove agree.');
  const checkValue = fields.need('check');
  const check = checkValue === undefined ? undefined : readCheck(checkValue, scope, 1);
  return check === undefined ? undefined : { pick: 'first', check };
}

/** More than half agree unless the file says how many. */
function readVote(fields: Fields, n: number): { pick: 'vote'; agree: number } | undefined {
  fields
    .get('check')
    ?.wrong('wrong-reference', 'With pick: vote the samples choose, not a check. Remove one of the two.');
  const value = fields.get('agree');
  const agree = value === undefined ? Math.floor(n / 2) + 1 : value.number({ min: 1, max: n });
  return agree === undefined ? undefined : { pick: 'vote', agree };
}

function readFallback(value: Value | undefined, lookup: AgentLookup): UsesBody['fallback'] {
  const items = value?.texts({ orOne: true }) ?? [];
  const chain: UsesBody['fallback'][number][] = [];
  for (const [index, item] of items.entries()) {
    if (item.looseText() === 'abstain') {
      if (index < items.length - 1) item.wrong('wrong-value', 'abstain ends the chain. Move it to the end.');
      chain.push('abstain');
      continue;
    }
    const found = readAgentRef(item, lookup);
    if (found !== undefined) chain.push(found.ref);
  }
  return chain;
}
