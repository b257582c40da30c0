import { UserError } from '../common/index.ts';

interface DeclaredInput {
  readonly type: string;
  readonly optional: boolean;
}

/** Reads `key=value` pairs; values take the declared type, text where nothing is declared. Throws `UserError` at the first bad one. */
export function parseInputs(
  pairs: readonly string[],
  declared: Readonly<Record<string, DeclaredInput>> | undefined,
): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw usage(`--input ${pair} is not key=value.`);
    const key = pair.slice(0, at);
    const input = declared?.[key];
    if (declared !== undefined && input === undefined) {
      const known = Object.keys(declared);
      throw usage(
        `There is no input ${key}.`,
        known.length === 0 ? 'It takes no inputs.' : `Its inputs are ${known.join(', ')}.`,
      );
    }
    inputs[key] = parseValue(key, pair.slice(at + 1), input?.type ?? 'string');
  }
  const missing = Object.entries(declared ?? {}).filter(
    ([name, { optional }]) => !optional && !(name in inputs),
  );
  if (missing.length > 0) {
    const names = missing.map(([name]) => name);
    throw usage(
      `${names.length === 1 ? 'The input' : 'The inputs'} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} missing.`,
      `Add ${names.map((name) => `--input ${name}=…`).join(' ')}.`,
    );
  }
  return inputs;
}

function parseValue(key: string, text: string, type: string): unknown {
  if (type === 'number') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw usage(`The input ${key} must be a number, not "${text}".`);
    return value;
  }
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false')
      throw usage(`The input ${key} must be true or false, not "${text}".`);
    return text === 'true';
  }
  if (type === 'json') {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw usage(`The input ${key} must be JSON.`);
    }
  }
  return text;
}

function usage(message: string, remedy = 'Write --input key=value.'): UserError {
  return new UserError('bad-input', message, remedy, { exitCode: 2 });
}
