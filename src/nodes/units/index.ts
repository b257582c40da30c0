export { readAnswer, type ReadAnswer } from './answer.ts';
export { changedFunctions, functionAt, type ChangedFunction } from './changed-functions.ts';
export { cutUnit, findFunction, type CutUnit } from './cut.ts';
export { functionsIn, type FoundFunction } from './functions.ts';
export { findingsSchema, readData, readFindings, type ModelFinding, type ReadOutput } from './outputs.ts';
export { packPrompt, type PackedPrompt } from './pack.ts';
export { gatherSources, importsIn, type PromptSources, type SourceFile } from './sources.ts';
export { hasParser, parses, sameCodeKey, syntaxProblem, type SyntaxProblem } from './syntax.ts';
