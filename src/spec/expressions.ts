import { createChecker, describeType, parseTemplate } from '../expr/index.ts';
import type { ExprProblem, ExprType, ExprTypes } from '../expr/index.ts';
import type { Code } from './codes.ts';
import type { Span } from './source.ts';
import type { Value } from './value.ts';

/** What may be said in an expression at some place. */
export interface Scope {
  readonly types: ExprTypes;
  /** Nodes of the flow that exist and are not among the needs; using one is a mistake of its own. */
  readonly unneeded?: readonly string[];
  /** Makes the quick fix that adds a need. */
  readonly addNeed?: (node: string) => { title: string; span: Span; newText: string } | undefined;
}

const CODE_OF: Readonly<Record<ExprProblem['kind'], Code>> = {
  syntax: 'expression-syntax',
  type: 'expression-type',
  'too-large': 'expression-too-large',
  'not-available': 'not-available',
};

/** Checks every expression of a text with `${{ }}`. Returns the text, or `undefined` after reporting. */
export function readTemplate(value: Value, scope: Scope): string | undefined {
  const text = value.looseText();
  if (text === undefined) return undefined;
  const { parts, problems } = parseTemplate(text);
  for (const { message, start, end } of problems) {
    value.yaml.report.add('expression-syntax', value.spanWithin(start, end), message);
  }
  const checks = parts.map(
    (part) => part.kind === 'text' || check(part.source, part.start, value, scope) !== undefined,
  );
  return problems.length === 0 && checks.every(Boolean) ? text : undefined;
}

/** Reads one expression, in braces or (with `bare`) without, of a wanted type. */
export function readExpression(
  value: Value,
  scope: Scope,
  options: { readonly bare: boolean; readonly wanted: 'boolean' | 'list' },
): { readonly source: string; readonly type: ExprType } | undefined {
  const text = value.looseText();
  if (text === undefined) return undefined;
  const { whole, problems, parts } = parseTemplate(text);
  const isBare = options.bare && parts.every((part) => part.kind === 'text') && problems.length === 0;
  const expression = parts.find((part) => part.kind === 'expression');
  const source = isBare ? text.trim() : whole;
  if (source === undefined || source === '') {
    return value.wrong(
      'expression-syntax',
      `${value.name} takes one expression and nothing else: \${{ … }}.`,
    );
  }
  const start = isBare ? text.indexOf(source) : (expression?.start ?? 0);
  const type = check(source, start, value, scope);
  if (type === undefined) return undefined;
  if (type.kind !== 'any' && type.kind !== options.wanted) {
    const span = value.spanWithin(start, start + source.length);
    const wanted = options.wanted === 'list' ? 'a list' : 'true or false';
    value.yaml.report.add(
      'expression-type',
      span,
      `${value.name} takes ${wanted}; this gives ${describeType(type)}.`,
    );
    return undefined;
  }
  return { source, type };
}

function check(source: string, start: number, value: Value, scope: Scope): ExprType | undefined {
  const missing = missingNeed(source, scope.unneeded ?? []);
  if (missing !== undefined) {
    const span = value.spanWithin(start + missing.start, start + missing.end);
    const message = `This uses ${missing.node}, which need not have ended by then. Add ${missing.node} to needs.`;
    value.yaml.report.add('missing-need', span, message, scope.addNeed?.(missing.node));
    return undefined;
  }
  const result = createChecker(scope.types)(source);
  if (result.ok) return result.type;
  const { kind, message, start: from, end } = result.problem;
  value.yaml.report.add(CODE_OF[kind], value.spanWithin(start + from, start + end), message);
  return undefined;
}

function missingNeed(
  source: string,
  unneeded: readonly string[],
): { node: string; start: number; end: number } | undefined {
  for (const match of source.matchAll(/\bnodes\.([A-Za-z_]\w*)/g)) {
    const node = match[1] ?? '';
    if (unneeded.includes(node)) return { node, start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}
