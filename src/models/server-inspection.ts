import * as z from 'zod';

import type { Clock } from '../common/index.ts';
import { ModelError } from './errors.ts';
import { send } from './http.ts';
import { isCloudName } from './model-name.ts';
import type { ModelServer, ResolvedModel } from './types.ts';
import { readAnswer, showAnswer, tagsAnswer, versionAnswer } from './wire.ts';

/** A model in a server's list. */
export interface ListedModel {
  readonly name: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** It runs on another machine (`remote_host`, or a `:cloud` name). */
  readonly remote: boolean;
}

/** How long a server may take for its lists. */
const INSPECTION_MS = 10_000;

/** The version that a server reports. Throws `ModelError`. */
export async function versionOf(server: ModelServer, clock: Clock, signal: AbortSignal): Promise<string> {
  const answer = await get(server, '/api/version', versionAnswer, clock, signal);
  return answer.version;
}

/** The models that a server has, remote ones marked. Throws `ModelError`. */
export async function modelsOf(
  server: ModelServer,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly ListedModel[]> {
  const { models } = await get(server, '/api/tags', tagsAnswer, clock, signal);
  return models.map(({ name, digest, size, remote_host: remoteHost }) => ({
    name,
    digest,
    sizeBytes: size,
    remote: isCloudName(name) || (remoteHost ?? '') !== '',
  }));
}

/** What a server says about one model; `undefined` when it is run elsewhere. Throws `ModelError`. */
export async function describeModel(
  server: ModelServer,
  model: ListedModel,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<ResolvedModel, 'maxContextTokens' | 'capabilities'> | undefined> {
  const answer = await withLimit(clock, signal, (limited) =>
    send(server, 'POST', '/api/show', { model: model.name }, limited).then((each) =>
      readAnswer(each, showAnswer, model.name),
    ),
  );
  if ((answer.remote_host ?? '') !== '') return undefined;
  const lengths = Object.entries(answer.model_info).filter(([key]) => key.endsWith('.context_length'));
  const contextTokens = z.number().int().positive().safeParse(lengths[0]?.[1]);
  const known = ['completion', 'tools', 'thinking', 'vision', 'insert'] as const;
  return {
    // Servers that do not say get the smallest bucket, which every model can do.
    maxContextTokens: contextTokens.success ? contextTokens.data : 2048,
    capabilities: known.filter((capability) => answer.capabilities.includes(capability)),
  };
}

function get<T>(
  server: ModelServer,
  path: string,
  shape: z.ZodType<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  return withLimit(clock, signal, (limited) =>
    send(server, 'GET', path, undefined, limited).then((answer) => readAnswer(answer, shape)),
  );
}

async function withLimit<T>(
  clock: Clock,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const limit = new AbortController();
  clock.sleep(INSPECTION_MS, AbortSignal.any([signal, ended.signal])).then(
    () =>
      limit.abort(
        new ModelError('unreachable', `The server did not answer within ${INSPECTION_MS / 1000} s.`),
      ),
    () => {},
  );
  try {
    return await act(AbortSignal.any([signal, limit.signal]));
  } finally {
    ended.abort();
  }
}
