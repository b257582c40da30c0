// A process of its own that draws answers with the runtime of the embedded server, one thread: `node drawing-process.ts MODEL`.
// It gets an `Order` at a time and sends the answers back.
import { getLlama, type LlamaContextSequence, LlamaLogLevel, type Token } from 'node-llama-cpp';

import { LoadedModel } from '../../../../src/models/embedded/loaded-model.ts';
import { createRandom } from '../generator/random.ts';
import type { Sampling } from './served.ts';
import { type Chances, drawTogether, END, type Place } from './tree.ts';

/** Answers to draw for a prompt; equal seeds give equal answers. */
export type Order = {
  readonly prompt: string;
  readonly samples: number;
  readonly seed: number;
  readonly sampling: Sampling;
  readonly longest: number;
};
export type Drawn = { readonly greedy: string; readonly samples: readonly string[] };

const CONTEXT_TOKENS = 512;
/** What the embedded server samples with where a request is silent. */
const DEFAULTS = { topK: 40, topP: 0.9 };

const [path = ''] = process.argv.slice(2);
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  logLevel: LlamaLogLevel.error,
});
const served = await LoadedModel.load(llama, path, CONTEXT_TOKENS, { threads: 1, parallel: 1, large: false });
const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
const context = await model.createContext({ contextSize: served.numCtx, sequences: 1, threads: 1 });
const sequence = context.getSequence();
/** The byte that each letter of a token stands for: printable ones themselves, the others from 256 on. */
const BYTES = lettersOfBytes();
const spelled = model.fileInfo.metadata.tokenizer.ggml.tokens;

process.on('message', (order: Order) => {
  draw(order).then(
    (drawn) => process.send?.(drawn),
    (error: unknown) => {
      throw error;
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function draw({ prompt, samples, seed, sampling, longest }: Order): Promise<Drawn> {
  const ids = served.tokensOf([{ role: 'user', content: prompt }]);
  await sequence.clearHistory();
  await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(0, -1));
  const randoms = Array.from({ length: samples }, (_, i) => {
    const random = createRandom(seed + i + 1);
    return () => random.next();
  });
  const room = Math.min(longest, served.numCtx - ids.length);
  const drawn = await drawTogether(placeAfter(ids, { ...DEFAULTS, ...sampling }), randoms, room);
  return { greedy: textOf(drawn.greedy), samples: drawn.samples.map(textOf) };
}

/** The sequence after a prompt. The prompt's last token and each one after it are read alone, as the server does it. */
function placeAfter(prompt: readonly Token[], sampling: Sampling): Place {
  const last = prompt.slice(-1);
  return {
    next: async (depth, token) => {
      const start = token === undefined ? prompt.length - 1 : prompt.length + depth;
      if (sequence.contextTokens.length > start)
        await sequence.eraseContextTokenRanges([{ start, end: sequence.contextTokens.length }]);
      return chancesAfter(sequence, token === undefined ? last : [token as Token], sampling);
    },
  };
}

async function chancesAfter(
  place: LlamaContextSequence,
  tokens: Token[],
  sampling: Sampling,
): Promise<Chances> {
  const options = { minP: 0, ...sampling, yieldEogToken: true };
  for await (const { probabilities } of place.evaluateWithMetadata(tokens, { probabilities: true }, options))
    return [...probabilities].map(([token, chance]) => [model.isEogToken(token) ? END : token, chance]);
  throw new Error('The model said nothing.');
}

/** Byte-level BPE spells bytes as letters; the text is exactly those bytes, whatever a runtime would make prettier. */
function textOf(tokens: readonly number[]): string {
  const letters = tokens.map((token) => spelled[token] ?? '').join('');
  return Buffer.from(Array.from(letters, (letter) => BYTES.get(letter) ?? 0)).toString('utf8');
}

function lettersOfBytes(): Map<string, number> {
  let next = 256;
  const letter = (byte: number): number =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174 ? byte : next++;
  return new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(letter(byte)), byte]));
}
