import type { Node } from '@babel/types';
import { type Fields, walk } from './syntax.ts';

/** One way to make a function wrong in one place, and the way back. */
export type Slip = { readonly kind: string; readonly apply: () => void; readonly undo: () => void };

/** Methods that are mistaken for each other. */
const SIBLINGS: readonly (readonly string[])[] = [
  ['push', 'unshift'],
  ['pop', 'shift'],
  ['min', 'max'],
  ['floor', 'ceil'],
  ['floor', 'round'],
  ['ceil', 'round'],
  ['some', 'every'],
  ['indexOf', 'lastIndexOf'],
  ['slice', 'splice'],
  ['startsWith', 'endsWith'],
  ['padStart', 'padEnd'],
  ['toLowerCase', 'toUpperCase'],
  ['find', 'filter'],
  ['filter', 'map'],
  ['map', 'forEach'],
  ['keys', 'values'],
  ['values', 'entries'],
  ['has', 'get'],
  ['find', 'findIndex'],
  ['trimStart', 'trimEnd'],
  ['set', 'get'],
  ['includes', 'indexOf'],
  ['find', 'findLast'],
  ['map', 'flatMap'],
  ['add', 'delete'],
  ['concat', 'push'],
  ['join', 'concat'],
  ['sqrt', 'abs'],
  ['log2', 'log10'],
  ['all', 'race'],
];
const BOUNDS: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const TURNED: Record<string, string[]> = {
  '<': ['>', '>='],
  '<=': ['>=', '>'],
  '>': ['<', '<='],
  '>=': ['<=', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
};
const ARITHMETIC: Record<string, string[]> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/', '+'],
  '/': ['*'],
  '%': ['/', '*'],
  '**': ['*'],
};
const ASSIGNED: Record<string, string[]> = { '+=': ['-='], '-=': ['+='], '*=': ['/=', '+='], '/=': ['*='] };

/** Kinds that only the experiment with a new kind of slip trains on: the bundled weights never saw them. */
export const LEFT_OUT: readonly string[] = ['assignment'];

/** All one-place slips of a function. `free` literals (chosen at random) are not constants one could know. */
export function slipsOf(fn: Node): Slip[] {
  const slips: Slip[] = [];
  const change = (kind: string, node: Node, field: string, wrong: unknown): void => {
    const fields = node as unknown as Fields;
    const after: Fields = field === '*' ? (wrong as Fields) : { [field]: wrong };
    const before = Object.fromEntries(Object.keys(after).map((key) => [key, fields[key]]));
    slips.push({
      kind,
      apply: () => void Object.assign(fields, after),
      undo: () => void Object.assign(fields, before),
    });
  };
  const replace = (kind: string, list: (Node | null)[], index: number, wrong: Node): void => {
    const right = list[index] ?? null;
    slips.push({ kind, apply: () => void (list[index] = wrong), undo: () => void (list[index] = right) });
  };
  walk(fn, (node, parent, field) => {
    if (parent === undefined) return;
    operatorSlips(node, change);
    literalSlips(node, parent, field, change);
    callSlips(node, parent, change, replace);
    statementSlips(node, parent, change);
  });
  variableSlips(fn, change);
  return slips;
}

type Change = (kind: string, node: Node, field: string, wrong: unknown) => void;
type Replace = (kind: string, list: (Node | null)[], index: number, wrong: Node) => void;

function operatorSlips(node: Node, change: Change): void {
  if (node.type === 'BinaryExpression') {
    const bound = BOUNDS[node.operator];
    if (bound !== undefined) change('bound', node, 'operator', bound);
    for (const wrong of TURNED[node.operator] ?? []) change('comparison', node, 'operator', wrong);
    for (const wrong of ARITHMETIC[node.operator] ?? []) change('arithmetic', node, 'operator', wrong);
    if (/^[-/%<>]/.test(node.operator) && isPlace(node.left) && isPlace(node.right)) swap(node, change);
  }
  if (node.type === 'LogicalExpression')
    for (const wrong of node.operator === '&&' ? ['||'] : ['&&']) change('logic', node, 'operator', wrong);
  if (node.type === 'AssignmentExpression') {
    for (const wrong of ASSIGNED[node.operator] ?? []) change('arithmetic', node, 'operator', wrong);
    if (node.operator === '+=' || node.operator === '*=') change('assignment', node, 'operator', '=');
  }
  if (node.type === 'UpdateExpression')
    change('arithmetic', node, 'operator', node.operator === '++' ? '--' : '++');
}

function isPlace(node: Node): boolean {
  return node.type === 'Identifier' || node.type === 'MemberExpression';
}

function swap(node: Node, change: Change): void {
  const { left, right, operator } = node as unknown as { left: Node; right: Node; operator: string };
  if (!/^[<>]/.test(operator)) change('swapped', node, '*', { left: right, right: left });
}

