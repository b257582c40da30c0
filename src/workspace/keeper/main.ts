// The keeper: starts commands for its owner and ends them, with everything they started, at their time limit, when the
// owner says so, or when the owner is gone (the pipe closes, however it died). Speaks JSON lines on stdin and stdout.
import { createInterface } from 'node:readline';

import { RunningCommand } from './command.ts';
import type { Ended, ToKeeper } from './messages.ts';

const running = new Map<number, RunningCommand>();

// A Ctrl-C in the owner's terminal is the owner's business.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});
process.stdout.on('error', () => {});

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => receive(JSON.parse(line) as ToKeeper));
lines.on('close', () => void endAll());

function receive(message: ToKeeper): void {
  if (message.kind === 'end') void running.get(message.id)?.end();
  else startCommand(message);
}

function startCommand(message: ToKeeper & { kind: 'start' }): void {
  try {
    const command = new RunningCommand(message);
    running.set(message.id, command);
    void command.ended.then((ended) => {
      running.delete(message.id);
      answer(ended);
    });
  } catch (error) {
    answer(notStarted(message.id, error instanceof Error ? error.message : String(error)));
  }
}

function answer(ended: Ended): void {
  process.stdout.write(`${JSON.stringify(ended)}\n`);
}

function notStarted(id: number, startError: string): Ended {
  const nothing = { exitCode: null, signal: null, timedOut: false, stdout: '', stderr: '', truncated: false };
  return { id, ...nothing, durationMs: 0, startError };
}

async function endAll(): Promise<void> {
  await Promise.all([...running.values()].map((command) => command.end(500).then(() => command.ended)));
  process.exit(0);
}
