import type { Node } from '@babel/types';
import { answerFor } from './units.ts';
import { KINDS } from './kinds.ts';
import { fieldNames, functionName, renameAll } from './names.ts';
import { printFunction, type Style } from './print.ts';
import { createRandom, type Random } from './random.ts';
import { runGuarded } from './run.ts';
import { LEFT_OUT, slipsOf } from './slips.ts';
import { childrenOf, type Fields, isFunction, parseSource, walk } from './syntax.ts';

/** A way to write a function: fitting names, `param:kind …: result type`, the statements of its body. */
export type Shape = {
  readonly id: string;
  readonly names: readonly string[];
  readonly signature: string;
  readonly body: string;
  /** Kind of the object that `this` is; the shape is a method then. */
  readonly state?: string;
};

/** One training or evaluation sample; `calls` are those whose outcomes show the slip. */
export type Sample = {
  readonly shape: string;
  /** Class of the slip, or `none`. */
  readonly kind: string;
  readonly name: string;
  readonly unit: string;
  readonly right: string;
  readonly answer: string;
  readonly calls: readonly string[];
  readonly head: Style['head'];
  /** A method that uses `this`: the first argument of each call is the object. */
  readonly onObject: boolean;
};

const WEIGHTS: Readonly<Record<string, number>> = {
  variable: 1,
  comparison: 1,
  bound: 1.3,
  index: 1,
  await: 2,
  return: 0.35,
  boolean: 1,
  jump: 0.7,
  branches: 1.2,
  property: 0.8,
  initial: 1,
  constant: 0.8,
  logic: 1.3,
  inverted: 1.2,
  method: 1.2,
  swapped: 1,
  arithmetic: 1,
  assignment: 1,
};
const MAX_CALLS = 9;

/**
 * Makes a sample of `shape`: names, literals and style drawn at random, then a slip of a kind drawn at random
 * among those that fit, kept only if a call shows it. `undefined` where nothing usable came out.
 */
export function makeSample(
  shape: Shape,
  random: Random,
  options: { readonly okShare: number; readonly kinds?: readonly string[] },
): Sample | undefined {
  const fields = fieldNames(random);
  const { source, params, result } = declared(shape, fields, random);
  const fn = functionOf(source);
  if (fn === undefined) return undefined;
  prepare(fn, random);
  renameAll(fn, random);
  const names = shape.names.map((name) => filled(name, fields));
  const name = functionName(names, random);
  retitle(fn, name);
  const hasDefault = giveDefault(fn, params, random);
  const drawn = styleFor(
    params.map(({ kind }) => KINDS[kind]?.type ?? 'unknown'),
    result,
    random,
  );
  const onObject = shape.state !== undefined;
  const style = onObject ? ({ ...drawn, head: 'method' } as const) : drawn;
  const right = printFunction(fn, name, style);
  const calls = callsFor(
    onObject ? [{ text: 'this', kind: shape.state ?? '' }, ...params] : params,
    fields,
    random,
    hasDefault,
  );
  const run = (): string[] | undefined => runGuarded(fn, name, calls, onObject);
  const expected = run();
  if (expected === undefined || tooPoor(expected)) return undefined;
  const base = { shape: shape.id, name, right, head: style.head, onObject };
  if (random.chance(options.okShare))
    return { ...base, kind: 'none', unit: right, answer: 'ok', calls: calls.slice(0, 6) };
  const showing = (): string[] | undefined => {
    const wrong = run();
    const telling = calls.filter((_, i) => wrong !== undefined && wrong[i] !== expected[i]);
    return telling.length > 0 ? ordered(calls, telling) : undefined;
  };
  const slipped = withSlip(fn, random, options.kinds, () => printFunction(fn, name, style), showing);
  return slipped === undefined ? undefined : { ...base, ...slipped };
}

/**
 * The function with a slip of a kind drawn at random among those that fit. `showing` is asked while the slip is there and answers
 * the calls of the sample, or `undefined` where none shows the slip.
 */