function literalSlips(node: Node, parent: Node, field: string, change: Change): void {
  const fields = node as unknown as Fields;
  if (node.type === 'BooleanLiteral')
    change(parent.type === 'VariableDeclarator' ? 'initial' : 'boolean', node, 'value', !node.value);
  if (node.type === 'StringLiteral' && fields['free'] !== true && parent.type !== 'ObjectProperty') {
    const inDeclaration = parent.type === 'VariableDeclarator';
    for (const wrong of similarText(node.value))
      change(inDeclaration ? 'initial' : 'constant', node, 'value', wrong);
  }
  if (node.type === 'NumericLiteral' && fields['free'] !== true) {
    const kind = numberKind(parent, field);
    for (const wrong of similarNumbers(node.value, kind)) change(kind, node, 'value', wrong);
  }
  if (node.type === 'Identifier' && node.name === 'Infinity') change('initial', node, 'name', '-Infinity');
  if (node.type === 'UnaryExpression' && node.operator === '-' && node.argument.type === 'Identifier')
    change('initial', node, 'operator', '+');
}

function similarText(value: string): string[] {
  if (value === '') return [' '];
  if (value === ' ') return ['', '-'];
  if (value === ',' || value === ', ') return ['', ';'];
  return value.length <= 2 ? [''] : [];
}

function numberKind(parent: Node, field: string): string {
  if (parent.type === 'VariableDeclarator') return 'initial';
  if (parent.type === 'MemberExpression' && field === 'property') return 'index';
  if (parent.type === 'CallExpression' && parent.callee.type === 'MemberExpression') {
    const property = parent.callee.property;
    if (
      property.type === 'Identifier' &&
      /^(slice|splice|substring|charAt|charCodeAt|at)$/.test(property.name)
    )
      return 'index';
    if (property.type === 'Identifier' && property.name === 'reduce') return 'initial';
  }
  if (parent.type === 'BinaryExpression' && /^[+-]$/.test(parent.operator) && field === 'right')
    return 'index';
  if (parent.type === 'ReturnStatement' || parent.type === 'LogicalExpression') return 'initial';
  return 'constant';
}

function similarNumbers(value: number, kind: string): number[] {
  if (value === 0) return kind === 'initial' ? [1] : [1];
  if (value === 1) return kind === 'initial' || kind === 'constant' ? [0, 2] : [0, 2];
  if (value === 2) return [1, 3];
  const round: Record<number, number[]> = {
    60: [100, 24],
    100: [10, 60, 1000],
    1000: [100, 60],
    24: [60, 12],
    3600: [60, 360],
    10: [100, 9],
    7: [6],
    12: [10, 24],
    180: [360, 90],
    360: [180],
    26: [25],
    97: [96],
    32: [30],
    16: [10],
  };
  return round[value] ?? [];
}

function callSlips(node: Node, parent: Node, change: Change, replace: Replace): void {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const args = node.arguments as Node[];
    if (
      args.length === 2 &&
      args.every((arg) => arg.type !== 'ArrowFunctionExpression' && arg.type !== 'SpreadElement')
    )
      change('swapped', node, 'arguments', [args[1], args[0]]);
  }
  if (
    node.type === 'MemberExpression' &&
    node.property.type === 'Identifier' &&
    parent.type === 'CallExpression'
  ) {
    const { name } = node.property;
    for (const pair of SIBLINGS)
      if (pair.includes(name))
        change(
          'method',
          node.property,
          'name',
          pair.find((other) => other !== name),
        );
  }
  if (
    node.type === 'MemberExpression' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'length'
  ) {
    if (parent.type === 'BinaryExpression' && parent.operator === '<')
      change('index', parent, 'right', minusOne(node));
  }
  if (
    node.type === 'BinaryExpression' &&
    (node.operator === '-' || node.operator === '+') &&
    node.right.type === 'NumericLiteral' &&
    node.right.value === 1
  ) {
    for (const [field, value] of Object.entries(parent)) {
      if (value === node) change('index', parent, field, node.left);
      else if (Array.isArray(value) && value.includes(node))
        replace('index', value as Node[], value.indexOf(node), node.left as Node);
    }
  }
  if (node.type === 'MemberExpression' && node.computed && node.property.type === 'Identifier')
    change('index', node, 'property', plusOne(node.property));
  if (node.type === 'ArrayExpression' && node.elements.length === 2 && parent.type !== 'VariableDeclarator')
    change('swapped', node, 'elements', [node.elements[1], node.elements[0]]);
  if (node.type === 'AwaitExpression') unwrap('await', node, node.argument, parent, change, replace);
}

const number = (value: number): Node => ({ type: 'NumericLiteral', value }) as unknown as Node;
const binary = (operator: string, left: Node, right: Node): Node =>
  ({ type: 'BinaryExpression', operator, left, right }) as unknown as Node;
const minusOne = (node: Node): Node => binary('-', node, number(1));
const plusOne = (node: Node): Node => binary('+', node, number(1));

