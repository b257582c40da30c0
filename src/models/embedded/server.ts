import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { timingSafeEqual } from 'node:crypto';

import { sha256, type Disposable, type Json } from '../../common/index.ts';
import { EmbeddedRuntime } from './runtime.ts';
import { chatRequest, keepAliveMs, parseRequest, RefusedRequest, showRequest } from './requests.ts';
import type { ModelFile } from './model-file.ts';

export interface EmbeddedServerOptions {
  readonly files: readonly ModelFile[];
  /** Every request must carry it as `Authorization: Bearer …`. */
  readonly token: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly version: string;
  /** Cores that answers may use. */
  readonly cores: number;
}

/** A running embedded server, on the loopback interface only. */
export interface RunningServer extends Disposable {
  readonly url: string;
  dispose(): Promise<void>;
}

/** Requests larger than this are refused: prompts are some hundred kilobytes at most. */
const MOST_REQUEST_BYTES = 16 * 1024 * 1024;
const NANOSECONDS_PER_MS = 1_000_000;

/** Serves GGUF files with the part of Ollama's protocol that Pantheon uses. */
export async function serveModels(options: EmbeddedServerOptions): Promise<RunningServer> {
  const runtime = new EmbeddedRuntime(options.files, options.cores);
  const handler = new RequestHandler(runtime, options);
  const server: Server = createServer((request, response) => void handler.handle(request, response));
  server.requestTimeout = 0;
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  runtime.warmUp();
  return {
    url: `http://127.0.0.1:${port}`,
    dispose: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await runtime.dispose();
    },
  };
}

class RequestHandler {
  readonly #runtime: EmbeddedRuntime;
  readonly #options: EmbeddedServerOptions;

  constructor(runtime: EmbeddedRuntime, options: EmbeddedServerOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      this.#authorize(request);
      await this.#route(request, response, gone.signal);
    } catch (error) {
      sendError(response, error);
    }
  }

  #authorize(request: IncomingMessage): void {
    const given = Buffer.from(sha256(request.headers.authorization ?? ''));
    const wanted = Buffer.from(sha256(`Bearer ${this.#options.token}`));
    if (!timingSafeEqual(given, wanted)) throw new RefusedRequest(401, 'unauthorized');
  }

  async #route(request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<void> {
    switch (`${request.method ?? ''} ${request.url ?? ''}`) {
      case 'GET /api/version':
        return sendJson(response, { version: this.#options.version });
      case 'GET /api/tags':
        return sendJson(response, { models: await this.#runtime.tags() });
      case 'GET /api/ps':
        return sendJson(response, { models: await this.#runtime.running() });
      case 'POST /api/show':
        return sendJson(
          response,
          await this.#runtime.show(parseRequest(await bodyOf(request), showRequest).model),
        );
      case 'POST /api/chat':
        return this.#chat(await bodyOf(request), response, gone);
      default:
        throw new RefusedRequest(404, 'not found');
    }
  }

  async #chat(body: string, response: ServerResponse, gone: AbortSignal): Promise<void> {
    const startMs = performance.now();
    const request = parseRequest(body, chatRequest);
    const head = { model: request.model, created_at: new Date().toISOString() };
    const message = (content: string): Json => ({ role: 'assistant', content });
    const keepAlive = keepAliveMs(request.keep_alive);
    if (request.messages.length === 0) {
      const doneReason = await this.#runtime.loadOrUnload(request, keepAlive);
      return sendJson(response, { ...head, message: message(''), done: true, done_reason: doneReason });
    }
    if (request.think !== undefined && request.think !== false) {
      throw new RefusedRequest(400, `"${request.model}" does not support thinking`);
    }
    if ((request.tools ?? []).length > 0) {
      throw new RefusedRequest(400, `"${request.model}" does not support tools`);
    }
    let whole = '';
    const onPiece = (piece: string) => {
      whole += piece;
      if (request.stream) writeLine(response, { ...head, message: message(piece), done: false });
    };
    const { generated, loadMs } = await this.#runtime.chat(request, keepAlive, onPiece, gone);
    if (gone.aborted) return;
    const last: Json = {
      ...head,
      message: message(request.stream ? '' : whole),
      done: true,
      done_reason: generated.doneReason,
      total_duration: nanoseconds(performance.now() - startMs),
      load_duration: nanoseconds(loadMs),
      prompt_eval_count: generated.promptTokens,
      prompt_eval_duration: nanoseconds(generated.promptMs),
      eval_count: generated.answerTokens,
      eval_duration: nanoseconds(generated.answerMs),
    };
    if (!request.stream) return sendJson(response, last);
    writeLine(response, last);
    response.end();
  }
}

function nanoseconds(ms: number): number {
  return Math.round(ms * NANOSECONDS_PER_MS);
}

function writeLine(response: ServerResponse, value: Json): void {
  if (response.destroyed) return;
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.write(`${JSON.stringify(value)}\n`);
}

function sendJson(response: ServerResponse, value: Json): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

/** An error before the first piece is a status; after it, a line with nothing but `error`, as in Ollama. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const status = error instanceof RefusedRequest ? error.status : 500;
  const body = JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
  if (response.headersSent) {
    response.end(`${body}\n`);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MOST_REQUEST_BYTES) throw new RefusedRequest(413, 'the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
