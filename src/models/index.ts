export type {
  ChatAnswer,
  ChatMessage,
  ChatRequest,
  ModelErrorCause,
  ModelFigures,
  ModelServer,
  ModelService,
  ResolvedModel,
  ServerStatus,
} from './types.ts';
export { CONTEXT_BUCKETS } from './context.ts';
export { bundledModelFiles, modelFileOf, type ModelFile } from './embedded/model-file.ts';
export { EmbeddedServer, type EmbeddedServerSettings } from './embedded/supervisor.ts';
export { ModelError } from './errors.ts';
export { serverConfigs, type ServerConfig } from './server-address.ts';
export { createModelService, type EmbeddedModels, type ModelServiceOptions } from './service.ts';
