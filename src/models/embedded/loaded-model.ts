import {
  LlamaGrammarEvaluationState,
  type Llama,
  type LlamaContext,
  type LlamaContextSequence,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';

import { messageOf } from '../../common/index.ts';
import { RefusedRequest, type EmbeddedChatRequest } from './requests.ts';
import { compileTemplate, type TemplateMessage } from './template.ts';
import { TextPieces } from './text-pieces.ts';

/** How a model is spread over the machine. */
export interface Placement {
  /** Threads for one answer. */
  readonly threads: number;
  /** Answers that are worked on at once, each in a context of its own. */
  readonly parallel: number;
  /** Too large to be in memory beside another large one. */
  readonly large: boolean;
}

/** The end of an answer, with Ollama's counts; times in milliseconds. */
export interface Generated {
  readonly doneReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly promptMs: number;
  readonly answerMs: number;
}

/** Ollama's defaults for what a request leaves open. */
const DEFAULTS = { temperature: 0.8, topK: 40, topP: 0.9, minP: 0 } as const;

/** Tokens that are read at once. */
const BATCH_TOKENS = 512;

interface Place {
  readonly context: LlamaContext;
  readonly sequence: LlamaContextSequence;
  /** Tokens at the beginning of the sequence that were read in batches; what follows was generated one by one. */
  readTokens: number;
}

/**
 * A GGUF model in memory with contexts of one size. An answer depends on the request alone, bit for bit: every context
 * works on one answer at a time with a fixed number of threads; the prompt but for its last token is read in batches of a
 * fixed size, of which the first ones are kept when the next prompt begins alike; the last token is always read alone.
 */
export class LoadedModel {
  readonly numCtx: number;
  readonly #model: LlamaModel;
  readonly #llama: Llama;
  readonly #render: (messages: readonly TemplateMessage[]) => string;
  readonly #places: readonly Place[];
  readonly #free: Place[];
  readonly #waiting: ((place: Place) => void)[] = [];

  private constructor(
    llama: Llama,
    model: LlamaModel,
    numCtx: number,
    places: readonly Place[],
    template: string,
  ) {
    this.#llama = llama;
    this.#model = model;
    this.numCtx = numCtx;
    this.#places = places;
    this.#free = [...places];
    this.#render = compileTemplate(template, {
      bos: model.tokens.bosString ?? '',
      eos: model.tokens.eosString ?? '',
    });
  }

  /** Loads a file. `numCtx` is cut to what the model was trained for, as Ollama does. */
  static async load(
    llama: Llama,
    path: string,
    wantedCtx: number,
    placement: Placement,
  ): Promise<LoadedModel> {
    const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
    try {
      const template = model.fileInfo.metadata.tokenizer.chat_template;
      if (template === undefined)
        throw new Error('the GGUF file has no chat template (tokenizer.chat_template)');
      const numCtx = Math.min(wantedCtx, model.trainContextSize);
      const places: Place[] = [];
      for (let index = 0; index < placement.parallel; index++) {
        const context = await model.createContext({
          contextSize: numCtx,
          sequences: 1,
          threads: placement.threads,
          batchSize: Math.min(numCtx, BATCH_TOKENS),
        });
        places.push({ context, sequence: context.getSequence(), readTokens: 0 });
      }
      return new LoadedModel(llama, model, numCtx, places, template);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  /** The exact token ids of a conversation, as the model reads it. */
  tokensOf(messages: readonly TemplateMessage[]): Token[] {
    const tokens = this.#model.tokenize(this.#render(messages), true);
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  }

  /**
   * Answers a conversation piece by piece. Throws `RefusedRequest(400)` for a prompt that does not fit; ends early, without
   * an error, when the signal is aborted.
   */
  async generate(
    request: EmbeddedChatRequest,
    onPiece: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<Generated> {
    const prompt = this.tokensOf(request.messages);
    if (prompt.length === 0) throw new RefusedRequest(400, 'no input provided');
    if (prompt.length > this.numCtx)
      throw new RefusedRequest(400, 'the input length exceeds the context length');
    const grammar = await this.#grammarOf(request.format);
    const place = await this.#take();
    try {
      return await this.#answer(place, prompt, request, grammar, onPiece, signal);
    } finally {
      this.#giveBack(place);
    }
  }

  async dispose(): Promise<void> {
    for (const { context } of this.#places) await context.dispose();
    await this.#model.dispose();
  }

  async #answer(
    place: Place,
    prompt: readonly Token[],
    request: EmbeddedChatRequest,
    grammar: LlamaGrammarEvaluationState | undefined,
    onPiece: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<Generated> {
    const startMs = performance.now();
    await readPrompt(place, prompt, signal);
    const limit = answerLimit(request.options.num_predict, this.numCtx - prompt.length);
    const pieces = new TextPieces((tokens, before) => this.#decode(tokens, before), prompt.slice(-8));
    let firstMs = startMs;
    let answerTokens = 0;
    let doneReason: Generated['doneReason'] = limit === 0 ? 'length' : 'stop';
    if (limit > 0 && !signal.aborted) {
      const sampling = {
        ...samplingOf(request),
        ...(grammar === undefined ? {} : { grammarEvaluationState: grammar }),
      };
      for await (const token of place.sequence.evaluate(prompt.slice(-1), sampling)) {
        if (answerTokens === 0) firstMs = performance.now();
        answerTokens++;
        const piece = pieces.add(token);
        if (piece !== '') onPiece(piece);
        if (signal.aborted) break;
        if (answerTokens >= limit) {
          doneReason = 'length';
          break;
        }
      }
    }
    const rest = pieces.end();
    if (rest !== '') onPiece(rest);
    const endMs = performance.now();
    if (answerTokens === 0) firstMs = endMs;
    return {
      doneReason,
      promptTokens: prompt.length,
      answerTokens,
      promptMs: firstMs - startMs,
      answerMs: endMs - firstMs,
    };
  }

  /**
   * The text of tokens. For byte-level vocabularies llama.cpp drops a space in front of `?`, `!`, `.`, `,` and quotes ("clean
   * up of spaces", made for prose), which would change code: ` !` is its own token, so the space is put back.
   */
  #decode(tokens: readonly Token[], before: readonly Token[]): string {
    const text = this.#model.detokenize(tokens, false, before);
    const [token, ...more] = tokens;
    if (token === undefined || more.length > 0 || !/^[?!.,']/.test(text)) return text;
    const isToken = (spelling: string) => {
      const [first, ...rest] = this.#model.tokenize(spelling, false);
      return first === token && rest.length === 0;
    };
    return !isToken(text) && isToken(` ${text}`) ? ` ${text}` : text;
  }

  async #grammarOf(format: EmbeddedChatRequest['format']): Promise<LlamaGrammarEvaluationState | undefined> {
    if (format === undefined || format === null || format === '') return undefined;
    try {
      const grammar =
        format === 'json'
          ? await this.#llama.getGrammarFor('json')
          : await this.#llama.createGrammarForJsonSchema(
              format as Parameters<Llama['createGrammarForJsonSchema']>[0],
            );
      return new LlamaGrammarEvaluationState({ model: this.#model, grammar });
    } catch (error) {
      throw new RefusedRequest(400, `invalid JSON schema in format: ${messageOf(error)}`);
    }
  }

  #take(): Promise<Place> {
    const place = this.#free.pop();
    return place === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(place);
  }

  #giveBack(place: Place): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(place);
    else next(place);
  }
}

/**
 * Puts everything but the last token of the prompt into the sequence, and nothing else. Whole batches at its beginning are
 * kept from the prompt before: reading them again would give the same numbers.
 */
async function readPrompt(place: Place, prompt: readonly Token[], signal: AbortSignal): Promise<void> {
  const { sequence } = place;
  const head = prompt.slice(0, -1);
  const present = sequence.contextTokens;
  let kept = Math.min(sharedLength(present, head), place.readTokens);
  if (kept < head.length || kept < place.readTokens) kept -= kept % BATCH_TOKENS;
  if (kept === 0) await sequence.clearHistory();
  else if (present.length > kept) {
    await sequence.eraseContextTokenRanges([{ start: kept, end: present.length }]);
  }
  place.readTokens = kept;
  while (place.readTokens < head.length && !signal.aborted) {
    const batch = head.slice(place.readTokens, place.readTokens + BATCH_TOKENS);
    await sequence.evaluateWithoutGeneratingNewTokens(batch);
    place.readTokens += batch.length;
  }
}

function sharedLength(a: readonly Token[], b: readonly Token[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function samplingOf({ options }: EmbeddedChatRequest) {
  return {
    temperature: options.temperature ?? DEFAULTS.temperature,
    topK: options.top_k ?? DEFAULTS.topK,
    topP: options.top_p ?? DEFAULTS.topP,
    minP: options.min_p ?? DEFAULTS.minP,
    // llama.cpp takes 32 bits; a seed below zero means a random one, as in Ollama.
    seed: options.seed === undefined || options.seed < 0 ? randomSeed() : options.seed % 2 ** 32,
  };
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** `num_predict` below zero means as much as the context holds. */
function answerLimit(numPredict: number | undefined, room: number): number {
  return numPredict === undefined || numPredict < 0 ? room : Math.min(numPredict, room);
}
