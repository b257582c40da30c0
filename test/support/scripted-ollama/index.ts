export { startScriptedOllama } from './server.ts';
export { StochasticModel, uniform, type StochasticQuality } from './stochastic.ts';
export type {
  Fault,
  LoadRecord,
  RequestRecord,
  ScriptedAnswer,
  ScriptedModel,
  ScriptedOllama,
  ScriptedOllamaOptions,
  ScriptedRequest,
} from './types.ts';
