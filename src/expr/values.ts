import type { Json } from '../common/index.ts';

/**
 * The JSON of a value that CEL computed: 64-bit integers become numbers, dates ISO text, durations their own text.
 * @throws Error for what has no JSON (types, bytes) and for integers that a number cannot hold.
 */
export function toJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      if (!Number.isSafeInteger(Number(value))) throw new Error(`${value} is too large for a number`);
      return Number(value);
    case 'object':
      return objectToJson(value);
    case 'undefined':
      return null;
    case 'function':
    case 'symbol':
      throw new Error('the result is not a JSON value');
  }
}

function objectToJson(value: object | null): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Set) return [...value].map(toJson);
  if (value instanceof Map) return objectOf([...value].map(([key, inner]) => [String(key), inner]));
  if (value instanceof Date) return value.toISOString();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return objectOf(Object.entries(value));
  if (value.constructor.name === 'Duration') return (value as { toString(): string }).toString();
  if (value.constructor.name === 'UnsignedInt') return toJson((value as { value: bigint }).value);
  throw new Error('the result is not a JSON value');
}

/** Keeps `__proto__` a plain key. */
function objectOf(entries: readonly (readonly [string, unknown])[]): Json {
  return Object.fromEntries(entries.map(([key, inner]) => [key, toJson(inner)]));
}
