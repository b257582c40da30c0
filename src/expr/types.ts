import type { Json, JsonObject } from '../common/index.ts';

/** What an expression may give, as far as it is known when a file is compiled. */
export type ExprType =
  | { readonly kind: 'any' | 'null' | 'string' | 'number' | 'boolean' }
  | { readonly kind: 'list'; readonly of: ExprType }
  /** Exactly these fields; any other is a mistake. */
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, ExprType>> };

/** The names an expression may use, with their types. */
export type ExprTypes = Readonly<Record<string, ExprType>>;

/** A mistake in an expression. Offsets are UTF-16 code units from the start of the checked text. */
export interface ExprProblem {
  readonly kind: 'syntax' | 'type' | 'too-large' | 'not-available';
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What an expression is evaluated with. */
export interface ExprContext {
  readonly variables: JsonObject;
  /** What `success()` and `failure()` say: whether any needed node failed. `always()` is true. */
  readonly anyFailed?: boolean;
}

export const ANY: ExprType = { kind: 'any' };

/** More levels of a schema than this are not looked at. */
const MAX_SCHEMA_DEPTH = 12;

/** The type of the values that a JSON Schema (2020-12) allows; whatever is not plain (`$ref`, `oneOf` …) is `any`. */
export function typeOfSchema(schema: Json | undefined, depth = 0): ExprType {
  if (!isObject(schema) || depth > MAX_SCHEMA_DEPTH) return ANY;
  if (['$ref', 'oneOf', 'anyOf', 'allOf', 'if', '$dynamicRef'].some((key) => key in schema)) return ANY;
  const kind = typeof schema['type'] === 'string' ? schema['type'] : '';
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'null':
      return { kind };
    case 'number':
    case 'integer':
      return { kind: 'number' };
    case 'array':
      return { kind: 'list', of: 'prefixItems' in schema ? ANY : typeOfSchema(schema['items'], depth + 1) };
    case 'object':
      return objectType(schema, depth);
    default:
      return ANY;
  }
}

/** Only a schema that lists its properties says which fields exist. */
function objectType(schema: JsonObject, depth: number): ExprType {
  const properties = schema['properties'];
  const isOpen = 'patternProperties' in schema || isObject(schema['additionalProperties']);
  if (!isObject(properties) || isOpen) return ANY;
  const fields: [string, ExprType][] = Object.entries(properties).map(([name, inner]) => [
    name,
    typeOfSchema(inner, depth + 1),
  ]);
  return { kind: 'object', fields: Object.fromEntries(fields) };
}

/** A type in words a person knows. */
export function describeType(type: ExprType): string {
  switch (type.kind) {
    case 'any':
      return 'anything';
    case 'list':
      return type.of.kind === 'any' ? 'a list' : `a list of ${describeType(type.of)}`;
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    case 'string':
    case 'number':
    case 'boolean':
      return `a ${type.kind}`;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
