import { UserError } from '../common/index.ts';
import type { Json } from '../common/index.ts';
import { problemOf } from './check.ts';
import { asText, newEnvironment, parseBounded } from './language.ts';
import { parseTemplate } from './template.ts';
import type { ExprContext } from './types.ts';
import { toJson } from './values.ts';

/**
 * The value of one expression (CEL, without braces).
 * @throws UserError `expression-failed` with the place in the expression.
 */
export function evaluate(source: string, context: ExprContext): Json {
  try {
    const environment = newEnvironment({ anyName: true, anyFailed: context.anyFailed === true });
    const parsed = parseBounded(environment, source);
    return toJson(parsed({ ...context.variables }) as unknown);
  } catch (error) {
    const { message, start } = problemOf(error, source, {});
    throw new UserError(
      'expression-failed',
      `\${{ ${source} }}, character ${start + 1}: ${message}`,
      'Correct the expression, or what it refers to.',
      { exitCode: 1, cause: error },
    );
  }
}

/**
 * The value of a text with `${{ … }}` in it. A text that is one expression and nothing else keeps the value's type;
 * otherwise the values are put into the text (`null` as nothing, lists and objects as JSON).
 * @throws UserError `expression-failed`.
 */
export function evaluateTemplate(template: string, context: ExprContext): Json {
  const { parts, problems, whole } = parseTemplate(template);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new UserError(
      'expression-failed',
      `Character ${problem.start + 1}: ${problem.message}`,
      'Correct the text.',
      {
        exitCode: 1,
      },
    );
  }
  if (whole !== undefined) return evaluate(whole, context);
  return parts
    .map((part) => (part.kind === 'text' ? part.text : asText(evaluate(part.source, context))))
    .join('');
}

/** As `evaluateTemplate`, always as text: a lone expression's value is written out too. */
export function renderTemplate(template: string, context: ExprContext): string {
  const { problems, whole } = parseTemplate(template);
  if (whole === undefined || problems.length > 0) return asText(evaluateTemplate(template, context));
  const [before = '', after = ''] = [/^\s*/.exec(template)?.[0], /\s*$/.exec(template)?.[0]];
  return before + asText(evaluate(whole, context)) + after;
}
