import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { hashOf, messageOf, type Json } from '../../../src/common/index.ts';
import { chat, sendError, type ChatWorld } from './chat.ts';
import { digestOf, findModel, showOf, tagOf } from './models.ts';
import { keepAliveMsOf, type Message } from './prompt.ts';
import { Scheduler } from './scheduler.ts';
import type {
  Fault,
  RequestRecord,
  ScriptedAnswer,
  ScriptedModel,
  ScriptedOllama,
  ScriptedOllamaOptions,
} from './types.ts';
import { VirtualTime } from './virtual-time.ts';

/** Starts a scripted Ollama on the loopback interface. The caller disposes it. */
export async function startScriptedOllama(options: ScriptedOllamaOptions): Promise<ScriptedOllama> {
  const world = new ScriptedWorld(options);
  const server = createServer((request, response) => {
    world.handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendError(response, 500, messageOf(error));
      else response.destroy();
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: world.requests,
    unloads: world.unloads,
    get loads() {
      return world.scheduler.loads;
    },
    get peakParallel() {
      return world.scheduler.peakParallel;
    },
    now: () => world.time.now(),
    failNext: (...faults) => void world.faults.push(...faults),
    until: (predicate, signal) => world.until(predicate, signal),
    dispose: async () => {
      world.time.dispose();
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

class ScriptedWorld implements ChatWorld {
  readonly options: ScriptedOllamaOptions;
  readonly time: VirtualTime;
  readonly scheduler: Scheduler;
  readonly requests: RequestRecord[] = [];
  readonly unloads: string[] = [];
  readonly faults: Fault[] = [];
  readonly #models: readonly ScriptedModel[];
  readonly #attempts = new Map<string, number>();
  readonly #watchers = new Set<() => void>();

  constructor(options: ScriptedOllamaOptions) {
    this.options = options;
    this.time = new VirtualTime(options.time ?? 'virtual');
    this.scheduler = new Scheduler(this.time, {
      maxLoaded: options.maxLoaded ?? 1,
      numParallel: options.numParallel ?? 1,
      maxQueue: options.maxQueue ?? 512,
    });
    this.#models = options.models.map((model) => (typeof model === 'string' ? { name: model } : model));
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { token } = this.options;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return sendError(response, 401, 'unauthorized');
    }
    const json = (value: Json) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(value));
    };
    switch (`${request.method} ${request.url}`) {
      case 'GET /api/version':
        return json({ version: this.options.version ?? '0.24.0' });
      case 'GET /api/tags':
        return json({ models: this.#models.map(tagOf) });
      case 'GET /api/ps':
        return json({ models: this.#loaded() });
      case 'POST /api/show':
        return this.#withModel(body, response, (model) => json(showOf(model)));
      case 'POST /api/chat':
        return this.#chat(body, request, response);
      default:
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
    }
  }

  #loaded(): Json[] {
    return this.scheduler.loaded().map(({ model, numCtx }) => ({
      name: model,
      model,
      size: 1_000_000,
      digest: digestOf({ name: model }),
      size_vram: 0,
      context_length: numCtx,
    }));
  }

  #withModel(body: string, response: ServerResponse, act: (model: ScriptedModel) => void): void {
    const { model: name } = JSON.parse(body) as { model: string };
    const model = findModel(this.#models, name);
    if (model === undefined) sendError(response, 404, `model '${name}' not found`);
    else act(model);
  }

  async #chat(text: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(text) as { readonly [name: string]: Json };
    const name = typeof body['model'] === 'string' ? body['model'] : '';
    const model = findModel(this.#models, name);
    if (model === undefined) return sendError(response, 404, `model '${name}' not found`);
    const capabilities = model.capabilities ?? ['completion'];
    if (body['think'] !== undefined && body['think'] !== false && !capabilities.includes('thinking')) {
      return sendError(response, 400, `"${name}" does not support thinking`);
    }
    if (Array.isArray(body['tools']) && body['tools'].length > 0 && !capabilities.includes('tools')) {
      return sendError(response, 400, `"${name}" does not support tools`);
    }
    const messages = (body['messages'] ?? []) as unknown as readonly Message[];
    if (messages.length === 0) return this.#loadOrUnload(model, body, response);

    const record: RequestRecord = {
      ordinal: this.requests.length + 1,
      model: model.name,
      body,
      headers: { authorization: request.headers.authorization },
      arrivedMs: this.time.now(),
      outcome: 'waiting',
    };
    this.requests.push(record);
    this.#changed();
    const options = (body['options'] ?? {}) as { readonly [name: string]: Json };
    const key = hashOf([name, messages as unknown as Json, options['seed'] ?? null]);
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    await chat(this, {
      model,
      body,
      messages,
      record,
      response,
      fault: this.faults.shift(),
      changed: () => this.#changed(),
      ask: async (): Promise<ScriptedAnswer> => {
        const answer = await this.options.answer({
          model: model.name,
          messages,
          prompt: messages.findLast(({ role }) => role === 'user')?.content ?? '',
          options,
          ...(body['format'] === undefined ? {} : { format: body['format'] }),
          ...(body['think'] === undefined ? {} : { think: body['think'] }),
          attempt,
          ordinal: record.ordinal,
        });
        return typeof answer === 'string' ? { text: answer } : answer;
      },
    });
  }

  async #loadOrUnload(
    model: ScriptedModel,
    body: { readonly [name: string]: Json },
    response: ServerResponse,
  ): Promise<void> {
    const unload = keepAliveMsOf(body['keep_alive']) === 0;
    if (unload) {
      this.unloads.push(model.name);
      await this.scheduler.unload(model.name);
      this.#changed();
    }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(
      JSON.stringify({
        model: model.name,
        created_at: new Date().toISOString(),
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: unload ? 'unload' : 'load',
      }),
    );
  }

  until(predicate: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        stop();
        reject(signal?.reason as Error);
      };
      const look = () => {
        if (!predicate()) return;
        stop();
        resolve();
      };
      this.#watchers.add(look);
      signal?.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}
