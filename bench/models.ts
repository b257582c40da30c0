import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../src/common/index.ts';
import { createModelService, EmbeddedServer } from '../src/models/index.ts';
import { writeChainModel } from '../test/support/tiny-gguf/chain-model.ts';
import { compare, elapsedMs, median, type Suite } from './harness.ts';

const ENTRY = fileURLToPath(new URL('../dist/embedded.mjs', import.meta.url));
const PATIENCE_MS = 60_000;
const ANSWERS = 50;

interface Times {
  readonly firstMs: number;
  readonly warmMs: number;
}

/** Starts the embedded server for a tiny model: time to its first answer, and of an answer after that. */
async function embeddedTimes(folder: string): Promise<Times> {
  const path = join(folder, 'chain.gguf');
  await writeChainModel(path);
  const files = [{ name: 'chain', path }];
  const clock = systemClock;
  const embedded = new EmbeddedServer({ node: process.execPath, entry: ENTRY, files, version: '0', clock });
  const service = createModelService({ servers: [], embedded, clock, random: Math.random });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const ask = async (content: string) => {
      const model = await service.resolve(['chain'], signal);
      const messages = [{ role: 'user' as const, content }];
      const limits = { totalMs: PATIENCE_MS };
      const sampling = { temperature: 0 };
      await service.chat({ model, messages, sampling, answerTokens: 30, numCtx: 2048, limits }, signal);
    };
    const firstMs = await elapsedMs(() => ask('1| function f(a) {?'));
    const warm: number[] = [];
    for (let n = 0; n < ANSWERS; n += 1) warm.push(await elapsedMs(() => ask(`${n}| function f(a) {?`)));
    return { firstMs, warmMs: median(warm) };
  } finally {
    await service.dispose();
    await embedded.dispose();
  }
}

export const suite: Suite = {
  about: 'the embedded model server with a model of 2.4 MB, process start included in the first answer',
  run: async () => [
    ...(await compare(
      'first answer of a cold embedded server',
      'ms',
      { pantheon: async (folder) => (await embeddedTimes(folder)).firstMs },
      { rounds: 3, budget: 3000 },
    )),
    ...(await compare(
      'found model and short answer, warm embedded server',
      'ms',
      { pantheon: async (folder) => (await embeddedTimes(folder)).warmMs },
      { rounds: 3, budget: 100 },
    )),
  ],
};
