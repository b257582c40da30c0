import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import * as z from 'zod';

import { messageOf, type Clock, type Disposable } from '../../common/index.ts';
import { ModelError } from '../errors.ts';
import type { EmbeddedModels } from '../service.ts';
import type { ModelServer, ServerStatus } from '../types.ts';
import { ModelFiles, type ModelFile } from './model-file.ts';

export interface EmbeddedServerSettings {
  /** The Node to run it with (`process.execPath`). */
  readonly node: string;
  /** The bundled entry of the server, `dist/embedded.mjs`. */
  readonly entry: string;
  readonly files: readonly ModelFile[];
  /** What the server calls its version: the product's. */
  readonly version: string;
  readonly clock: Clock;
  /** What the child sees of the environment; by default what a program needs to run at all. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the child says on standard error, line by line. */
  readonly onLog?: (line: string) => void;
}

/** Names of the variables that a child needs to run at all. */
const INHERITED = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH'];

function leastEnvironment(): Readonly<Record<string, string>> {
  const kept = INHERITED.map((name) => [name, process.env[name]] as const);
  const known = kept.filter((each): each is readonly [string, string] => each[1] !== undefined);
  // Inside VS Code `process.execPath` is the editor, which is a Node only when it is told so.
  const asNode = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
  return { ...Object.fromEntries(known), ...asNode };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface Running {
  readonly child: Child;
  readonly server: ModelServer;
}

const announcement = z.object({ url: z.string() });
/** The process has to load node-llama-cpp first; on a slow disk that takes seconds. */
const START_MS = 60_000;
/** After a crash the next start waits 0, 0.5, 1, 2 … s, at most 30 s; a minute without a crash forgives. */
const BACKOFF_BASE_MS = 500;
const BACKOFF_MOST_MS = 30_000;
const FORGIVEN_AFTER_MS = 60_000;
const LAST_WORDS = 20;
/** A process whose connection broke has ended within this time, or it lives. */
const DYING_MS = 2000;

/**
 * The embedded model server as a child process: started at the first use, started again at the next use after a crash
 * (with a growing pause), ended by closing its standard input. A crash fails the calls under way, nothing else.
 */
export class EmbeddedServer implements EmbeddedModels, Disposable {
  readonly #settings: EmbeddedServerSettings;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #files: ModelFiles;
  readonly #ended = new AbortController();
  #running: Running | undefined;
  #starting: Promise<Running> | undefined;
  #children = new Set<Child>();
  #crashes = 0;
  #crashedMs = 0;
  #starts = 0;
  readonly #lastWords: string[] = [];

  /** Nothing is started yet. */
  constructor(settings: EmbeddedServerSettings) {
    this.#settings = settings;
    this.#files = new ModelFiles(settings.files);
  }

  /** How often the process was started. */
  get starts(): number {
    return this.#starts;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /**
   * Starts the server unless it runs and says where it is. `broken` is a server on which a connection has just ended: then
   * the process is given a moment to end, so that nobody is sent to a dying one.
   */
  async locate(signal: AbortSignal, broken?: ModelServer): Promise<ModelServer> {
    if (broken !== undefined && this.#running?.server.url === broken.url) {
      await this.#awaitEnd(this.#running.child, signal);
    }
    if (this.#running !== undefined) return this.#running.server;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    const starting = this.#starting;
    const { server } = await abortable(starting, signal);
    return server;
  }

  async status(): Promise<ServerStatus> {
    const models = await this.#files.list();
    return {
      server: this.#running?.server ?? { url: 'embedded', kind: 'embedded' },
      version: this.#settings.version,
      models: models.map(({ name, digest, sizeBytes }) => ({ name, digest, sizeBytes })),
    };
  }

  /** Ends the process and waits until it is gone. */
  async dispose(): Promise<void> {
    this.#ended.abort(new Error('The embedded model server has been ended.'));
    await this.#starting?.catch(() => {});
    await Promise.all([...this.#children].map(endChild));
  }

  async #start(): Promise<Running> {
    await this.#settings.clock.sleep(this.#pauseMs(), this.#ended.signal);
    const { node, entry, environment = leastEnvironment() } = this.#settings;
    const child = spawn(node, [entry, '--stdin'], { stdio: ['pipe', 'pipe', 'pipe'], env: environment });
    this.#starts++;
    this.#children.add(child);
    child.once('exit', (code, signal) => this.#gone(child, code, signal));
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    createInterface({ input: child.stderr }).on('line', (line) => this.#hear(line));
    try {
      const url = await this.#announced(child);
      const server: ModelServer = { url, kind: 'embedded', token: this.#token };
      this.#running = { child, server };
      return this.#running;
    } catch (error) {
      await endChild(child);
      throw this.#ended.signal.aborted
        ? this.#ended.signal.reason
        : new ModelError('unreachable', `The embedded model server did not start: ${messageOf(error)}`, {
            cause: error,
          });
    }
  }

  /** Sends the settings and waits for the line that says where the server listens. */
  async #announced(child: Child): Promise<string> {
    const { files, version, clock } = this.#settings;
    const done = new AbortController();
    const limit = AbortSignal.any([done.signal, this.#ended.signal]);
    const lines = createInterface({ input: child.stdout });
    try {
      child.stdin.write(`${JSON.stringify({ token: this.#token, files, version })}\n`);
      const line = await Promise.race([
        once(lines, 'line', { signal: limit }).then(([text]) => String(text)),
        once(child, 'error', { signal: limit }).then(([error]) => {
          throw error as Error;
        }),
        once(child, 'exit', { signal: limit }).then(() => {
          throw new Error(this.#lastWords.join('\n') || 'the process ended');
        }),
        clock.sleep(START_MS, limit).then(() => {
          throw new Error(`no sign of life within ${START_MS / 1000} s`);
        }),
      ]);
      return announcement.parse(JSON.parse(line)).url;
    } finally {
      done.abort();
      lines.close();
      child.stdout.resume();
    }
  }

  async #awaitEnd(child: Child, signal: AbortSignal): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const done = new AbortController();
    const limit = AbortSignal.any([signal, done.signal, this.#ended.signal]);
    try {
      await Promise.race([
        once(child, 'exit', { signal: limit }),
        this.#settings.clock.sleep(DYING_MS, limit),
      ]);
    } finally {
      done.abort();
    }
  }

  #gone(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    this.#children.delete(child);
    if (this.#running?.child === child) this.#running = undefined;
    if (this.#ended.signal.aborted) return;
    const now = this.#settings.clock.now();
    this.#crashes = now - this.#crashedMs > FORGIVEN_AFTER_MS ? 1 : this.#crashes + 1;
    this.#crashedMs = now;
    this.#hear(`The embedded model server ended (${signal ?? `exit code ${code}`}).`);
  }

  #pauseMs(): number {
    if (this.#crashes <= 1 || this.#settings.clock.now() - this.#crashedMs > FORGIVEN_AFTER_MS) return 0;
    return Math.min(BACKOFF_MOST_MS, BACKOFF_BASE_MS * 2 ** (this.#crashes - 2));
  }

  #hear(line: string): void {
    this.#lastWords.push(line);
    if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
    this.#settings.onLog?.(line);
  }
}

/** Closing its input ends the process at once; the kill is for one that is not yet listening to it. */
async function endChild(child: Child): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin.end();
  child.kill('SIGKILL');
  await gone;
}

/** Waits for a shared promise without ending it when this waiter leaves. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
