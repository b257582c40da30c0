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
export { ModelError } from './errors.ts';
