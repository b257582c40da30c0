/**
 * Asks the served model, the way the product does: `node served.ts --model ../../model.gguf --items unseen.jsonl
 * --out answers.jsonl --samples 50`. One greedy answer for each item and samples with the agent's own sampling, through the
 * embedded server.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { systemClock } from '../../../../src/common/index.ts';
import {
  createModelService,
  EmbeddedServer,
  ModelError,
  type ModelService,
} from '../../../../src/models/index.ts';
import { readJsonLines } from './read.ts';

/** What the model said to one item. */
export type Answers = { readonly id: string; readonly greedy: string; readonly samples: readonly string[] };
export type Sampling = { readonly temperature: number; readonly topP?: number; readonly topK?: number };
export type Asked = { readonly id: string; readonly prompt: string };

const ENTRY = fileURLToPath(new URL('../../../../src/models/embedded/main.ts', import.meta.url));
const AGENT = new URL('../../mender.agent.md', import.meta.url);
const AT_ONCE = 2;
export const ANSWER_TOKENS = 160;

/** Runs `use` with a service that has one model, `mender`, from the file at `path`. */
export async function withServed<T>(path: string, use: (service: ModelService) => Promise<T>): Promise<T> {
  const embedded = new EmbeddedServer({
    node: process.execPath,
    entry: ENTRY,
    files: [{ name: 'mender', path }],
    version: '0',
    clock: systemClock,
  });
  const service = createModelService({ servers: [], embedded, clock: systemClock, random: Math.random });
  try {
    return await use(service);
  } finally {
    await service.dispose();
    await embedded.dispose();
  }
}

/** Greedy answer and `samples` samples for each item; equal seeds give equal answers. `onDone` hears how many are finished. */
export async function askServed(
  service: ModelService,
  items: readonly Asked[],
  samples: number,
  sampling: Sampling,
  onDone: (items: number) => void = () => {},
): Promise<Answers[]> {
  const signal = new AbortController().signal;
  const model = await service.resolve(['mender'], signal);
  const ask = async (content: string, how: Sampling, seed: number): Promise<string> => {
    const asked = service.chat(
      {
        model,
        messages: [{ role: 'user', content }],
        sampling: { ...how, seed },
        answerTokens: ANSWER_TOKENS,
        numCtx: 2048,
        limits: { totalMs: 120_000 },
      },
      signal,
    );
    // Ollama ends an answer that repeats itself without a word; for a judge that is an answer like any other.
    const answer = await asked.catch((error: unknown) => {
      if (error instanceof ModelError && error.reason === 'stream-cut') return { text: error.partialText };
      throw error;
    });
    return answer.text;
  };
  const answers: Answers[] = [];
  let finished = 0;
  const waiting = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, { id, prompt }] = next;
      const greedy = await ask(prompt, { temperature: 0 }, 0);
      const drawn: string[] = [];
      for (let i = 1; i <= samples; i += 1) drawn.push(await ask(prompt, sampling, place * 1000 + i));
      answers[place] = { id, greedy, samples: drawn };
      onDone((finished += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

/** The sampling that the agent file asks for. */
export function agentSampling(): Sampling {
  const text = readFileSync(AGENT, 'utf8');
  const number = (key: string): number | undefined => {
    const found = new RegExp(`sampling:.*\\b${key}: ([\\d.]+)`).exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  const [topP, topK] = [number('top-p'), number('top-k')];
  return {
    temperature: number('temperature') ?? 0.8,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      items: { type: 'string' },
      out: { type: 'string' },
      samples: { type: 'string', default: '50' },
      temperature: { type: 'string' },
      'top-p': { type: 'string' },
      limit: { type: 'string' },
    },
  });
  const { model, items, out } = values;
  if (!model || !items || !out) throw new Error('--model, --items and --out are needed');
  const sampling = {
    ...agentSampling(),
    ...(values.temperature === undefined ? {} : { temperature: Number(values.temperature) }),
    ...(values['top-p'] === undefined ? {} : { topP: Number(values['top-p']) }),
  };
  const asked = readJsonLines<Asked>(items).slice(
    0,
    values.limit === undefined ? undefined : Number(values.limit),
  );
  const answers = await withServed(model, (service) =>
    askServed(service, asked, Number(values.samples), sampling),
  );
  writeFileSync(out, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
