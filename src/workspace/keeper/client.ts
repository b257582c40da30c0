import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';

import type { Disposable } from '../../common/index.ts';
import type { Ended, StartMessage, ToKeeper } from './messages.ts';
import { endRecorded, recordsFolder } from './record.ts';

export type KeeperCommand = Omit<StartMessage, 'kind' | 'id' | 'record'>;

interface Waiting {
  readonly record: string;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

/** The owner's side of one keeper process, which is started at the first command. */
export class Keeper implements Disposable {
  readonly #program: { readonly node: string; readonly file: string };
  readonly #records: string;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #nextId = 1;
  #disposed = false;

  constructor(program: { readonly node: string; readonly file: string }, home: string) {
    this.#program = program;
    this.#records = recordsFolder(home);
  }

  /**
   * Runs a command to its end, or ends it when the signal says so. Settles when its whole process tree has ended;
   * rejects with the signal's reason if it was aborted.
   */
  async run(command: KeeperCommand, signal: AbortSignal): Promise<Ended> {
    signal.throwIfAborted();
    if (this.#disposed) throw new Error('The workspace is closed.');
    const id = this.#nextId++;
    const child = (this.#child ??= this.#start());
    const record = path.join(this.#records, `${randomUUID()}.json`);
    const ended = new Promise<Ended>((resolve, reject) => this.#waiting.set(id, { record, resolve, reject }));
    send(child, { kind: 'start', id, record, ...command });
    const stop = () => send(child, { kind: 'end', id });
    signal.addEventListener('abort', stop, { once: true });
    try {
      const result = await ended;
      signal.throwIfAborted();
      return result;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Ends all commands and the keeper, and waits for that. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await closed;
  }

  #start(): ChildProcessWithoutNullStreams {
    const { node, file } = this.#program;
    const child = spawn(node, [file], {
      // In an editor, "node" is the editor's own program.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      cwd: path.dirname(file),
      stdio: 'pipe',
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let complaint = '';
    child.stdin.on('error', () => {});
    child.stderr.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-2000)),
    );
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const ended = JSON.parse(line) as Ended;
      this.#waiting.get(ended.id)?.resolve(ended);
      this.#waiting.delete(ended.id);
    });
    const fail = (reason: string) => {
      if (this.#child === child) this.#child = undefined;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const waiting of lost) {
        const error = new Error(`The keeper of commands ended: ${reason}`);
        // What it kept is ended before anybody hears of it.
        void endRecorded(waiting.record).then(() => waiting.reject(error), waiting.reject);
      }
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => fail(`${signal ?? `exit code ${code}`} ${complaint}`));
    return child;
  }
}

function send(child: ChildProcessWithoutNullStreams, message: ToKeeper): void {
  if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
}
