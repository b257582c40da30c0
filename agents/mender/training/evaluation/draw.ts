import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import type { Drawn, Order } from './drawing-process.ts';
import { ANSWER_TOKENS, type Answers, type Asked, type Sampling } from './served.ts';

const PROCESS = fileURLToPath(new URL('drawing-process.ts', import.meta.url));
const MOST_PROCESSES = 8;

/**
 * Greedy answer and `samples` samples for each item, as the embedded server would give them but in a third of the time: its
 * runtime draws all answers to a prompt together (`tree.ts`). `onDone` hears how many items are finished.
 */
export async function drawAnswers(
  model: string,
  items: readonly Asked[],
  samples: number,
  sampling: Sampling,
  onDone: (items: number) => void = () => {},
): Promise<Answers[]> {
  const answers: Answers[] = [];
  const waiting = [...items.entries()];
  let finished = 0;
  const work = async (): Promise<void> => {
    const child = fork(PROCESS, [model], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const ended = once(child, 'exit');
    try {
      await heard(child);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [place, { id, prompt }] = next;
        const order: Order = { prompt, samples, seed: place * 1000, sampling, longest: ANSWER_TOKENS };
        child.send(order);
        answers[place] = { id, ...((await heard(child)) as Drawn) };
        onDone((finished += 1));
      }
    } finally {
      if (child.connected) child.disconnect();
      await ended;
    }
  };
  const processes = Math.min(items.length, MOST_PROCESSES, availableParallelism());
  await Promise.all(Array.from({ length: processes }, work));
  return answers;
}

/** The next message of a child; rejects when it ends instead. */
async function heard(child: ChildProcess): Promise<unknown> {
  const stop = new AbortController();
  const gone = once(child, 'exit', { signal: stop.signal }).then(([code, signal]) => {
    throw new Error(`A process that draws answers ended with ${signal ?? code}.`);
  });
  gone.catch(() => {});
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: stop.signal }), gone])) as [
      unknown,
    ];
    return message;
  } finally {
    stop.abort();
  }
}