function unwrap(kind: string, node: Node, inner: Node, parent: Node, change: Change, replace: Replace): void {
  for (const [field, value] of Object.entries(parent)) {
    if (value === node) change(kind, parent, field, inner);
    else if (Array.isArray(value) && value.includes(node))
      replace(kind, value as Node[], value.indexOf(node), inner);
  }
}

function statementSlips(node: Node, parent: Node, change: Change): void {
  if (node.type === 'ReturnStatement' && node.argument && parent.type === 'BlockStatement') {
    const list = parent.body as unknown as Node[];
    const place = list.indexOf(node);
    const bare = { type: 'ExpressionStatement', expression: node.argument } as unknown as Node;
    change(
      'return',
      parent,
      'body',
      list.map((one, i) => (i === place ? bare : one)),
    );
  }
  const test = testOf(node);
  if (test !== undefined) {
    const [owner, field, expression] = test;
    if (expression.type === 'UnaryExpression' && expression.operator === '!')
      change('inverted', owner, field, expression.argument);
    else if (!/^(Logical|Binary|Boolean)/.test(expression.type))
      change('inverted', owner, field, not(expression));
  }
  if (node.type === 'UnaryExpression' && node.operator === '!' && parent.type === 'LogicalExpression') {
    for (const field of ['left', 'right'])
      if ((parent as unknown as Fields)[field] === node) change('inverted', parent, field, node.argument);
  }
  if (node.type === 'LogicalExpression' && (node.operator === '&&' || node.operator === '||')) {
    for (const field of ['left', 'right'] as const) {
      const side = node[field];
      if (/^(Call|Member|Identifier)/.test(side.type) && parent.type !== 'VariableDeclarator')
        change('inverted', node, field, not(side));
    }
  }
  if (node.type === 'ConditionalExpression')
    change('branches', node, '*', { consequent: node.alternate, alternate: node.consequent });
  if (node.type === 'BreakStatement') change('jump', node, 'type', 'ContinueStatement');
  if (node.type === 'ContinueStatement') change('jump', node, 'type', 'BreakStatement');
}

const not = (argument: Node): Node =>
  ({ type: 'UnaryExpression', operator: '!', prefix: true, argument }) as unknown as Node;

function testOf(node: Node): [Node, string, Node] | undefined {
  if (/^(If|While|DoWhile)Statement$|^ConditionalExpression$/.test(node.type))
    return [node, 'test', (node as unknown as { test: Node }).test];
  if (node.type === 'ArrowFunctionExpression' && isNegation(node.body)) return [node, 'body', node.body];
  if (node.type === 'ReturnStatement' && isNegation(node.argument)) return [node, 'argument', node.argument];
  return undefined;
}

function isNegation(node: Node | null | undefined): node is Node {
  return node?.type === 'UnaryExpression' && node.operator === '!';
}

/** Wrong variable of two, wrong property of two: any other name of the function that is used in the same way. */
function variableSlips(fn: Node, change: Change): void {
  const declared = new Map<string, number>();
  const properties = new Set<string>();
  const uses: { node: Node; parent: Node; field: string; order: number }[] = [];
  let order = 0;
  walk(fn, (node, parent, field) => {
    order += 1;
    if (node.type !== 'Identifier' || parent === undefined) return;
    const isKey =
      (parent.type === 'ObjectProperty' && field === 'key') ||
      (/Member/.test(parent.type) &&
        field === 'property' &&
        (parent as unknown as Fields)['computed'] !== true);
    if (isKey) {
      if (/Member/.test(parent.type)) properties.add(node.name);
      return;
    }
    const declares =
      (parent.type === 'VariableDeclarator' && field === 'id') ||
      field === 'params' ||
      /Pattern|RestElement/.test(parent.type) ||
      (parent.type === 'ObjectProperty' && parent.shorthand);
    if (declares) declared.set(node.name, Math.min(declared.get(node.name) ?? order, order));
    else uses.push({ node, parent, field, order });
  });
  const names = [...declared.keys()];
  for (const { node, order: at } of uses) {
    const { name } = node as unknown as { name: string };
    if (!declared.has(name)) continue;
    for (const other of names)
      if (other !== name && (declared.get(other) ?? 0) < at) change('variable', node, 'name', other);
  }
  const fields = [...properties].filter(
    (name) =>
      !/^(length|size|push|map|filter|slice|has|get|set|add|split|join|floor|ceil|max|min|includes|next|left|right|keys|values|entries|shift|unshift|pop|delete|splice|concat|indexOf|lastIndexOf|find|some|every|reduce|sort|repeat|trim|padStart|padEnd|toUpperCase|toLowerCase|abs|round|at)$/.test(
        name,
      ),
  );
  walk(fn, (node) => {
    if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return;
    const { name } = node.property;
    const pair = name === 'left' ? ['right'] : name === 'right' ? ['left'] : [];
    for (const other of [...fields, ...pair])
      if (other !== name && (fields.includes(name) || pair.length > 0))
        change('property', node.property, 'name', other);
  });
}
