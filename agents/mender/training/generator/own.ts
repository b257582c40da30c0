import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Node } from '@babel/types';
import { renameAll } from './names.ts';
import { printFunction } from './print.ts';
import type { Random } from './random.ts';
import { type Sample, styleFor, withSlip } from './sample.ts';
import { type Fields, parseSource, parseUnit, walk } from './syntax.ts';

const SOURCES = fileURLToPath(new URL('../../../../src/', import.meta.url));
const LONGEST_LINE = 120;
/** What is shorter has no place for a slip that could be seen. */
const SHORTEST = 60;

/** A function as it stands in the product's sources. */
export type OwnFunction = {
  readonly name: string;
  readonly unit: string;
  /** The text of each parameter's type, or nothing for a long one. */
  readonly types: readonly string[];
};

/**
 * Small functions of the product's own sources. What people write differs from what a grammar composes; slips in these cannot
 * be shown by a call, so they train only, and never measure.
 */
export function ownFunctions(folder: string = SOURCES): OwnFunction[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted();
  return files.flatMap((file) =>
    functionsIn(readFileSync(new URL(file.replaceAll('\\', '/'), `file://${folder}`), 'utf8')),
  );
}

function functionsIn(source: string): OwnFunction[] {
  const found: OwnFunction[] = [];
  walk(parseSource(source), (node, parent) => {
    const name = nameOf(node, parent);
    if (name === undefined || typeof node.start !== 'number' || typeof node.end !== 'number') return;
    // Outside their class private names are an error of syntax.
    const text = source.slice(node.start, node.end).replaceAll(/(?<![\w'"`])#(?=[a-z])/g, '');
    const unit = node.type === 'ArrowFunctionExpression' ? `const ${name} = ${text};` : text;
    const lines = unit.split('\n').length;
    if (unit.length < SHORTEST || lines > 20 || unit.length > 1000) return;
    const { params } = node as unknown as { params: Node[] };
    found.push({ name, unit, types: params.map((param) => typeOf(param, source)) });
  });
  return found;
}

/** The name of a function that can stand alone: a declaration, a method, an arrow under a name. */
function nameOf(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'FunctionDeclaration') return node.generator === true ? undefined : node.id?.name;
  if (node.type === 'ClassMethod' && node.kind === 'method' && node.generator !== true)
    return node.key.type === 'Identifier' ? node.key.name : undefined;
  if (node.type === 'ClassPrivateMethod' && node.kind === 'method' && node.generator !== true)
    return node.key.id.name;
  if (node.type === 'ArrowFunctionExpression')
    return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier'
      ? parent.id.name
      : undefined;
  return undefined;
}

/** A sample of a function that cannot be run here; `undefined` where the function has what the printer has no way for. */
export function ownSample(
  { name, unit, types }: OwnFunction,
  random: Random,
  options: { readonly okShare: number; readonly kinds?: readonly string[] },
): Sample | undefined {
  const fn = parseUnit(unit);
  plain(fn);
  if (random.chance(0.5)) renameAll(fn, random);
  const drawn = styleFor(types, '', random);
  const isMethod = fn.type === 'ClassMethod' || /\bthis\b/.test(unit);
  const style = isMethod ? ({ ...drawn, head: 'method' } as const) : drawn;
  const print = (): string => printFunction(fn, name, style);
  let right: string;
  try {
    right = print();
  } catch {
    return undefined;
  }
  if (right.split('\n').some((line) => line.length > LONGEST_LINE)) return undefined;
  const base = { shape: 'own', name, right, head: style.head, onObject: isMethod, calls: [] };
  if (random.chance(options.okShare)) return { ...base, kind: 'none', unit: right, answer: 'ok' };
  const slipped = withSlip(fn, random, options.kinds, print, () => []);
  return slipped === undefined ? undefined : { ...base, ...slipped };
}

/** The text of a parameter's type, if it is a short one. */
function typeOf(param: Node, source: string): string {
  const annotated = param.type === 'AssignmentPattern' ? param.left : param;
  const type = (annotated as unknown as { typeAnnotation?: Node | null }).typeAnnotation;
  if (type === undefined || type === null || typeof type.start !== 'number' || typeof type.end !== 'number')
    return '';
  const text = source.slice(type.start + 1, type.end).trim();
  return text.length <= 30 && !text.includes('\n') ? text : '';
}

/** Leaves out what types alone need. */
function plain(fn: Node): void {
  walk(fn, (node) => {
    const fields = node as unknown as Fields;
    while (/^TS(As|NonNull|Satisfies)/.test(String(fields['type']))) {
      const inner = fields['expression'] as Fields;
      for (const key of Object.keys(fields)) delete fields[key];
      Object.assign(fields, inner);
    }
  });
}
