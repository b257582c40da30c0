import { UserError } from '../../common/index.ts';
import { lineIndexAt, linesOf } from './lines.ts';
import { hasParser, parseSource } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';

/** A function in a file, with everything it may be called by. */
export interface FoundFunction {
  /** Its own name, without what it belongs to. */
  readonly name: string;
  /** With what it belongs to, `List.add` or `module.exports.add`; equal to `name` at the top. */
  readonly qualified: string;
  /** Other names under which it is known: a getter's `get size`, a constructor's class, a function expression's own name. */
  readonly aliases: readonly string[];
  /** Offsets of the whole unit: the declaration, statement, property or class member. */
  readonly start: number;
  readonly end: number;
  /** 1-based first and last line of the unit. */
  readonly line: number;
  readonly endLine: number;
  /** 1-based line on which the function itself begins, which can be below `line`. */
  readonly functionLine: number;
}

/**
 * All named functions of a JavaScript or TypeScript file in the order of the text: declarations, functions given to a
 * variable, property or class field, methods, accessors, constructors, default exports.
 * @throws UserError `file-not-parsed` with the position; `language-not-supported` for other languages.
 */
export function functionsIn(text: string, path: string): readonly FoundFunction[] {
  if (!hasParser(path)) {
    throw new UserError(
      'language-not-supported',
      `Functions cannot be found in ${path}: only JavaScript and TypeScript are read.`,
      'Give lines (12-30) or the whole file instead.',
    );
  }
  const parsed = parseSource(text, path);
  if (!parsed.ok) {
    const { line, column, message } = parsed.problem;
    throw new UserError(
      'file-not-parsed',
      `${path}:${line}:${column} does not parse: ${message}`,
      'Mend the file first.',
    );
  }
  const { lines } = linesOf(text);
  const lineOf = (offset: number) => lineIndexAt(lines, offset) + 1;
  return walk(parsed.program)
    .map(({ owner, name, aliases, unit, body }) => ({
      name,
      qualified: [...owner, name].join('.'),
      aliases,
      start: unit.start,
      end: unit.end,
      line: lineOf(unit.start),
      endLine: lineOf(Math.max(unit.start, unit.end - 1)),
      functionLine: lineOf(body.start),
    }))
    .sort((a, b) => a.start - b.start);
}

interface Named {
  readonly owner: readonly string[];
  readonly name: string;
  readonly aliases: readonly string[];
  readonly unit: SyntaxNode;
  readonly body: SyntaxNode;
}

interface Visit {
  readonly node: SyntaxNode;
  /** Names of what the node belongs to: classes, objects. */
  readonly owner: readonly string[];
  /** The statement around the node that is part of its unit: `export`, `const`. */
  readonly statement: SyntaxNode | undefined;
}

/** Visits with a list instead of recursion, so that a deep tree cannot overflow. */
function walk(program: SyntaxNode): readonly Named[] {
  const found: Named[] = [];
  const pending: Visit[] = [{ node: program, owner: [], statement: undefined }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const step = look(visit);
    if (step.named !== undefined) found.push(step.named);
    pending.push(...step.next);
  }
  return found;
}

interface Step {
  readonly named?: Named;
  readonly next: readonly Visit[];
}

function look(visit: Visit): Step {
  const { node, owner, statement } = visit;
  switch (node.type) {
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return lookAtExport(visit);
    case 'VariableDeclaration': {
      const alone = childrenOf(node).length === 1;
      return {
        next: childrenOf(node).map((child) => ({
          node: child,
          owner,
          statement: alone ? (statement ?? node) : undefined,
        })),
      };
    }
    case 'ExpressionStatement':
      return { next: childrenOf(node).map((child) => ({ node: child, owner, statement: node })) };
    case 'FunctionDeclaration':
      return functionStep(nameOf(node['id']) ?? 'default', visit, statement ?? node, node);
    case 'FunctionExpression': {
      const name = nameOf(node['id']);
      return name === undefined ? inside(visit) : functionStep(name, visit, node, node);
    }
    case 'VariableDeclarator':
      return valueStep(nameOf(node['id']), [], node['init'], visit);
    case 'AssignmentExpression': {
      const path = dottedOf(node['left']);
      return valueStep(path?.at(-1), path?.slice(0, -1) ?? [], node['right'], visit);
    }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return { next: members(visit, nameOf(node['id'])) };
    case 'ObjectProperty':
    case 'ClassProperty':
    case 'ClassPrivateProperty':
    case 'ClassAccessorProperty':
      return valueStep(keyOf(node), [], node['value'], { ...visit, statement: undefined });
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return methodStep(visit);
    default:
      return inside(visit);
  }
}

