import { Environment } from '@marcbachmann/cel-js';
import type { ParseResult } from '@marcbachmann/cel-js';

import type { Json } from '../common/index.ts';
import { linearRegex } from './regex.ts';
import { toJson } from './values.ts';

export const MAX_SOURCE_CHARS = 4000;
/** Comprehensions (`map`, `filter`, `all`, `exists` …) inside one another: each level multiplies the work. */
const MAX_NESTED_COMPREHENSIONS = 2;

const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 200,
  maxCallArguments: 16,
};
const COMPREHENSIONS = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'filter',
  'map',
  'transformList',
  'transformMap',
  'sortBy',
]);
/** What `matches` is called inside, so that the built-in one, which can take exponential time, is never reached. */
const LINEAR_MATCHES = 'linearMatches';

/** The functions that people know from GitHub Actions, as they are shown in completions. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  'success()': 'true if no needed node failed',
  'failure()': 'true if a needed node failed',
  'always()': 'true',
  'contains(where, what)': 'whether a text or list has something in it',
  'startsWith(text, start)': 'whether a text begins so',
  'endsWith(text, end)': 'whether a text ends so',
  'join(list, separator)': 'the elements as one text',
  'toJSON(value)': 'a value as JSON text',
  'fromJSON(text)': 'the value of a JSON text',
  'flatten(lists)': 'the elements of lists in one list',
};

const base = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
registerNumbers(base);
registerFunctions(base);

/** A new environment with the language and no names in it. */
export function newEnvironment(options: { anyName: boolean; anyFailed: boolean }): Environment {
  const environment = base.clone({
    homogeneousAggregateLiterals: false,
    unlistedVariablesAreDyn: options.anyName,
    limits: LIMITS,
  });
  environment.registerFunction('success(): bool', () => !options.anyFailed);
  environment.registerFunction('failure(): bool', () => options.anyFailed);
  environment.registerFunction('always(): bool', () => true);
  return environment;
}

/**
 * Parses and bounds an expression.
 * @throws what the parser throws, and `TooLarge`, `NotAvailable`.
 */
export function parseBounded(environment: Environment, source: string): ParseResult {
  if (source.length > MAX_SOURCE_CHARS)
    throw new TooLarge(`An expression has at most ${MAX_SOURCE_CHARS} characters.`);
  const parsed = environment.parse(source);
  prepare(parsed.ast as unknown as AstNode);
  return parsed;
}

export class TooLarge extends Error {}

/** Something of another tool's language that this version does not have; carries its place. */
export class NotAvailable extends Error {
  readonly start: number;
  readonly end: number;
  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

interface AstNode {
  readonly op: string;
  readonly start: number;
  readonly end: number;
  args: unknown;
}

function prepare(root: AstNode): void {
  const pending: { node: AstNode; nested: number }[] = [{ node: root, nested: 0 }];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const { node } = entry;
    let { nested } = entry;
    const call = Array.isArray(node.args) ? (node.args as unknown[]) : [];
    if (node.op === 'call' && call[0] === 'hashFiles') {
      throw new NotAvailable(
        'hashFiles() is not available in this version. Remove it.',
        node.start,
        node.end,
      );
    }
    if (node.op === 'rcall' && call[0] === 'matches') call[0] = LINEAR_MATCHES;
    if (node.op === 'rcall' && COMPREHENSIONS.has(String(call[0]))) nested += 1;
    if (nested > MAX_NESTED_COMPREHENSIONS) {
      throw new TooLarge(`map, filter and the like go at most ${MAX_NESTED_COMPREHENSIONS} deep.`);
    }
    pending.push(...childrenOf(node.args).map((child) => ({ node: child, nested })));
  }
}

function childrenOf(args: unknown): AstNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return args !== null && typeof args === 'object' && 'op' in args ? [args as AstNode] : [];
}

/** JSON has one kind of number, CEL has two: arithmetic between them gives a `double`. */
function registerNumbers(environment: Environment): void {
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(operators)) {
    const handler = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
    environment.registerOperator(`int ${operator} double`, handler);
    environment.registerOperator(`double ${operator} int`, handler);
  }
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
}

function registerFunctions(environment: Environment): void {
  environment.registerFunction('contains(string, string): bool', (text: string, part: string) =>
    text.includes(part),
  );
  environment.registerFunction('contains(list, dyn): bool', (list: Iterable<unknown>, wanted: unknown) => {
    const text = JSON.stringify(toJson(wanted));
    return [...list].some((each) => JSON.stringify(toJson(each)) === text);
  });
  environment.registerFunction('startsWith(string, string): bool', (text: string, part: string) =>
    text.startsWith(part),
  );
  environment.registerFunction('endsWith(string, string): bool', (text: string, part: string) =>
    text.endsWith(part),
  );
  const join = (list: Iterable<unknown>, separator: string) =>
    [...list].map((each) => asText(toJson(each))).join(separator);
  environment.registerFunction('join(list): string', (list: Iterable<unknown>) => join(list, ','));
  environment.registerFunction('join(list, string): string', join);
  environment.registerFunction('toJSON(dyn): string', (value: unknown) => JSON.stringify(toJson(value)));
  environment.registerFunction('fromJSON(string): dyn', (text: string) => JSON.parse(text) as Json);
  environment.registerFunction('flatten(list): list', (lists: Iterable<unknown>) =>
    [...lists].flatMap((each) => {
      const value = toJson(each);
      return Array.isArray(value) ? (value as Json[]) : [value];
    }),
  );
  environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, pattern: string) =>
    linearRegex(pattern).test(text),
  );
}

/** A value inside a longer text: texts as they are, `null` as nothing, lists and objects as JSON. */
export function asText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
