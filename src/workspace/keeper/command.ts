import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { endTree } from './end-tree.ts';
import type { Ended, StartMessage } from './messages.ts';
import { CappedOutput } from './output.ts';
import { readProcess, type TreeRoot } from './process-table.ts';
import { removeRecord, unknownProcess, writeRecord } from './record.ts';

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2000;

/** Pipes that are still open so long after the tree has ended are held by something that could not be ended. */
const CLOSE_LIMIT_MS = 2000;

/** Longest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One running command: ends it with everything it started, whatever the reason. */
export class RunningCommand {
  /** Settles when the whole process tree has ended. Never rejects. */
  readonly ended: Promise<Ended>;
  readonly #message: StartMessage;
  readonly #child: ChildProcess;
  readonly #stdout = new CappedOutput();
  readonly #stderr = new CappedOutput();
  readonly #root: TreeRoot | undefined;
  #timedOut = false;
  #ending: Promise<boolean> | undefined;

  constructor(message: StartMessage) {
    this.#message = message;
    // The box comes first: a keeper that is killed right after the start must not leave a command that nobody knows.
    writeRecord(message.record, { ...unknownProcess, box: message.box });
    this.#child = started(message);
    const { pid } = this.#child;
    if (pid !== undefined) {
      // A command that has ended already has no start time; its children are then found by group, session and box.
      this.#root = { pid, startTime: readProcess(pid)?.startTime ?? '0', box: message.box };
      writeRecord(message.record, this.#root);
    }
    this.ended = this.#run();
  }

  /** Ends the tree before its time. */
  end(graceMs: number = GRACE_MS): Promise<boolean> {
    this.#ending ??= this.#root === undefined ? Promise.resolve(true) : endTree(this.#root, graceMs);
    return this.#ending;
  }

  async #run(): Promise<Ended> {
    const startedAt = performance.now();
    const child = this.#child;
    child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    let startError: string | undefined;
    const closed = new Promise((resolve) => child.once('close', resolve));
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        startError = error.message;
        resolve();
      });
    });
    const timer = setTimeout(
      () => {
        this.#timedOut = true;
        void this.end();
      },
      Math.min(this.#message.timeoutMs, MAX_TIMER_MS),
    );
    await exited;
    clearTimeout(timer);
    const durationMs = performance.now() - startedAt;
    if (startError === undefined) {
      if (!this.#message.contained || this.#ending !== undefined) await this.end();
      await Promise.race([closed, wait(CLOSE_LIMIT_MS, undefined, { ref: false })]);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    removeRecord(this.#message.record);
    return {
      id: this.#message.id,
      exitCode: child.exitCode,
      signal: child.signalCode,
      timedOut: this.#timedOut,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      truncated: this.#stdout.truncated || this.#stderr.truncated,
      durationMs,
      ...(startError === undefined ? {} : { startError }),
    };
  }
}

/** Throws, with nothing noted down, what cannot be started at all. */
function started(message: StartMessage): ChildProcess {
  try {
    return start(message);
  } catch (error) {
    removeRecord(message.record);
    throw error;
  }
}

function start(message: StartMessage): ChildProcess {
  const [file = '', ...args] = message.argv;
  const options = {
    cwd: message.cwd,
    env: message.env,
    // A session of its own, so that its members can be told from everybody else's.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[],
    windowsHide: true,
  };
  if (!/\.(cmd|bat)$/i.test(path.basename(file)) || process.platform !== 'win32')
    return spawn(file, args, options);
  const line = [file, ...args].map(quoteForCmd).join(' ');
  return spawn('cmd.exe', ['/d', '/s', '/c', `"${line}"`], { ...options, windowsVerbatimArguments: true });
}

/** One argument of a batch file. What cmd.exe would take for syntax even in quotes is refused. */
function quoteForCmd(argument: string): string {
  if (/["%!\r\n]/.test(argument))
    throw new Error(`A batch file cannot take the argument ${JSON.stringify(argument)}.`);
  return `"${argument}"`;
}
