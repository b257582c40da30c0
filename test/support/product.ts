import { mkdtempSync, rmSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

const root = join(import.meta.dirname, '..', '..');

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The product as a person has it: the launcher, a data folder of its own, and whatever daemon it starts. */
export class Product {
  readonly home: string;
  readonly folder: string;
  readonly #env: Record<string, string>;

  /** `name` becomes part of the data folder's path, to try odd ones. */
  constructor(options: { readonly name?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-product-')));
    this.home = join(this.folder, options.name ?? 'home');
    this.#env = { ...options.env };
  }

  /** Runs `bin/pantheon` in a folder, with a plain environment as from a terminal. */
  async run(
    args: readonly string[],
    options: {
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<CommandOutcome> {
    const { exitCode, stdout, stderr } = await execa(join(root, 'bin', 'pantheon'), args, {
      cwd: options.cwd ?? this.folder,
      env: { ...this.environment(), ...options.env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    return { code: exitCode ?? -1, stdout, stderr };
  }

  /** Runs with `--json` and reads the one document. */
  async json<T>(
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<{ readonly code: number; readonly document: T; readonly stderr: string }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], options);
    if (stdout.trim() === '' || stdout.trim().includes('\n')) {
      throw new Error(
        `${args.join(' ')}: expected one document on one line, got ${JSON.stringify(stdout)}\n${stderr}`,
      );
    }
    return { code, document: JSON.parse(stdout) as T, stderr };
  }

  environment(): Record<string, string> {
    const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER'];
    const own = Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
    );
    // Nothing answers there, whatever runs on this machine.
    return { ...own, OLLAMA_HOST: '127.0.0.1:9', PANTHEON_HOME: this.home, ...this.#env };
  }

  /** Stops the daemon and removes everything. */
  async dispose(): Promise<void> {
    await this.run(['daemon', 'stop']);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