export function withSlip(
  fn: Node,
  random: Random,
  kinds: readonly string[] | undefined,
  print: () => string,
  showing: () => readonly string[] | undefined,
): Pick<Sample, 'kind' | 'unit' | 'answer' | 'calls'> | undefined {
  const right = print();
  const all = slipsOf(fn).filter(({ kind }) =>
    kinds === undefined ? !LEFT_OUT.includes(kind) : kinds.includes(kind),
  );
  const byKind = [...new Set(all.map(({ kind }) => kind))];
  for (let tries = 0; tries < 4 && byKind.length > 0; tries += 1) {
    const kind = weighted(byKind, random);
    const slip = random.pick(all.filter((one) => one.kind === kind));
    slip.apply();
    const unit = print();
    const answer = answerFor(unit, right);
    const isOne = answer !== undefined && answer !== 'ok' && answer.split('\n').length <= 2;
    const calls = isOne ? showing() : undefined;
    slip.undo();
    if (isOne && calls !== undefined) return { kind, unit, answer, calls };
  }
  return undefined;
}

function ordered(calls: readonly string[], telling: readonly string[]): string[] {
  const rest = calls.filter((call) => !telling.includes(call));
  return [...telling.slice(0, 2), ...rest.slice(0, 2), ...telling.slice(2), ...rest.slice(2)];
}

function weighted(kinds: readonly string[], random: Random): string {
  const total = kinds.reduce((sum, kind) => sum + (WEIGHTS[kind] ?? 1), 0);
  let left = random.next() * total;
  for (const kind of kinds) {
    left -= WEIGHTS[kind] ?? 1;
    if (left <= 0) return kind;
  }
  return kinds[kinds.length - 1] as string;
}

/** Outcomes that all are the same, or mostly errors, would make any slip invisible or any test odd. */
function tooPoor(outcomes: readonly string[]): boolean {
  const bad = outcomes.filter((one) => one.startsWith('<')).length;
  return bad > outcomes.length / 2;
}

type Param = { readonly text: string; readonly kind: string };

/** Field slots and free literals of a text filled in: N1 → price, {N1} → Price, K2 → a number, 'T1' → a word. */
function filled(text: string, fields: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/(?<!\$)\{([NSBLMDQP]\d)\}/g, (_, slot: string) =>
      (fields.get(slot) ?? slot).replace(/^./, (letter) => letter.toUpperCase()),
    )
    .replaceAll(/\b([NSBLMDQP]\d)\b/g, (_, slot: string) => fields.get(slot) ?? slot);
}

function declared(
  shape: Shape,
  fields: ReadonlyMap<string, string>,
  random: Random,
): { source: string; params: Param[]; result: string } {
  const [head = '', result = ''] = shape.signature.split(/ ?: /);
  const params =
    head.trim() === ''
      ? []
      : head
          .trim()
          .split(/\s+/)
          .map((part) => {
            const [text = '', kind = 'any'] = part.split(/:(?=\w+$)/);
            return { text: filled(text, fields), kind };
          });
  const body = filled(shape.body, fields).replaceAll(/\bK(\d)\b/g, () =>
    String(random.pick([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 50, 100])),
  );
  const isAsync = /\bawait\b/.test(body);
  return {
    source: `${isAsync ? 'async ' : ''}function f(${params.map(({ text }) => text).join(', ')}) {\n${body}\n}`,
    params,
    result,
  };
}

/** A shape as a function: what its normalised tree is taken from. */
export function sourceOf(shape: Shape): string {
  return declared(shape, new Map(), createRandom(1)).source;
}

/** `undefined` where a field took the name of a variable, so that the two clash in a destructuring. */
function functionOf(source: string): Node | undefined {
  let tree: { program: { body: Node[] } };
  try {
    tree = parseSource(source) as unknown as typeof tree;
  } catch (error) {
    if (error instanceof SyntaxError && /already been declared/.test(error.message)) return undefined;
    throw error;
  }
  const first = tree.program.body[0];
  if (first === undefined || !isFunction(first)) throw new Error(`no function: ${source}`);
  return first;
}

