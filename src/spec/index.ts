export { CODES, diagnosticsPage, type Code } from './codes.ts';
export { completionsAt, type Completion } from './completions.ts';
export { readSpecFiles, type SpecDisk, type SpecPlaces } from './files.ts';
export { flowOfAgent, followUpOf } from './flow-of-agent.ts';
export { schemaCheck, type SchemaBreach, type SchemaCheck } from './json-schema.ts';
export { lensesOf, type Lens } from './lenses.ts';
export { checkAgentFile, checkFlowFile, loadSpecs } from './load.ts';
export { parseUserSettings } from './settings.ts';
export type * from './types.ts';
