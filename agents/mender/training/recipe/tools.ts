import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Plan, trainingFolder } from './plan.ts';

/** Hugging Face's packages read local files here, and need not say so. */
const QUIET = { HF_HUB_OFFLINE: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1', TRANSFORMERS_VERBOSITY: 'error' };

/** Options of a program: `{ seed: 7, calls: true }` is `--seed 7 --calls`. */
export type Options = Readonly<Record<string, string | number | true>>;

const argumentsOf = (options: Options): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );

/** Runs programs of the recipe, one at a time, at low priority, their output shown as it comes. */
export class Tools {
  readonly #plan: Plan;
  readonly #signal: AbortSignal;

  constructor(plan: Plan, signal: AbortSignal) {
    this.#plan = plan;
    this.#signal = signal;
  }

  /** A program of the generator or the evaluation, in a Node like this one. */
  node(script: string, options: Options): Promise<void> {
    const quiet = '--disable-warning=ExperimentalWarning';
    return this.#run(process.execPath, [quiet, join(trainingFolder, script), ...argumentsOf(options)]);
  }

  /** A module of the Python package. */
  async python(module: string, options: Options): Promise<void> {
    await this.#run(await this.#interpreter(), ['-m', module, ...argumentsOf(options)]);
  }

  async #interpreter(): Promise<string> {
    const { python, work } = this.#plan;
    if (python !== undefined) return python;
    const bin = join(
      work,
      'venv',
      ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
    );
    // Written last, so that an installation that was cut off is done again.
    const complete = join(work, 'venv', 'complete');
    if (existsSync(complete)) return bin;
    await this.#run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', join(work, 'venv')]);
    await this.#run(bin, ['-m', 'pip', 'install', '--quiet', '-r', join(trainingFolder, 'requirements.txt')]);
    await this.#run(bin, ['-c', `open(${JSON.stringify(complete)}, 'w').close()`]);
    return bin;
  }

  async #run(command: string, args: readonly string[]): Promise<void> {
    this.#signal.throwIfAborted();
    const nice = process.platform === 'win32' ? [] : ['nice', '-n', '10'];
    const [program = command, ...rest] = [...nice, command, ...args];
    // Threads that wait for each other without sleeping would take the cores from everything else.
    const env = { ...process.env, ...QUIET, OMP_WAIT_POLICY: 'PASSIVE', PYTHONUNBUFFERED: '1' };
    const child = spawn(program, rest, { cwd: trainingFolder, stdio: 'inherit', env, signal: this.#signal });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code !== 0)
      throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}`);
  }
}

/** The digest by which results say which model file they belong to. */
export function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Whether a file of results belongs to the model file. */
export function belongsTo(results: string, model: string): boolean {
  if (!existsSync(results)) return false;
  const found = JSON.parse(readFileSync(results, 'utf8')) as { readonly model?: string };
  return found.model === digestOf(model);
}