/** Marks patterns and free-standing updates, and varies how single things are written. */
function prepare(fn: Node, random: Random): void {
  const preferLet = random.chance(0.08);
  walk(fn, (node, parent, field) => {
    const fields = node as unknown as Fields;
    if (node.type === 'ObjectPattern')
      for (const property of node.properties) (property as unknown as Fields)['inPattern'] = true;
    if (node.type === 'UpdateExpression' && (parent?.type === 'ExpressionStatement' || field === 'update'))
      fields['alone'] = true;
    if (
      node.type === 'AssignmentExpression' &&
      node.operator === '+=' &&
      node.right.type === 'NumericLiteral' &&
      node.right.value === 1 &&
      random.chance(0.5)
    ) {
      Object.assign(fields, {
        type: 'UpdateExpression',
        operator: '++',
        prefix: false,
        argument: node.left,
        alone: true,
      });
    }
    if (preferLet && node.type === 'VariableDeclaration') fields['kind'] = 'let';
    if (node.type === 'BinaryExpression' && random.chance(0.08)) turnAround(fields);
  });
}

const TURN: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** `a < b` written as `b > a`. */
function turnAround(fields: Fields): void {
  const turned = TURN[String(fields['operator'])];
  if (turned === undefined) return;
  Object.assign(fields, { operator: turned, left: fields['right'], right: fields['left'] });
}

/** Now and then the last parameter has a default, and some calls leave it out. */
function giveDefault(fn: Node, params: readonly Param[], random: Random): boolean {
  const list = (fn as unknown as { params: Node[] }).params;
  const [last, kind] = [list.at(-1), params.at(-1)?.kind];
  const value = DEFAULTS[kind ?? ''];
  if (last?.type !== 'Identifier' || value === undefined || !random.chance(0.08)) return false;
  const right = random.pick(value);
  list[list.length - 1] = {
    type: 'AssignmentPattern',
    left: last,
    right:
      typeof right === 'number'
        ? { type: 'NumericLiteral', value: right }
        : { type: 'StringLiteral', value: right },
  } as unknown as Node;
  return true;
}

const DEFAULTS: Readonly<Record<string, readonly (number | string)[]>> = {
  num: [0, 1, 2, 10],
  pos: [1, 2, 3],
  str: ['', '-', 'x'],
  letter: [' ', '-', 'a'],
};

/** A function that calls itself follows its new name. */
function retitle(fn: Node, name: string): void {
  walk(fn, (node, _, field) => {
    if (node.type === 'Identifier' && node.name === 'f' && field === 'callee') node.name = name;
  });
}

/** How a function is written: drawn at random, with its types in part. */
export function styleFor(types: readonly string[], result: string, random: Random): Style {
  const typed = random.chance(0.25);
  return {
    indent: random.pick(['  ', '  ', '  ', '  ', '    ']),
    quote: random.chance(0.8) ? "'" : '"',
    semicolons: random.chance(0.92),
    braces: random.pick(['written', 'always', 'always', 'never']),
    step: random.chance(0.7) ? '++' : '+= 1',
    head: random.pick([
      'function',
      'function',
      'function',
      'function',
      'export',
      'arrow',
      'arrow',
      'method',
      'expression',
    ]),
    types: typed ? { params: types, result: random.chance(0.75) ? result : '' } : undefined,
  };
}

function callsFor(
  params: readonly Param[],
  fields: ReadonlyMap<string, string>,
  random: Random,
  hasDefault: boolean,
): string[] {
  const calls = new Set<string>();
  for (let i = 0; i < MAX_CALLS * 2 && calls.size < MAX_CALLS; i += 1) {
    const args = params.map(({ kind }) => filled(kindOf(kind).make(random), fields));
    calls.add((hasDefault && random.chance(0.4) ? args.slice(0, -1) : args).join(', '));
  }
  return [...calls];
}

function kindOf(kind: string): (typeof KINDS)[string] {
  const found = KINDS[kind];
  if (found === undefined) throw new Error(`no kind of parameter is called ${kind}`);
  return found;
}

/** Number of nodes below a node: a measure of size for reports. */
export function sizeOf(node: Node): number {
  let size = 1;
  for (const { child } of childrenOf(node)) size += sizeOf(child);
  return size;
}
