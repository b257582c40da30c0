import type { Json } from '../common/index.ts';
import { schemaCheck } from './json-schema.ts';
import type { SpecLookup, SpecSource } from './types.ts';
import type { Value } from './value.ts';

/** Reads a JSON Schema that is written out, or lies in the file of a `$ref` relative to this one. */
export function readSchema(value: Value, source: SpecSource, lookup: SpecLookup): Json | undefined {
  const schema = value.json();
  if (schema === undefined) return undefined;
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) {
    return value.wrong('wrong-type', `${value.name} takes a JSON Schema, or { $ref: file }.`);
  }
  const reference = (schema as { readonly [key: string]: Json })['$ref'];
  const isFile = typeof reference === 'string' && !reference.startsWith('#');
  return checked(isFile ? referred(reference, value, source, lookup) : schema, value);
}

function checked(schema: Json | undefined, value: Value): Json | undefined {
  if (schema === undefined) return undefined;
  const check = schemaCheck(schema);
  return check.ok ? schema : value.wrong('schema-wrong', `This is not a JSON Schema: ${check.problem}`);
}

function referred(reference: string, value: Value, source: SpecSource, lookup: SpecLookup): Json | undefined {
  const path = resolveInside(source, reference);
  const text = path === undefined ? undefined : lookup.read(path);
  if (text === undefined) {
    return value.wrong(
      'schema-missing',
      `There is no file ${reference} beside this one. Correct the path, or create the file.`,
    );
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    return value.wrong('schema-wrong', `${reference} is not JSON: ${(error as Error).message}.`);
  }
}

/** A path relative to a file, if it stays below the folder of agents and flows. */
function resolveInside(source: SpecSource, reference: string): string | undefined {
  if (/^([/\\]|[A-Za-z]:)|\\|\0/.test(reference)) return undefined;
  const parts = source.path.split('/').slice(0, -1);
  for (const part of reference.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const path = parts.join('/');
  return path.startsWith(`${source.root.replace(/\/$/, '')}/`) ? path : undefined;
}
