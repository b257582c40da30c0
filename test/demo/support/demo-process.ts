import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { homePaths, type Endpoint } from '../../../src/protocol/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** A temporary folder with a name that scripts stumble over; the data of the demo goes there. */
export function temporaryHome(): { readonly home: string; remove(): Promise<void> } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon demo für Ötzi ')));
  return {
    home: folder,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The demo as a person starts it, in a process group of its own, as a shell does. */
export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly #listeners = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #isOver = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(() => (this.#stdout += text)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#hear(() => (this.#stderr += text)));
    this.#ended = once(child, 'close').then(([code, signal]) => {
      this.#hear(() => (this.#isOver = true));
      return {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: this.#stdout,
        stderr: this.#stderr,
      };
    });
  }

  /** `npm run demo`. */
  static byNpm(home: string, args: readonly string[] = []): DemoProcess {
    return DemoProcess.#spawn('npm', ['run', '--silent', 'demo', '--', ...args], home);
  }

  /** The command behind it, so that a signal reaches one process alone. */
  static alone(home: string, args: readonly string[] = []): DemoProcess {
    return DemoProcess.#spawn(process.execPath, [join(root, 'dist', 'cli.mjs'), 'demo', ...args], home);
  }

  static #spawn(command: string, args: readonly string[], home: string): DemoProcess {
    const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER'];
    const own = Object.fromEntries(kept.map((name) => [name, process.env[name]]));
    // Nothing answers at that address, whatever runs on this machine.
    const env = { ...own, OLLAMA_HOST: '127.0.0.1:9', PANTHEON_HOME: home };
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return new DemoProcess(spawn(command, args, { cwd: root, env, stdio: [...stdio], detached: true }));
  }

  get ended(): Promise<Ended> {
    return this.#ended;
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when something is true that can only become true by output of the demo, or when it has ended. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#isOver) {
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#listeners.delete(look);
          resolve();
        };
        this.#listeners.add(look);
      });
    }
  }

  /** To every process of its group, as the terminal does on Ctrl-C. */
  interruptGroup(): void {
    this.#signal(-(this.#child.pid ?? 0));
  }

  /** To the started process alone. */
  interrupt(): void {
    this.#signal(this.#child.pid ?? 0);
  }

  /** For the end of a test that failed. */
  async kill(): Promise<void> {
    if (this.#isOver || this.#child.pid === undefined) return;
    process.kill(-this.#child.pid, 'SIGKILL');
    await this.#ended;
  }

  #signal(pid: number): void {
    if (!this.#isOver && pid !== 0) process.kill(pid, 'SIGINT');
  }

  #hear(change: () => void): void {
    change();
    for (const look of this.#listeners) look();
  }
}

export interface DemoRoot {
  readonly home: string;
  readonly project: string;
}

/** Folders of the demos so far, oldest first. */
export function demosIn(home: string): DemoRoot[] {
  const parent = join(home, 'demo');
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .toSorted()
    .map((name) => ({ home: join(parent, name, 'home'), project: join(parent, name, 'project') }));
}

/** Process id of the daemon that says that it listens for a data folder. */
export function daemonOf(home: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(homePaths(home).endpoint, 'utf8')) as Endpoint).pid;
  } catch {
    return undefined;
  }
}
