import { sha256, type Json } from '../../../src/common/index.ts';
import type { ScriptedModel } from './types.ts';

/** `name` and `name:latest` are the same model. */
export function findModel(models: readonly ScriptedModel[], name: string): ScriptedModel | undefined {
  const full = (each: string) => (each.includes(':') ? each : `${each}:latest`);
  return models.find((model) => full(model.name) === full(name));
}

export function digestOf(model: ScriptedModel): string {
  return model.digest ?? sha256(model.name);
}

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '7B',
  quantization_level: 'F16',
};

function fullName(model: ScriptedModel): string {
  return model.name.includes(':') ? model.name : `${model.name}:latest`;
}

/** One entry of /api/tags. */
export function tagOf(model: ScriptedModel): Json {
  return {
    name: fullName(model),
    model: fullName(model),
    modified_at: '2026-01-01T00:00:00Z',
    size: 1_000_000,
    digest: digestOf(model),
    details: DETAILS,
    ...(model.remoteHost === undefined ? {} : { remote_host: model.remoteHost, remote_model: model.name }),
  };
}

/** The answer of /api/show. */
export function showOf(model: ScriptedModel): Json {
  return {
    details: DETAILS,
    model_info: {
      'general.architecture': 'llama',
      'llama.context_length': model.maxContextTokens ?? 32_768,
    },
    capabilities: model.capabilities ?? ['completion'],
    modified_at: '2026-01-01T00:00:00Z',
    ...(model.remoteHost === undefined ? {} : { remote_host: model.remoteHost, remote_model: model.name }),
  };
}
