import type { Clock } from '../common/index.ts';
import { attemptChat, isWorthRetrying, type AttemptContext } from './chat-attempt.ts';
import { ModelError } from './errors.ts';
import { readText, send } from './http.ts';
import type { ChatAnswer, ChatRequest, ModelServer } from './types.ts';

/** What a call needs from its surroundings. `random` returns numbers in [0, 1). */
export interface CallContext extends AttemptContext {
  readonly random: () => number;
  /** Where the server is now: an embedded server can have a new address after a restart. */
  readonly locate: (signal: AbortSignal, broken?: ModelServer) => Promise<ModelServer>;
}

/** A busy server is asked again this often … */
const BUSY_TRIES = 6;
/** … after a random part of 0.5, 1, 2, 4 … s, at most 15 s (full jitter, so that clients do not come back together). */
const BUSY_BASE_MS = 500;
const BUSY_MOST_MS = 15_000;
/** An order to unload answers at once on a server that is well. */
const UNLOAD_MS = 10_000;

/**
 * One call: attempts under the total time limit, with the retries that the protocol calls for. A busy server (503) is
 * asked again with jittered pauses; a silent or stopped runner is unloaded and asked once more; an empty answer is asked
 * for once more; the embedded server is started again and asked once more. Everything else fails the attempt, and the caller decides.
 */
export async function callChat(
  request: ChatRequest,
  context: CallContext,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const total = new AbortController();
  const ended = new AbortController();
  context.clock.sleep(request.limits.totalMs, AbortSignal.any([signal, ended.signal])).then(
    () =>
      total.abort(
        new ModelError('total-timeout', `The call took longer than ${request.limits.totalMs / 1000} s.`),
      ),
    () => {},
  );
  const limited = AbortSignal.any([signal, total.signal]);
  try {
    return await attemptUntilDone(request, context, limited);
  } catch (error) {
    throw limited.aborted ? limited.reason : error;
  } finally {
    ended.abort();
  }
}

async function attemptUntilDone(
  request: ChatRequest,
  context: CallContext,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  let busy = 0;
  const retried = new Set<string>();
  let broken: ModelServer | undefined;
  for (let retries = 0; ; retries++) {
    const server = await context.locate(signal, broken);
    try {
      const answer = await attemptChat(server, request, context, signal);
      // A model that only thought until its limit is not empty, it is cut: the reason says so.
      if (answer.text.trim() === '' && answer.doneReason === 'stop') {
        throw new ModelError('empty-answer', 'The model gave an empty answer.');
      }
      return { ...answer, retries };
    } catch (thrown) {
      const error = asRunnerStopped(thrown, server);
      broken = error === thrown ? undefined : server;
      if (signal.aborted || !(error instanceof ModelError) || !isWorthRetrying(error.reason)) throw error;
      if (error.reason === 'busy') {
        if (++busy >= BUSY_TRIES) throw error;
        await context.clock.sleep(pauseMs(busy, context.random), signal);
        continue;
      }
      if (retried.has(error.reason)) throw error;
      retried.add(error.reason);
      if (error.reason === 'first-token-timeout')
        await unload(server, request.model.name, context.clock, signal);
    }
  }
}

/** The embedded server is a model process itself: a connection that breaks means that it stopped. */
function asRunnerStopped(error: unknown, server: ModelServer): unknown {
  if (server.kind !== 'embedded' || !(error instanceof ModelError)) return error;
  if (error.reason !== 'unreachable' && error.reason !== 'stream-cut') return error;
  return new ModelError('runner-stopped', `The embedded model server stopped: ${error.message}`, {
    partialText: error.partialText,
    cause: error,
  });
}

/** Full jitter: a random part of an exponentially growing bound. */
function pauseMs(failures: number, random: () => number): number {
  return random() * Math.min(BUSY_MOST_MS, BUSY_BASE_MS * 2 ** (failures - 1));
}

/**
 * Asks the server to drop a model from memory: a runner can accept a request and never work on it, and only a fresh one
 * helps. That it fails is no news: the retry that follows will say what is wrong.
 */
export async function unload(
  server: ModelServer,
  model: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const ended = new AbortController();
  const limit = new AbortController();
  clock.sleep(UNLOAD_MS, AbortSignal.any([signal, ended.signal])).then(
    () => limit.abort(new ModelError('server-error', 'The server did not unload the model.')),
    () => {},
  );
  try {
    const body = { model, messages: [], keep_alive: 0 };
    const answer = await send(server, 'POST', '/api/chat', body, AbortSignal.any([signal, limit.signal]));
    await readText(answer);
    return answer.status === 200;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof ModelError) return false;
    throw error;
  } finally {
    ended.abort();
  }
}
