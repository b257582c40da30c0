export { checkExpression, createChecker, type ExprCheck, type ExprChecker } from './check.ts';
export { evaluate, evaluateTemplate, renderTemplate } from './evaluate.ts';
export { FUNCTIONS } from './language.ts';
export { linearRegex } from './regex.ts';
export { hasTemplate, parseTemplate, type ParsedTemplate, type TemplatePart } from './template.ts';
export {
  ANY,
  describeType,
  typeOfSchema,
  type ExprContext,
  type ExprProblem,
  type ExprType,
  type ExprTypes,
} from './types.ts';
