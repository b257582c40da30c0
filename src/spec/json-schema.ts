import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';

import { messageOf } from '../common/index.ts';
import type { Json } from '../common/index.ts';
import { linearRegex } from '../expr/index.ts';

/** A value's breach of a schema, in a sentence; `path` as a JSON Pointer (RFC 6901), `''` for the whole value. */
export interface SchemaBreach {
  readonly path: string;
  readonly message: string;
}

export type SchemaCheck =
  | { readonly ok: true; readonly check: (value: Json) => readonly SchemaBreach[] }
  | { readonly ok: false; readonly problem: string };

/** A larger schema is refused, in characters of its JSON. */
const MAX_SCHEMA_CHARS = 100_000;
/** So many breaches are told at most. */
const MAX_BREACHES = 10;

/** Makes a check from a JSON Schema (2020-12). `format` is not checked; `pattern` runs in linear time; `$ref` stays inside the schema. */
export function schemaCheck(schema: Json): SchemaCheck {
  if (
    schema === null ||
    (typeof schema !== 'object' && typeof schema !== 'boolean') ||
    Array.isArray(schema)
  ) {
    return { ok: false, problem: 'A JSON Schema is an object.' };
  }
  const text = JSON.stringify(schema);
  if (text.length > MAX_SCHEMA_CHARS) {
    return { ok: false, problem: `A schema has at most ${MAX_SCHEMA_CHARS} characters.` };
  }
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const result = compile(schema);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(text, result);
  return result;
}

/** Making a check takes tens of milliseconds, and the same few schemas are asked for again and again. */
const compiled = new Map<string, SchemaCheck>();
const MAX_COMPILED = 100;

function compile(schema: object | boolean): SchemaCheck {
  try {
    const validate = newAjv().compile(schema);
    return {
      ok: true,
      check: (value) => (validate(value) ? [] : (validate.errors ?? []).slice(0, MAX_BREACHES).map(breachOf)),
    };
  } catch (error) {
    const message = messageOf(error);
    const isOtherDraft = /no schema with key or ref ".*draft/.test(message);
    return {
      ok: false,
      problem: isOtherDraft
        ? 'Only JSON Schema 2020-12 is understood. Change or remove "$schema".'
        : `${message}.`,
    };
  }
}

function newAjv(): Ajv2020 {
  // Ajv keeps compiled patterns by their text, so each must tell its own.
  const toRegex = (pattern: string) => ({ ...linearRegex(pattern), toString: () => pattern });
  const regExp = Object.assign(toRegex, { code: 'linearRegex' });
  return new Ajv2020({
    allErrors: true,
    strict: false,
    validateFormats: false,
    logger: false,
    code: { regExp },
  });
}

function breachOf({ instancePath, message, params, keyword }: ErrorObject): SchemaBreach {
  const where = instancePath === '' ? 'the value' : instancePath;
  const detail =
    keyword === 'enum'
      ? `: ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
      : keyword === 'additionalProperties'
        ? `: ${JSON.stringify(params['additionalProperty'])}`
        : '';
  return { path: instancePath, message: `${where} ${message ?? 'is not allowed'}${detail}` };
}
