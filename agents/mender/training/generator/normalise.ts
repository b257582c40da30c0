import type { Node } from '@babel/types';
import { childrenOf, type Fields, parseUnit } from './syntax.ts';

/**
 * A function's syntax tree as text with names, literals, types and the way it is declared left out: two
 * functions with the same text are the same shape. A block with one statement counts as that statement, `b > a` as `a < b`.
 */
export function normalisedShape(unit: string): string {
  const fn = parseUnit(unit) as unknown as Fields;
  const params = (fn['params'] as Node[]).map(normalised).join(',');
  const body = fn['body'] as Node;
  const text = body.type === 'BlockStatement' ? normalised(body) : `(Return ${normalised(body)})`;
  return `${fn['async'] === true ? 'async ' : ''}[${params}] ${text}`;
}

function normalised(node: Node): string {
  if (/^(Identifier|ThisExpression)$/.test(node.type)) return 'n';
  if (/^(Numeric|String|Boolean)Literal$/.test(node.type)) return 'l';
  if (node.type === 'ExpressionStatement') return normalised(node.expression);
  if (node.type === 'BlockStatement' && node.body[0] !== undefined && node.body.length === 1)
    return normalised(node.body[0]);
  if (node.type === 'UpdateExpression') return `(= ${node.operator === '++' ? '+=' : '-='} n l)`;
  if (/^TS(As|NonNull)/.test(node.type))
    return normalised((node as unknown as { expression: Node }).expression);
  const parts: string[] = [];
  for (const { child } of childrenOf(node)) {
    if (/^(TS|TypeAnnotation)/.test(child.type) && !/^TS(As|NonNull)/.test(child.type)) continue;
    parts.push(normalised(child));
  }
  let operator = (node as unknown as Fields)['operator'];
  if (node.type === 'BinaryExpression' && (operator === '>' || operator === '>=')) {
    operator = operator === '>' ? '<' : '<=';
    parts.reverse();
  }
  const head =
    node.type === 'AssignmentExpression' ? '=' : node.type.replace(/Expression|Statement|Declaration/g, '');
  return `(${head}${typeof operator === 'string' ? ` ${operator}` : ''} ${parts.join(' ')})`;
}
