import type { IncomingMessage } from 'node:http';

import { messageOf } from '../common/index.ts';
import { ModelError } from './errors.ts';
import type { ModelServer } from './types.ts';

/** An answer whose body has not been read yet. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** How long a connection may take to come about; everything after it has limits of its own. */
const CONNECT_MS = 5000;
/** More than any error text or list of models. */
const WHOLE_BODY_BYTES = 32 * 1024 * 1024;

/**
 * One request on a connection of its own. `node:http` and not `fetch`, because it has no time limits of its own (fetch
 * gives up after 300 s without headers, which a cold load exceeds) and because aborting closes the connection, which is
 * what makes the server stop. Throws `ModelError('unreachable')`, or the reason of the signal.
 */
export function send(
  server: ModelServer,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const url = new URL(server.url.replace(/\/+$/, '') + path);
    const text = body === undefined ? undefined : JSON.stringify(body);
    // Importing it would also load the parts of Node that it only names, `fetch` and HTTP/2 among them, which are megabytes.
    const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
    const request = http.request(url, {
      method,
      agent: false,
      headers: {
        accept: 'application/x-ndjson, application/json',
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...(server.token === undefined ? {} : { authorization: `Bearer ${server.token}` }),
      },
    });
    const onAbort = () => request.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    const connecting = setTimeout(
      () => request.destroy(new Error(`no connection within ${CONNECT_MS} ms`)),
      CONNECT_MS,
    );
    request.once('socket', (socket) => {
      const connected = () => clearTimeout(connecting);
      if (!socket.connecting) connected();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    request.once('close', () => {
      clearTimeout(connecting);
      signal.removeEventListener('abort', onAbort);
    });
    request.on('error', (error) => {
      if (signal.aborted) reject(signal.reason as Error);
      else
        reject(
          new ModelError('unreachable', `No answer from ${server.url}: ${messageOf(error)}`, {
            cause: error,
          }),
        );
    });
    request.once('response', (response) => {
      resolve({ status: response.statusCode ?? 0, body: readBody(response, signal) });
    });
    request.end(text);
  });
}

/** The body; leaving the loop early closes the connection. */
async function* readBody(response: IncomingMessage, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new ModelError(
      'stream-cut',
      `The connection ended in the middle of the answer: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    response.destroy();
  }
}

/** Reads a whole body as text. */
export async function readText(answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > WHOLE_BODY_BYTES)
      throw new ModelError('server-error', 'The answer of the server is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The lines of a body without their ends; a last line without an end counts too. */
export async function* readLines(answer: HttpAnswer): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > WHOLE_BODY_BYTES)
      throw new ModelError('stream-cut', 'A line of the stream is too long.');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}
