import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

import type { Disposable } from '../../common/index.ts';
import { gitArguments, gitEnvironment } from './git.ts';
import type { PrivateRepository } from './private-repository.ts';

interface Waiting {
  readonly resolve: (content: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Reads objects through one long-running `git cat-file --batch`, which is started at the first read. */
export class ObjectReader implements Disposable {
  readonly #repository: PrivateRepository;
  #child: ChildProcessWithoutNullStreams | undefined;
  #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the object whose header was read, with its closing line feed. */
  #expected: number | undefined;

  constructor(repository: PrivateRepository) {
    this.#repository = repository;
  }

  /** The content of a blob. Throws if the repository does not have it. */
  read(blob: string): Promise<Uint8Array> {
    const child = (this.#child ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      child.stdin.write(`${blob}\n`);
    });
  }

  async dispose(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', gitArguments(['cat-file', '--batch']), {
      cwd: this.#repository.dir,
      env: gitEnvironment(this.#repository.env),
      stdio: 'pipe',
      windowsHide: true,
    });
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    child.stdin.on('error', () => {});
    child.stderr.resume();
    const fail = (reason: string) => {
      if (this.#child === child) this.#child = undefined;
      this.#chunks = [];
      this.#bytes = 0;
      this.#expected = undefined;
      for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error(`git cat-file: ${reason}`));
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', () => fail('it ended'));
    return child;
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#expected !== undefined && this.#bytes < this.#expected) return;
    let data = Buffer.concat(this.#chunks);
    for (;;) {
      if (this.#expected === undefined) {
        const end = data.indexOf(10);
        if (end < 0) break;
        const header = data.toString('latin1', 0, end).split(' ');
        data = data.subarray(end + 1);
        if (header.length === 3) this.#expected = Number(header[2]) + 1;
        else this.#waiting.shift()?.reject(new Error(`The private repository has no object ${header[0]}.`));
        continue;
      }
      if (data.length < this.#expected) break;
      this.#waiting.shift()?.resolve(new Uint8Array(data.subarray(0, this.#expected - 1)));
      data = data.subarray(this.#expected);
      this.#expected = undefined;
    }
    this.#chunks = [data];
    this.#bytes = data.length;
  }
}
