import { parse } from '@babel/parser';
import type { Node } from '@babel/types';

/** A node seen as a bag of fields: what a generic walk needs. */
export type Fields = Record<string, unknown>;

const SKIPPED = new Set([
  'loc',
  'extra',
  'leadingComments',
  'trailingComments',
  'innerComments',
  'errors',
  'comments',
  'tokens',
]);

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Fields)['type'] === 'string';
}

/** Children of a node with the field they stand in, in source order of the fields. */
export function* childrenOf(node: Node): Generator<{ child: Node; field: string }> {
  for (const [field, value] of Object.entries(node)) {
    if (SKIPPED.has(field)) continue;
    if (isNode(value)) yield { child: value, field };
    else if (Array.isArray(value)) for (const child of value) if (isNode(child)) yield { child, field };
  }
}

/** Visits every node below `node` (and itself), parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined, field: string) => void): void {
  const step = (current: Node, parent: Node | undefined, field: string): void => {
    visit(current, parent, field);
    for (const { child, field: name } of childrenOf(current)) step(child, current, name);
  };
  step(node, undefined, '');
}

/** Parses a whole source text (JavaScript or TypeScript); throws where it does not parse. */
export function parseSource(source: string): Node {
  return parse(source, {
    sourceType: 'module',
    plugins: ['typescript'],
    createParenthesizedExpressions: false,
  });
}

/** The function node of a unit: a declaration, `const f = () => …`, or a class method without its class. */
export function parseUnit(unit: string): Node {
  const tree = parsesAs(unit) ?? parsesAs(`class Around {\n${unit}\n}`) ?? parsesAs(`({${unit}})`);
  if (tree === undefined) throw new Error(`not a function: ${unit.slice(0, 80)}`);
  let found: Node | undefined;
  walk(tree, (node) => {
    if (found === undefined && isFunction(node)) found = node;
  });
  if (found === undefined) throw new Error(`no function in: ${unit.slice(0, 80)}`);
  return found;
}

export function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassMethod|ObjectMethod|ClassPrivateMethod)$/.test(
    node.type,
  );
}

function parsesAs(source: string): Node | undefined {
  try {
    return parseSource(source);
  } catch {
    return undefined;
  }
}
