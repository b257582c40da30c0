import type { ChatRequest as OllamaChatRequest } from 'ollama';

import { isAbort, type Clock } from '../common/index.ts';
import { promptTextOf, wasCut, type TokenEstimates } from './context.ts';
import { errorOfStatus, errorOfWords, ModelError } from './errors.ts';
import { readLines, send, type HttpAnswer } from './http.ts';
import type { ChatAnswer, ChatRequest, ModelErrorCause, ModelServer } from './types.ts';
import { parseChatLine, wordsOf, type ChatLine } from './wire.ts';

/** What one attempt needs from its surroundings. */
export interface AttemptContext {
  readonly clock: Clock;
  readonly estimates: TokenEstimates;
  /** Called at the first piece of the answer (for observing what runs in parallel). */
  readonly onFirstToken?: () => void;
}

/** A cold load of a large model is in it. */
const FIRST_TOKEN_MS = 8 * 60_000;
const IDLE_MS = 60_000;
const KEEP_ALIVE_SECONDS = 600;
/** `load_duration` above this counts as a swap: a loaded model needs some 50 ms. */
const SWAP_MS = 1000;
const NANOSECONDS_PER_MS = 1_000_000;

type Body = OllamaChatRequest & { truncate: boolean; shift: boolean };

/**
 * The body of /api/chat. `truncate`, `shift` and the absence of all runner options but `num_ctx` are constant, since a
 * change of any of them can make the server load the model again. `repeat_penalty` is 1 because the server's own default
 * of 1.1 punishes an answer for copying code.
 */
export function chatBody(request: ChatRequest): Body {
  const { sampling, model } = request;
  return {
    model: model.name,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    truncate: false,
    shift: false,
    keep_alive: request.keepAliveSeconds ?? KEEP_ALIVE_SECONDS,
    ...(model.capabilities.includes('thinking') ? { think: request.think ?? false } : {}),
    ...(request.format === undefined ? {} : { format: request.format as object }),
    options: {
      num_ctx: request.numCtx,
      num_predict: request.answerTokens,
      repeat_penalty: 1,
      ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
      ...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
      ...(sampling.topK === undefined ? {} : { top_k: sampling.topK }),
      ...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
    },
  };
}

/**
 * Sends a request once and reads its stream to the end. Throws `ModelError`, or the reason of the signal; leaving for any
 * reason closes the connection, which stops the server's work on it.
 */
export async function attemptChat(
  server: ModelServer,
  request: ChatRequest,
  context: AttemptContext,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const silence = new Silence(context.clock, signal);
  const heard: Heard = { text: '', thinking: '' };
  try {
    silence.expect(
      request.limits.firstTokenMs ?? FIRST_TOKEN_MS,
      (ms) => new ModelError('first-token-timeout', `No first token within ${Math.round(ms / 1000)} s.`),
    );
    const answer = await send(server, 'POST', '/api/chat', chatBody(request), silence.signal);
    if (answer.status !== 200) throw errorOfStatus(answer.status, await wordsOf(answer), request.model.name);
    const last = await readStream(answer, heard, request, silence, context);
    return finish(last, heard, request, context);
  } catch (error) {
    throw withPartialText(silence.reasonFor(error), heard.text);
  } finally {
    silence.end();
  }
}

interface Heard {
  text: string;
  thinking: string;
}

async function readStream(
  answer: HttpAnswer,
  heard: Heard,
  request: ChatRequest,
  silence: Silence,
  context: AttemptContext,
): Promise<ChatLine> {
  let first = true;
  for await (const text of readLines(answer)) {
    const line = parseChatLine(text, heard.text);
    if (line.error !== undefined) throw errorOfWords(line.error, heard.text);
    if (first) context.onFirstToken?.();
    first = false;
    heard.text += line.message?.content ?? '';
    heard.thinking += line.message?.thinking ?? '';
    if (line.done === true) return line;
    silence.expect(
      request.limits.idleMs ?? IDLE_MS,
      (ms) => new ModelError('idle-timeout', `The model went silent for ${Math.round(ms / 1000)} s.`),
    );
  }
  throw new ModelError('stream-cut', 'The stream ended before the answer was done.', {
    partialText: heard.text,
  });
}

function finish(line: ChatLine, heard: Heard, request: ChatRequest, context: AttemptContext): ChatAnswer {
  const text = promptTextOf(request.messages);
  const prompt = { text, digest: request.model.digest, numCtx: request.numCtx };
  if (wasCut(prompt, line.prompt_eval_count, context.estimates)) {
    throw new ModelError(
      'prompt-cut',
      `The server read ${line.prompt_eval_count ?? 'an unknown number of'} tokens of a prompt of ${text.whole.length} ` +
        `characters with a context of ${request.numCtx}: it was cut, so its answer is not used.`,
      { partialText: heard.text },
    );
  }
  const promptTokens = line.prompt_eval_count ?? 0;
  const answerTokens = line.eval_count ?? 0;
  context.estimates.learn(request.model.digest, text, promptTokens);
  const milliseconds = (nanoseconds: number | undefined) => (nanoseconds ?? 0) / NANOSECONDS_PER_MS;
  const loadMs = milliseconds(line.load_duration);
  return {
    text: heard.text,
    ...(heard.thinking === '' ? {} : { thinking: heard.thinking }),
    doneReason: doneReasonOf(line, request),
    promptTokens,
    answerTokens,
    loadMs,
    promptMs: milliseconds(line.prompt_eval_duration),
    answerMs: milliseconds(line.eval_duration),
    totalMs: milliseconds(line.total_duration),
    swapped: loadMs > SWAP_MS,
    numCtx: request.numCtx,
  };
}

/** `length` means either that `num_predict` was reached or that the context is full; the counts tell which. */
function doneReasonOf(line: ChatLine, request: ChatRequest): ChatAnswer['doneReason'] {
  if (line.done_reason !== 'length') return 'stop';
  return (line.eval_count ?? 0) >= request.answerTokens ? 'num-predict' : 'context';
}

function withPartialText(error: unknown, partialText: string): unknown {
  if (!(error instanceof ModelError) || error.partialText !== '' || partialText === '') return error;
  return new ModelError(error.reason, error.message, { partialText, cause: error.cause });
}

/** Watches for silence: aborts its signal when nothing was heard for the time that is expected now. */
class Silence {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly signal: AbortSignal;
  #waiting: AbortController | undefined;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
  }

  /** Starts the wait over with a new limit. */
  expect(limitMs: number, errorOf: (limitMs: number) => ModelError): void {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#clock.sleep(limitMs, waiting.signal).then(
      () => this.#controller.abort(errorOf(limitMs)),
      () => {},
    );
  }

  /** What really went wrong: the reason of the abort when there was one. */
  reasonFor(error: unknown): unknown {
    return this.signal.aborted && (error === this.signal.reason || isAbort(error))
      ? this.signal.reason
      : error;
  }

  end(): void {
    this.#waiting?.abort();
  }
}

/** Whether a new attempt with the same request can have another result. */
export function isWorthRetrying(reason: ModelErrorCause): boolean {
  return (
    reason === 'busy' ||
    reason === 'first-token-timeout' ||
    reason === 'runner-stopped' ||
    reason === 'empty-answer'
  );
}
