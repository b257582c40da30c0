import type { Json } from '../common/index.ts';
import type { ExprType } from '../expr/index.ts';
import type { FlowInput } from '../flow/index.ts';
import type { Value } from './value.ts';

const TYPES = ['string', 'number', 'boolean', 'path', 'json'] as const;

/** Reads the declared inputs of an agent or flow. A declaration that is a lone word is its type. */
export function readInputs(value: Value | undefined): Readonly<Record<string, FlowInput>> {
  const inputs: [string, FlowInput][] = [];
  for (const [name, declared, key] of value?.map()?.entries() ?? []) {
    if (!/^[a-z][a-z0-9_]*$/i.test(name)) {
      declared.yaml.report.add('wrong-name', key, `${name} cannot be an input: use letters, digits and _.`);
      continue;
    }
    const input = declared.isText ? plain(declared.oneOf(TYPES)) : readInput(declared);
    if (input !== undefined) inputs.push([name, input]);
  }
  return Object.fromEntries(inputs);
}

function plain(type: FlowInput['type'] | undefined): FlowInput | undefined {
  return type === undefined ? undefined : { type, optional: false };
}

function readInput(declared: Value): FlowInput | undefined {
  const fields = declared.map();
  if (fields === undefined) return undefined;
  const type = fields.get('type')?.oneOf(TYPES) ?? 'string';
  const optional = fields.get('optional')?.boolean() ?? false;
  const description = fields.get('description')?.text();
  const given = fields.get('default');
  const standard = given?.json();
  fields.finish();
  if (given !== undefined && standard !== undefined && !fitsType(standard, type)) {
    return given.wrong('wrong-value', `The default of ${declared.name} is not of type ${type}.`);
  }
  return {
    type,
    optional,
    ...(standard === undefined ? {} : { default: standard }),
    ...(description === undefined ? {} : { description }),
  };
}

/** True if a value may be given for an input of this type. */
export function fitsType(value: Json, type: FlowInput['type']): boolean {
  if (type === 'json') return true;
  return typeof value === (type === 'path' ? 'string' : type);
}

/** What `inputs` is in an expression. */
export function typeOfInputs(inputs: Readonly<Record<string, FlowInput>>): ExprType {
  const fields = Object.entries(inputs).map(([name, { type }]): [string, ExprType] => [
    name,
    type === 'json' ? { kind: 'any' } : { kind: type === 'path' ? 'string' : type },
  ]);
  return { kind: 'object', fields: Object.fromEntries(fields) };
}
