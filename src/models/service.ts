import { messageOf, type Clock } from '../common/index.ts';
import { callChat } from './chat-call.ts';
import { bucketFor, promptTextOf, TokenEstimates } from './context.ts';
import { ModelError } from './errors.ts';
import { LaneDispatcher } from './lanes/dispatcher.ts';
import { resolveModel, type Candidate } from './resolve.ts';
import type { ServerConfig } from './server-address.ts';
import { modelsOf, versionOf } from './server-inspection.ts';
import type {
  ChatAnswer,
  ChatRequest,
  ModelFigures,
  ModelServer,
  ModelService,
  ResolvedModel,
  ServerStatus,
} from './types.ts';

/** The embedded server as the service sees it: it comes up when it is needed and has another address after a crash. */
export interface EmbeddedModels {
  /** Starts the server unless it runs and says where it is. */
  locate(signal: AbortSignal): Promise<ModelServer>;
  /** Its state without starting it. */
  status(signal: AbortSignal): Promise<ServerStatus>;
}

export interface ModelServiceOptions {
  readonly servers: readonly ServerConfig[];
  /** Asked after all configured servers. */
  readonly embedded?: EmbeddedModels;
  readonly clock: Clock;
  /** Numbers in [0, 1) for back-off. */
  readonly random: () => number;
  /** The largest context that the person allows, in tokens. */
  readonly maxContextTokens?: number;
}

/** Makes the service through which every model call goes. */
export function createModelService(options: ModelServiceOptions): ModelService {
  return new LaneModelService(options);
}

class LaneModelService implements ModelService {
  readonly #options: ModelServiceOptions;
  readonly #estimates = new TokenEstimates();
  readonly #lanes: LaneDispatcher;
  #totals = {
    calls: 0,
    promptTokens: 0,
    answerTokens: 0,
    modelSwaps: 0,
    retries: 0,
    failures: 0,
    modelMs: 0,
  };

  constructor(options: ModelServiceOptions) {
    this.#options = options;
    this.#lanes = new LaneDispatcher(options.clock);
  }

  async resolve(
    candidates: readonly string[],
    signal: AbortSignal,
    { night = false }: { readonly night?: boolean } = {},
  ): Promise<ResolvedModel> {
    const servers: Candidate[] = this.#ollamaServers().map(({ server, config }) => ({ server, config }));
    const { embedded, clock } = this.#options;
    if (embedded !== undefined && (await this.#mayBeEmbedded(embedded, candidates, signal))) {
      const server = await embedded.locate(signal);
      servers.push({ server, config: { url: server.url, origin: 'default' } });
    }
    return resolveModel(candidates, servers, night, clock, signal);
  }

  async chat(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { model, messages } = request;
    this.#totals.calls++;
    try {
      const { value, preempted } = await this.#lanes.submit(
        {
          server: laneServerOf(model.server),
          model: model.digest,
          numCtx: Math.min(request.numCtx, this.#mostContext(model)),
          priority: request.priority ?? 'interactive',
          prompt: promptTextOf(messages).whole,
          run: ({ numCtx, signal: inLane, onFirstToken }) =>
            callChat(
              { ...request, numCtx },
              {
                clock: this.#options.clock,
                estimates: this.#estimates,
                random: this.#options.random,
                locate: (each) => this.#locate(model, each),
                onFirstToken,
              },
              inLane,
            ),
        },
        signal,
      );
      this.#count(value);
      return { ...value, preempted };
    } catch (error) {
      if (error instanceof ModelError) this.#totals.failures++;
      throw error;
    }
  }

  numCtxFor(model: ResolvedModel, promptChars: number, answerTokens: number): number {
    const needed = this.#estimates.toReserve(model.digest, promptChars) + answerTokens;
    const bucket = bucketFor(needed, this.#mostContext(model));
    return Math.max(bucket, this.#lanes.numCtxOf(laneServerOf(model.server), model.digest) ?? 0);
  }

  async servers(
    signal: AbortSignal,
    { probe = false }: { readonly probe?: boolean } = {},
  ): Promise<readonly ServerStatus[]> {
    const { embedded } = this.#options;
    const all = this.#ollamaServers().map(({ server }) => this.#statusOf(server, signal));
    if (embedded !== undefined) all.push(probe ? this.#probe(embedded, signal) : embedded.status(signal));
    return Promise.all(all);
  }

  figures(): ModelFigures {
    return { ...this.#totals, preemptions: this.#lanes.preemptions };
  }

  dispose(): void {
    this.#lanes.dispose();
  }

  #ollamaServers(): readonly { readonly server: ModelServer; readonly config: ServerConfig }[] {
    return this.#options.servers.map((config) => ({
      server: {
        url: config.url,
        kind: 'ollama' as const,
        ...(config.token === undefined ? {} : { token: config.token }),
      },
      config,
    }));
  }

  /** Starting the embedded server for models that it does not have would cost half a second for nothing. */
  async #mayBeEmbedded(
    embedded: EmbeddedModels,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { models } = await embedded.status(signal);
    return models.some(({ name }) => names.includes(name) || names.some((each) => `${each}:latest` === name));
  }

  #locate(model: ResolvedModel, signal: AbortSignal): Promise<ModelServer> {
    const { embedded } = this.#options;
    if (model.server.kind === 'embedded' && embedded !== undefined) return embedded.locate(signal);
    return Promise.resolve(model.server);
  }

  #mostContext(model: ResolvedModel): number {
    return Math.min(model.maxContextTokens, this.#options.maxContextTokens ?? Infinity);
  }

  async #statusOf(server: ModelServer, signal: AbortSignal): Promise<ServerStatus> {
    const { clock } = this.#options;
    try {
      const version = await versionOf(server, clock, signal);
      const models = await modelsOf(server, clock, signal);
      const local = models.filter(({ remote }) => !remote);
      return {
        server,
        version,
        models: local.map(({ name, digest, sizeBytes }) => ({ name, digest, sizeBytes })),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { server, version: null, models: [], problem: messageOf(error) };
    }
  }

  async #probe(embedded: EmbeddedModels, signal: AbortSignal): Promise<ServerStatus> {
    try {
      return await this.#statusOf(await embedded.locate(signal), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { ...(await embedded.status(signal)), problem: messageOf(error) };
    }
  }

  #count(answer: ChatAnswer): void {
    const totals = this.#totals;
    totals.promptTokens += answer.promptTokens;
    totals.answerTokens += answer.answerTokens;
    totals.modelSwaps += answer.swapped ? 1 : 0;
    totals.retries += answer.retries ?? 0;
    totals.modelMs += answer.totalMs;
  }
}

/** The embedded server keeps its lanes through a change of its address. */
function laneServerOf(server: ModelServer): string {
  return server.kind === 'embedded' ? 'embedded' : server.url;
}
