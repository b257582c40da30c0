import { messageOf, UserError, type Clock } from '../common/index.ts';
import { callChat } from './chat-call.ts';
import { bucketAbove, bucketFor, promptTextOf, TokenEstimates } from './context.ts';
import { ModelError } from './errors.ts';
import { LaneDispatcher } from './lanes/dispatcher.ts';
import { fullModelName } from './model-name.ts';
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
  /** Starts the server unless it runs and says where it is. On `broken` a connection has just ended. */
  locate(signal: AbortSignal, broken?: ModelServer): Promise<ModelServer>;
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
    let problem: ModelError | undefined;
    if (embedded !== undefined && (await this.#mayBeEmbedded(embedded, candidates, signal))) {
      try {
        const server = await embedded.locate(signal);
        servers.push({ server, config: { url: server.url, origin: 'default' } });
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        problem = error;
      }
    }
    try {
      return await resolveModel(candidates, servers, night, clock, signal);
    } catch (error) {
      throw problem !== undefined && error instanceof UserError ? embeddedAway(problem) : error;
    }
  }

  async chat(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    this.#totals.calls++;
    try {
      const answer = await this.#chatGrowing(request, signal);
      this.#count(answer);
      return answer;
    } catch (error) {
      if (error instanceof ModelError) this.#totals.failures++;
      throw error;
    }
  }

  /**
   * A prompt that turns out longer than was guessed gets the next larger context: as often as the server refuses it, and
   * once when it was cut, which is a guess itself.
   */
  async #chatGrowing(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const text = promptTextOf(request.messages);
    const most = this.#mostContext(request.model);
    let numCtx = Math.min(request.numCtx, most);
    let cut = false;
    for (let grown = 0; ; grown++) {
      const used = { numCtx };
      try {
        const answer = await this.#chatInLane(request, text.whole, used, signal);
        return { ...answer, retries: (answer.retries ?? 0) + grown };
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        const mayGrow = error.reason === 'prompt-too-long' || (error.reason === 'prompt-cut' && !cut);
        const larger = mayGrow ? bucketAbove(used.numCtx, most) : undefined;
        if (larger === undefined) throw error;
        if (error.reason === 'prompt-too-long') {
          this.#estimates.learnTooLong(request.model.digest, text, used.numCtx);
        }
        cut = error.reason === 'prompt-cut';
        numCtx = larger;
      }
    }
  }

  /** One call in its turn. `used` is set to the context of its lane. */
  async #chatInLane(
    request: ChatRequest,
    prompt: string,
    used: { numCtx: number },
    signal: AbortSignal,
  ): Promise<ChatAnswer> {
    const { model } = request;
    const { clock, random } = this.#options;
    const { value, preempted } = await this.#lanes.submit(
      {
        server: laneServerOf(model.server),
        model: model.digest,
        numCtx: used.numCtx,
        priority: request.priority ?? 'interactive',
        prompt,
        run: ({ numCtx, signal: inLane, onFirstToken }) => {
          used.numCtx = numCtx;
          return callChat(
            { ...request, numCtx },
            {
              clock,
              random,
              estimates: this.#estimates,
              locate: (each, broken) => this.#locate(model, each, broken),
              onFirstToken,
            },
            inLane,
          );
        },
      },
      signal,
    );
    return { ...value, preempted };
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
    const wanted = new Set(names.map(fullModelName));
    return models.some(({ name }) => wanted.has(fullModelName(name)));
  }

  #locate(model: ResolvedModel, signal: AbortSignal, broken?: ModelServer): Promise<ModelServer> {
    const { embedded } = this.#options;
    if (model.server.kind === 'embedded' && embedded !== undefined) return embedded.locate(signal, broken);
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

function embeddedAway(problem: ModelError): UserError {
  return new UserError('embedded-server', problem.message, 'See what is missing with: pantheon doctor', {
    cause: problem,
  });
}
