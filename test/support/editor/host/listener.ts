import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';

import type { HostMessage } from './results.ts';

/** Hears one extension host. Each call of `next` gives a message, or throws when none comes within the patience. */
export class HostListener implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #waiting: HostMessage[] = [];
  #wake: (() => void) | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async open(): Promise<HostListener> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const listener = new HostListener(server, address.port);
    server.on('connection', (socket) => {
      // A host that is ended in the middle of a line has no more to say.
      socket.on('error', () => socket.destroy());
      createInterface({ input: socket }).on('line', (line) =>
        listener.#hear(JSON.parse(line) as HostMessage),
      );
    });
    return listener;
  }

  /** The next message; `undefined` when none came within `patienceMs`. */
  async next(patienceMs: number): Promise<HostMessage | undefined> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#waiting.shift();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #hear(message: HostMessage): void {
    this.#waiting.push(message);
    this.#wake?.();
  }
}
