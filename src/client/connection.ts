import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

import { UserError, type Disposable } from '../common/index.ts';
import {
  homePaths,
  methods,
  notifications,
  PROTOCOL_VERSION,
  WireError,
  type Endpoint,
  type MethodName,
  type NotificationName,
  type NotificationOf,
  type ParamsOf,
  type ResultOf,
} from '../protocol/index.ts';

export interface ConnectOptions {
  readonly home: string;
  readonly client: 'cli' | 'editor' | 'test';
  readonly version: string;
}

/** Where the daemon of a data folder says that it listens; `undefined` when none has said so. */
export function readEndpoint(home: string): Endpoint | undefined {
  try {
    return JSON.parse(readFileSync(homePaths(home).endpoint, 'utf8')) as Endpoint;
  } catch {
    return undefined;
  }
}

/** A connection to the daemon that has said hello. It never starts one. */
export class DaemonConnection implements Disposable {
  readonly hello: ResultOf<'hello'>;
  readonly #rpc: MessageConnection;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #isClosed = false;

  private constructor(
    rpc: MessageConnection,
    socket: Socket,
    hello: ResultOf<'hello'>,
    closed: Promise<void>,
  ) {
    this.#rpc = rpc;
    this.#socket = socket;
    this.hello = hello;
    this.#closed = closed.then(() => {
      this.#isClosed = true;
    });
  }

  /** Connects and says hello; `undefined` when no daemon answers there. Throws `UserError` when one answers that cannot be talked to. */
  static async open(options: ConnectOptions, signal: AbortSignal): Promise<DaemonConnection | undefined> {
    const endpoint = readEndpoint(options.home);
    if (endpoint === undefined) return undefined;
    const token = readToken(options.home);
    const socket = await connectTo(endpoint.path, signal);
    if (socket === undefined || token === undefined) {
      socket?.destroy();
      return undefined;
    }
    const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    rpc.onError(() => {});
    rpc.listen();
    try {
      const hello = await request(
        rpc,
        'hello',
        { protocol: PROTOCOL_VERSION, token, client: options.client, version: options.version },
        signal,
        closed,
      );
      return new DaemonConnection(rpc, socket, hello, closed);
    } catch (error) {
      rpc.dispose();
      socket.destroy();
      if (error instanceof ConnectionLost) return undefined;
      throw error;
    }
  }

  /** Sends one request. Throws the daemon's `UserError`, `ConnectionLost` when the daemon went away, or the signal's reason. */
  call<M extends MethodName>(method: M, params: ParamsOf<M>, signal: AbortSignal): Promise<ResultOf<M>> {
    return request(this.#rpc, method, params, signal, this.#closed);
  }

  on<N extends NotificationName>(name: N, listener: (value: NotificationOf<N>) => void): Disposable {
    return this.#rpc.onNotification(name, (value: unknown) => {
      const parsed = notifications[name].safeParse(value);
      if (parsed.success) listener(parsed.data as NotificationOf<N>);
    });
  }

  /** Resolves when the daemon closed the connection or this side did. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  dispose(): void {
    this.#rpc.dispose();
    this.#socket.destroy();
  }
}

/** The daemon ended, or its connection was cut, before it answered. */
export class ConnectionLost extends UserError {
  constructor(method: string) {
    super(
      'daemon-lost',
      `The daemon went away before it answered (${method}).`,
      'Try again; `pantheon daemon status` says whether it runs.',
    );
  }
}

function readToken(home: string): string | undefined {
  try {
    return readFileSync(homePaths(home).token, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function connectTo(path: string, signal: AbortSignal): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = connect(path);
    const onAbort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(undefined);
    });
  });
}

async function request<M extends MethodName>(
  rpc: MessageConnection,
  method: M,
  params: ParamsOf<M>,
  signal: AbortSignal,
  closed: Promise<void>,
): Promise<ResultOf<M>> {
  signal.throwIfAborted();
  const source = new CancellationTokenSource();
  const lost = closed.then(() => Promise.reject(new ConnectionLost(method)));
  lost.catch(() => {});
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      source.cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  aborted.catch(() => {});
  try {
    const answer = await Promise.race([
      rpc.sendRequest(method, params, source.token).catch((error: unknown) => {
        throw fromWire(error, method);
      }),
      lost,
      aborted,
    ]);
    return methods[method].result.parse(answer) as ResultOf<M>;
  } finally {
    signal.removeEventListener('abort', onAbort);
    source.dispose();
  }
}

function fromWire(error: unknown, method: string): unknown {
  if (!(error instanceof ResponseError)) return new ConnectionLost(method);
  if (error.code === ErrorCodes.MessageWriteError || error.code === ErrorCodes.PendingResponseRejected) {
    return new ConnectionLost(method);
  }
  const wire = WireError.safeParse(error.data);
  if (!wire.success) return new Error(`${method}: ${error.message}`);
  const exit = wire.data.exit;
  return new UserError(wire.data.code, wire.data.message, wire.data.remedy, {
    exitCode: exit === 1 || exit === 2 ? exit : 3,
  });
}
