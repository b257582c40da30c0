import type { ModelErrorCause } from './types.ts';

/** A model call that failed. `reason` decides about a retry, the message goes into the trace. */
export class ModelError extends Error {
  readonly reason: ModelErrorCause;
  /** What the model had said until then; never used as an answer. */
  readonly partialText: string;

  constructor(
    reason: ModelErrorCause,
    message: string,
    options: { partialText?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ModelError';
    this.reason = reason;
    this.partialText = options.partialText ?? '';
  }
}

/** Lengths are refused with these words by v0.24 ("the input length exceeds the context length") and by later servers. */
const TOO_LONG =
  /exceeds? (the )?(available |maximum )?context|context (length|size|window) (was |is )?exceeded/i;
/** "model runner has unexpectedly stopped", "llama runner process no longer running", "… process has terminated". */
const RUNNER_STOPPED =
  /runner (process )?(has )?(unexpectedly stopped|no longer running|has terminated|terminated)/i;

/** The error that an HTTP status and the server's words stand for. `model` is what was asked for. */
export function errorOfStatus(status: number, words: string, model: string): ModelError {
  const said = words.trim().slice(0, 500) || `HTTP ${status}`;
  if (status === 404) {
    return new ModelError(
      'model-missing',
      `The server does not have ${model}: ${said}. Get it with: ollama pull ${model}`,
    );
  }
  if (TOO_LONG.test(said)) return tooLong(said);
  if (status === 503 || status === 429) return new ModelError('busy', `The server is busy: ${said}`);
  if (status >= 400 && status < 500)
    return new ModelError('bad-request', `The server refused the request: ${said}`);
  return errorOfWords(said);
}

/** The error behind an `error` line in a stream, or behind a status of 500 and above. */
export function errorOfWords(words: string, partialText = ''): ModelError {
  if (RUNNER_STOPPED.test(words)) {
    return new ModelError('runner-stopped', `The server's model process stopped: ${words}`, { partialText });
  }
  if (TOO_LONG.test(words)) return tooLong(words, partialText);
  return new ModelError('server-error', `The server reported an error: ${words}`, { partialText });
}

function tooLong(words: string, partialText = ''): ModelError {
  return new ModelError('prompt-too-long', `The prompt is too long: ${words}`, { partialText });
}
