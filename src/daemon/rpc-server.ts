import { timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

import {
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

import { isAbort, messageOf, UserError, type Disposable } from '../common/index.ts';
import {
  methods,
  PROTOCOL_VERSION,
  type BuildInfo,
  type MethodName,
  type NotificationName,
  type NotificationOf,
  type ParamsOf,
  type ResultOf,
  type WireError,
} from '../protocol/index.ts';

/** Answers every method but `hello`, which the server answers itself. */
export type Handlers = {
  readonly [M in Exclude<MethodName, 'hello'>]: (
    params: ParamsOf<M>,
    signal: AbortSignal,
    client: Client,
  ) => ResultOf<M> | Promise<ResultOf<M>>;
};

/** One connected client that has said hello. */
export interface Client {
  readonly kind: 'cli' | 'editor' | 'test';
  subscribed: boolean;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
}

export interface RpcServerOptions {
  readonly path: string;
  readonly token: string;
  readonly build: BuildInfo;
  readonly handlers: Handlers;
  /** Errors that are ours and not a person's. */
  readonly onDefect: (where: string, error: unknown) => void;
  /** Called when the number of clients changes. */
  readonly onClients: (count: number) => void;
}

const helloPatienceMs = 10_000;
const rememberedCommands = 1_000;

/** Listens on the daemon's socket and turns requests into calls of handlers, checked against the protocol's shapes. */
export class RpcServer implements Disposable {
  readonly #options: RpcServerOptions;
  readonly #server: Server;
  readonly #clients = new Map<MessageConnection, ServedClient>();
  readonly #sockets = new Set<Socket>();
  /** Answers of mutations by command id, oldest first. What must survive the daemon is remembered by the store as well. */
  readonly #answers = new Map<string, Promise<unknown>>();

  private constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Starts to listen; a stale socket file is removed, since the caller holds the lock of the data folder. */
  static async listen(options: RpcServerOptions): Promise<RpcServer> {
    const server = new RpcServer(options);
    if (process.platform !== 'win32') prepareSocketFolder(options.path);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(options.path, () => resolve());
    });
    if (process.platform !== 'win32') chmodSync(options.path, 0o600);
    return server;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Tells every subscribed client. */
  notify<N extends NotificationName>(name: N, value: NotificationOf<N>): void {
    for (const [rpc, client] of this.#clients) {
      if (client.subscribed) rpc.sendNotification(name, value).catch(() => {});
    }
  }

  async dispose(): Promise<void> {
    for (const client of this.#clients.values()) client.end();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
    if (process.platform !== 'win32') rmSync(this.#options.path, { force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    const controller = new AbortController();
    const end = () => controller.abort(new Error('The client went away.'));
    const timer = setTimeout(() => socket.destroy(), helloPatienceMs);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      end();
      rpc.dispose();
      if (this.#clients.delete(rpc)) this.#options.onClients(this.#clients.size);
    });
    rpc.onError(() => socket.destroy());
    rpc.onRequest((method: string, params: unknown, token: CancellationToken) => {
      if (method === 'hello') {
        const answer = this.#hello(params);
        clearTimeout(timer);
        const kind = methods.hello.params.parse(params).client;
        this.#clients.set(rpc, { kind, subscribed: false, signal: controller.signal, end });
        this.#options.onClients(this.#clients.size);
        return answer;
      }
      const client = this.#clients.get(rpc);
      // Who is refused has until the end of the patience to leave, so that the answer reaches it.
      if (client === undefined) {
        return wireError({ code: 'no-hello', message: 'Say hello first.', remedy: 'Use a Pantheon client.' });
      }
      return this.#answer(method, params, token, client);
    });
    rpc.listen();
  }

  #hello(params: unknown): ResultOf<'hello'> {
    const said = methods.hello.params.safeParse(params);
    if (!said.success || !sameToken(said.data.token, this.#options.token)) {
      throw wireError({
        code: 'hello-refused',
        message: 'The daemon does not know this client.',
        remedy: 'Use the same PANTHEON_HOME and the same user as the daemon.',
      });
    }
    if (said.data.protocol !== PROTOCOL_VERSION) {
      throw wireError({
        code: 'protocol-version',
        message: `The daemon speaks protocol ${PROTOCOL_VERSION}, this client ${said.data.protocol}.`,
        remedy: 'Update the older of the two; `pantheon daemon stop` ends the running daemon.',
      });
    }
    return { protocol: PROTOCOL_VERSION, build: this.#options.build, pid: process.pid };
  }

  async #answer(
    method: string,
    params: unknown,
    token: CancellationToken,
    client: ServedClient,
  ): Promise<unknown> {
    if (!isMethod(method)) {
      return wireError({
        code: 'unknown-method',
        message: `The daemon does not know ${method}.`,
        remedy: 'Update Pantheon: client and daemon differ.',
      });
    }
    const parsed = methods[method].params.safeParse(params);
    if (!parsed.success) {
      const first = parsed.error.issues[0];
      return wireError({
        code: 'bad-request',
        message: `${method}: ${first === undefined ? 'bad request' : `${first.path.join('.')}: ${first.message}`}`,
        remedy: 'Check the arguments.',
        exit: 2,
      });
    }
    const cancelled = new AbortController();
    const subscription = token.onCancellationRequested(() => cancelled.abort(new CancelledRequest()));
    try {
      const signal = AbortSignal.any([client.signal, cancelled.signal]);
      return await this.#call(method, parsed.data, signal, client);
    } catch (error) {
      return this.#toWire(method, error);
    } finally {
      subscription.dispose();
    }
  }

  #call(
    method: Exclude<MethodName, 'hello'>,
    params: object,
    signal: AbortSignal,
    client: Client,
  ): Promise<unknown> {
    const handler = this.#options.handlers[method] as (p: unknown, s: AbortSignal, c: Client) => unknown;
    if (!methods[method].mutation) return Promise.resolve(handler(params, signal, client));
    const commandId = `${method} ${(params as { commandId: string }).commandId}`;
    const known = this.#answers.get(commandId);
    if (known !== undefined) return known;
    // A mutation that was begun is finished, whether its client waits or not.
    const answer = Promise.resolve().then(() => handler(params, new AbortController().signal, client));
    this.#answers.set(commandId, answer);
    answer.catch(() => this.#answers.delete(commandId));
    for (const old of [...this.#answers.keys()].slice(0, this.#answers.size - rememberedCommands)) {
      this.#answers.delete(old);
    }
    return answer;
  }

  #toWire(method: string, error: unknown): ResponseError<WireError> {
    if (error instanceof UserError) {
      return wireError({
        code: error.code,
        message: error.message,
        remedy: error.remedy,
        exit: error.exitCode,
      });
    }
    if (isAbort(error) || error instanceof CancelledRequest) {
      return wireError({ code: 'cancelled', message: 'Cancelled.', remedy: 'Nothing to do.' });
    }
    this.#options.onDefect(method, error);
    return wireError({
      code: 'defect',
      message: `Pantheon failed at ${method}: ${messageOf(error)}`,
      remedy: "This is a defect of Pantheon; the daemon's log has the details.",
      exit: 1,
    });
  }
}

interface ServedClient extends Client {
  readonly end: () => void;
}

class CancelledRequest extends Error {}

function isMethod(method: string): method is Exclude<MethodName, 'hello'> {
  return method !== 'hello' && Object.hasOwn(methods, method);
}

function wireError(error: WireError): ResponseError<WireError> {
  return new ResponseError(-32_000, error.message, error);
}

function sameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The folder must belong to this user alone: another user could otherwise put a socket of theirs in its place. */
function prepareSocketFolder(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const info = statSync(folder);
  if (info.uid !== process.getuid?.()) {
    throw new UserError(
      'socket-folder',
      `The folder for the daemon's socket belongs to another user: ${folder}.`,
      'Remove it, or set XDG_RUNTIME_DIR to a folder of your own.',
    );
  }
  chmodSync(folder, 0o700);
  rmSync(path, { force: true });
}
