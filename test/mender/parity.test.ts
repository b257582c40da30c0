import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { withServed } from '../../agents/mender/training/evaluation/served.ts';
import type { ModelService } from '../../src/models/index.ts';
import { serviceFor } from '../models/support/backends.ts';
import { realOllamaFor, type RealOllama } from '../models/support/real-ollama.ts';
import { importInto } from './support/imported.ts';

/** One prompt as training froze it; `margin` is the smallest one between the two best tokens on the way of the answer. */
interface Frozen {
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly answer: string;
  readonly margin: number;
}

/** Far more than it takes: six seconds on idle cores, minutes beside other work. */
const LIMIT_MS = 560_000;
const AGENT = new URL('../../agents/mender/', import.meta.url);
const MODEL = fileURLToPath(new URL('model.gguf', AGENT));
const FROZEN = new URL('training/results/parity.jsonl', AGENT);
const { bound } = JSON.parse(readFileSync(new URL('training/results/parity.json', AGENT), 'utf8')) as {
  readonly bound: number;
};
const frozen = readFileSync(FROZEN, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Frozen);

/** Does `work` for every frozen prompt, two at a time. */
async function forEachFrozen(work: (one: Frozen) => Promise<void>): Promise<void> {
  const waiting = [...frozen];
  const go = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all([go(), go()]);
}

/** Asks for all greedy answers and holds them to the frozen ones. */
async function holds(service: ModelService): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const model = await service.resolve(['mender'], signal);
  const differing: (Frozen & { readonly got: string })[] = [];
  await forEachFrozen(async (one) => {
    const answer = await service.chat(
      {
        model,
        messages: [
          { role: 'system', content: 'You mend one small function.' },
          { role: 'user', content: one.prompt },
        ],
        sampling: { temperature: 0 },
        answerTokens: 64,
        numCtx: 2048,
        limits: { totalMs: LIMIT_MS },
      },
      signal,
    );
    // The count is all that a server says of the tokens it read; it includes every special token.
    assert.equal(answer.promptTokens, one.ids.length, one.prompt);
    if (answer.text !== one.answer) differing.push({ ...one, got: answer.text });
  });
  for (const { margin, answer, got } of differing) {
    assert.ok(margin < bound, `"${got}" for "${answer}" at a margin of ${margin}`);
  }
  assert.ok(differing.length <= frozen.length * 0.02, `${differing.length} answers differ`);
}

/** Token ids of the rendered prompt and the one token after it, as Ollama gives them back to continue a conversation. */
async function contextOf(url: string, prompt: string): Promise<readonly number[]> {
  const options = { num_predict: 1, temperature: 0, num_ctx: 2048 };
  const answer = await fetch(`${url}/api/generate`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mender', prompt, options, stream: false, keep_alive: '10m' }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const { context } = (await answer.json()) as { readonly context?: readonly number[] };
  return context ?? [];
}

describe('parity of the specialist with its training', function () {
  this.timeout(LIMIT_MS + 30_000);

  it('is about 200 prompts, of all three evaluation sets', () => {
    assert.equal(frozen.length, 200);
    assert.equal(new Set(frozen.map(({ prompt }) => prompt)).size, 200);
  });

  it('reads the same token ids', async () => {
    const script = fileURLToPath(new URL('support/token-ids.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, MODEL, fileURLToPath(FROZEN)], {
      maxBuffer: 2 ** 24,
    });
    assert.deepEqual(
      JSON.parse(stdout),
      frozen.map(({ ids }) => ids),
    );
  });

  it('gives the same greedy answers from the embedded server', () => withServed(MODEL, holds));

  describe('in a real Ollama', () => {
    let ollama: RealOllama | undefined;
    before(async function () {
      ollama = await realOllamaFor(this);
      await importInto(ollama, 'mender');
    });
    after(() => ollama?.dispose());
    const url = () => ollama?.url ?? '';

    it('is the same token ids', async () => {
      await forEachFrozen(async ({ prompt, ids }) => {
        assert.deepEqual((await contextOf(url(), prompt)).slice(0, ids.length), ids, prompt);
      });
    });

    it('is the same greedy answers', async () => {
      const service = serviceFor(url());
      try {
        await holds(service);
      } finally {
        await service.dispose();
      }
    });
  });
});
