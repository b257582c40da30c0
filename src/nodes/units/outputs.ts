import type { Json } from '../../common/index.ts';
import { schemaCheck } from '../../spec/index.ts';
import { unfence } from './answer.ts';

/** One remark of a model about a place in a file. */
export interface ModelFinding {
  /** 1-based line of the file. */
  readonly line: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly suggestion?: string;
}

/** `problem` is a sentence that can go back to the model, and names every breach. */
export type ReadOutput<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** A longer message is refused, in UTF-16 code units. */
const MAX_MESSAGE_CHARS = 4000;

/** The JSON Schema (2020-12) that a `findings` answer follows: `{ findings: [{ line, severity, message, suggestion? }] }`. */
export function findingsSchema(max: number): Json {
  return {
    type: 'object',
    required: ['findings'],
    additionalProperties: false,
    properties: {
      findings: {
        type: 'array',
        maxItems: max,
        items: {
          type: 'object',
          required: ['line', 'severity', 'message'],
          additionalProperties: false,
          properties: {
            line: { type: 'integer', minimum: 1 },
            severity: { enum: ['info', 'warning', 'error'] },
            message: { type: 'string', minLength: 1, maxLength: MAX_MESSAGE_CHARS },
            suggestion: { type: 'string', maxLength: MAX_MESSAGE_CHARS },
          },
        },
      },
    },
  };
}

/** Reads a list of findings about a file of `lineCount` lines; a bare list is taken too. Every place must exist. */
export function readFindings(
  answer: string,
  max: number,
  lineCount: number,
): ReadOutput<readonly ModelFinding[]> {
  const parsed = readJson(answer);
  if (parsed.kind === 'unreadable') return parsed;
  const value = Array.isArray(parsed.value) ? { findings: parsed.value } : parsed.value;
  const read = validated(value, findingsSchema(max));
  if (read.kind === 'unreadable') return read;
  const { findings } = read.value as unknown as { findings: readonly ModelFinding[] };
  const outside = findings.find((finding) => finding.line > lineCount);
  if (outside !== undefined) {
    return unreadable(`Line ${outside.line} does not exist: the file has ${lineCount} lines.`);
  }
  return { kind: 'value', value: findings };
}

/**
 * Reads JSON, bare or in one code fence, and checks it against a JSON Schema (2020-12).
 * @throws Error if the schema itself is wrong (files with such a schema do not compile).
 */
export function readData(answer: string, schema: Json): ReadOutput<Json> {
  const parsed = readJson(answer);
  return parsed.kind === 'unreadable' ? parsed : validated(parsed.value, schema);
}

function readJson(answer: string): ReadOutput<Json> {
  const fenced = unfence(answer);
  if (fenced.kind === 'problem') return unreadable(fenced.problem);
  const text = fenced.lines.join('\n').trim();
  if (text === '') return unreadable('The answer is empty.');
  try {
    return { kind: 'value', value: JSON.parse(text) as Json };
  } catch (error) {
    return unreadable(`The answer is not JSON: ${(error as Error).message}.`);
  }
}

function validated(value: Json, schema: Json): ReadOutput<Json> {
  const compiled = schemaCheck(schema);
  if (!compiled.ok) throw new Error(`a schema that does not compile was used: ${compiled.problem}`);
  const breaches = compiled.check(value);
  if (breaches.length === 0) return { kind: 'value', value };
  return unreadable(
    `The answer does not follow the schema: ${breaches.map(({ message }) => message).join('; ')}.`,
  );
}

function unreadable(problem: string): { readonly kind: 'unreadable'; readonly problem: string } {
  return { kind: 'unreadable', problem };
}
