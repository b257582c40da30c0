import type { Environment } from '@marcbachmann/cel-js';

import { messageOf } from '../common/index.ts';
import { newEnvironment, NotAvailable, parseBounded, TooLarge } from './language.ts';
import { ANY } from './types.ts';
import type { ExprProblem, ExprType, ExprTypes } from './types.ts';

export type ExprCheck =
  | { readonly ok: true; readonly type: ExprType }
  | { readonly ok: false; readonly problem: ExprProblem };

/** Checks expressions against one set of names; build it once for many expressions. */
export type ExprChecker = (source: string) => ExprCheck;

/** A checker for expressions that may use exactly these names. Never throws for any source. */
export function createChecker(types: ExprTypes): ExprChecker {
  const names = new Names();
  const environment = newEnvironment({ anyName: false, anyFailed: false });
  const declared = Object.entries(types).map(
    ([name, type]) => [name, names.celType(environment, type)] as const,
  );
  for (const [name, type] of declared) environment.registerVariable(name, type);
  return (source) => {
    try {
      const result = parseBounded(environment, source).check();
      if (result.valid) return { ok: true, type: names.exprType(result.type ?? 'dyn') };
      return { ok: false, problem: problemOf(result.error, source, types) };
    } catch (error) {
      return { ok: false, problem: problemOf(error, source, types) };
    }
  };
}

/** Checks one expression: syntax, names, types, size. */
export function checkExpression(source: string, types: ExprTypes): ExprCheck {
  return createChecker(types)(source);
}

/** Object types need names in CEL; this gives them and finds them again. */
class Names {
  readonly #byName = new Map<string, ExprType>();

  celType(environment: Environment, type: ExprType): string {
    switch (type.kind) {
      case 'any':
        return 'dyn';
      case 'null':
        return 'null_type';
      case 'number':
        return 'double';
      case 'string':
        return 'string';
      case 'boolean':
        return 'bool';
      case 'list':
        return `list<${this.celType(environment, type.of)}>`;
      case 'object':
        return this.#register(environment, type);
    }
  }

  #register(environment: Environment, type: ExprType & { kind: 'object' }): string {
    const fields = Object.entries(type.fields)
      .filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && name !== '__proto__')
      .map(([name, inner]) => [name, this.celType(environment, inner)] as const);
    const name = `Object${this.#byName.size + 1}`;
    this.#byName.set(name, type);
    environment.registerType(name, { fields: Object.fromEntries(fields) });
    return name;
  }

  exprType(celType: string): ExprType {
    const list = /^list<(.*)>$/.exec(celType);
    if (list !== null) return { kind: 'list', of: this.exprType(list[1] ?? 'dyn') };
    switch (celType) {
      case 'list':
        return { kind: 'list', of: ANY };
      case 'int':
      case 'uint':
      case 'double':
        return { kind: 'number' };
      case 'string':
        return { kind: 'string' };
      case 'bool':
        return { kind: 'boolean' };
      case 'null':
      case 'null_type':
        return { kind: 'null' };
      default:
        return this.#byName.get(celType) ?? ANY;
    }
  }
}

/** A sentence and an exact place for anything that parsing or checking threw. */
export function problemOf(error: unknown, source: string, types: ExprTypes): ExprProblem {
  if (error instanceof TooLarge)
    return { kind: 'too-large', message: error.message, start: 0, end: source.length };
  if (error instanceof NotAvailable) {
    return { kind: 'not-available', message: error.message, start: error.start, end: error.end };
  }
  if (error instanceof RangeError) {
    return {
      kind: 'too-large',
      message: 'The expression is nested too deeply. Make it simpler.',
      start: 0,
      end: source.length,
    };
  }
  const { code, summary, range } = (error ?? {}) as {
    code?: string;
    summary?: string;
    range?: { start: number; end: number };
  };
  const start = Math.min(range?.start ?? 0, source.length);
  const end = Math.min(Math.max(range?.end ?? source.length, start), source.length);
  const sentence = sentenceOf(code, summary ?? messageOf(error), source.slice(start, end), types);
  const isLimit = code !== undefined && /limit|exceed|too_/.test(code);
  const isSyntax = error instanceof Error && error.name === 'ParseError';
  return { kind: isLimit ? 'too-large' : isSyntax ? 'syntax' : 'type', message: sentence, start, end };
}

function sentenceOf(code: string | undefined, summary: string, text: string, types: ExprTypes): string {
  if (code === 'unknown_variable') {
    return `There is no ${text} here. Known names are: ${Object.keys(types).sort().join(', ')}.`;
  }
  const plain = summary
    .replace(/\bdouble\b|\bint\b/g, 'number')
    .replace(/\bObject\d+\b/g, 'object')
    .replace('Unexpected token: EOF', 'The expression ends too early')
    .replace(/^(no such|found no)/, (start) => start[0]?.toUpperCase() + start.slice(1));
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}