function lookAtExport({ node, owner }: Visit): Step {
  const declaration = node['declaration'];
  if (!isNode(declaration)) return { next: [] };
  if (isFunction(declaration) && nameOf(declaration['id']) === undefined) {
    return functionStep('default', { node: declaration, owner, statement: undefined }, node, declaration);
  }
  return { next: [{ node: declaration, owner, statement: node }] };
}

function functionStep(
  name: string,
  { owner }: Visit,
  unit: SyntaxNode,
  body: SyntaxNode,
  aliases: readonly string[] = [],
): Step {
  const own = nameOf(body['id']);
  const allAliases = own === undefined || own === name ? aliases : [...aliases, own];
  return {
    named: { owner, name, aliases: allAliases, unit, body },
    next: childrenOf(body).map((node) => ({ node, owner: [], statement: undefined })),
  };
}

/** A named place that gets a value: the value may be a function, or a class or object that owns some. */
function valueStep(name: string | undefined, path: readonly string[], given: unknown, visit: Visit): Step {
  const value = unwrap(given);
  if (name === undefined || value === undefined) return inside(visit);
  const owner = [...visit.owner, ...path];
  if (isFunction(value)) return functionStep(name, { ...visit, owner }, visit.statement ?? visit.node, value);
  if (value.type === 'ClassExpression') {
    return { next: members({ ...visit, node: value, owner }, name) };
  }
  if (value.type === 'ObjectExpression') {
    return {
      next: childrenOf(value).map((node) => ({ node, owner: [...owner, name], statement: undefined })),
    };
  }
  return inside(visit);
}

function methodStep(visit: Visit): Step {
  const { node, owner } = visit;
  const name = keyOf(node);
  if (name === undefined || !isNode(node['body'])) return inside(visit);
  const kind = node['kind'];
  const aliases =
    kind === 'get' || kind === 'set' ? [`${kind} ${name}`] : kind === 'constructor' ? owner.slice(-1) : [];
  return functionStep(name, visit, node, node, aliases);
}

function members({ node, owner }: Visit, name: string | undefined): readonly Visit[] {
  const body = node['body'];
  const inner = name === undefined ? owner : [...owner, name];
  return isNode(body)
    ? childrenOf(body).map((child) => ({ node: child, owner: inner, statement: undefined }))
    : [];
}

/** Nothing named here: what lies inside a function begins anew, other nodes hand their owner down. */
function inside({ node, owner }: Visit): Step {
  const next = isFunction(node) ? [] : owner;
  return { next: childrenOf(node).map((child) => ({ node: child, owner: next, statement: undefined })) };
}

function isFunction(node: SyntaxNode): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

/** The value below type annotations and brackets. */
function unwrap(value: unknown): SyntaxNode | undefined {
  let node = value;
  while (
    isNode(node) &&
    /^(TS(As|Satisfies|NonNull)Expression|TSTypeAssertion|ParenthesizedExpression)$/.test(node.type)
  ) {
    node = node['expression'];
  }
  return isNode(node) ? node : undefined;
}

function keyOf(node: SyntaxNode): string | undefined {
  const key = node['key'];
  if (!isNode(key)) return undefined;
  if (key.type === 'StringLiteral' || key.type === 'NumericLiteral') return String(key['value']);
  return node['computed'] === true ? undefined : nameOf(key);
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return node['name'] as string;
  if (node.type !== 'PrivateName') return undefined;
  return `#${nameOf(node['id']) ?? ''}`;
}

/** `a.b.c` as its names; `undefined` for anything computed. */
function dottedOf(node: unknown): readonly string[] | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'ThisExpression') return ['this'];
  if (node.type !== 'MemberExpression') {
    const name = nameOf(node);
    return name === undefined ? undefined : [name];
  }
  const object = dottedOf(node['object']);
  const property = node['computed'] === true ? undefined : nameOf(node['property']);
  return object === undefined || property === undefined ? undefined : [...object, property];
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || key === 'extra' || key.endsWith('Comments')) continue;
    if (Array.isArray(value)) children.push(...value.filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    value !== null && typeof value === 'object' && typeof (value as { type?: unknown }).type === 'string'
  );
}
