import type { Disposable, Json } from '../common/index.ts';

/** A model server: Ollama, or the embedded one, which speaks the same protocol. */
export interface ModelServer {
  readonly url: string;
  readonly kind: 'ollama' | 'embedded';
  /** Sent as `Authorization: Bearer …` (the embedded server's token). */
  readonly token?: string;
}

/** A model found on a server, with what the server says it can do. */
export interface ResolvedModel {
  readonly server: ModelServer;
  readonly serverVersion: string;
  readonly name: string;
  /** Content digest as the server reports it. */
  readonly digest: string;
  readonly maxContextTokens: number;
  readonly capabilities: readonly ('completion' | 'tools' | 'thinking' | 'vision' | 'insert')[];
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly model: ResolvedModel;
  readonly messages: readonly ChatMessage[];
  readonly sampling: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly seed?: number;
  };
  /** Upper bound of answer tokens (`num_predict`). */
  readonly answerTokens: number;
  /** One of the fixed buckets (2048, 4096, 8192 …). */
  readonly numCtx: number;
  /** JSON Schema for structured output; never together with tools. */
  readonly format?: Json;
  /** How long the server keeps the model, in seconds. */
  readonly keepAliveSeconds?: number;
  readonly limits: { readonly totalMs: number; readonly firstTokenMs?: number; readonly idleMs?: number };
  /** `night` work gives way to `interactive` work (the default) and is queued again when it was aborted for it. */
  readonly priority?: 'interactive' | 'night';
  /** Whether a model that can think should (default: it should not). */
  readonly think?: boolean;
}

export interface ChatAnswer {
  readonly text: string;
  readonly thinking?: string;
  readonly doneReason: 'stop' | 'num-predict' | 'context';
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Above a second it counts as a swap. */
  readonly loadMs: number;
  readonly promptMs: number;
  readonly answerMs: number;
  readonly totalMs: number;
  readonly swapped: boolean;
  /** The context the model was loaded with: at least what was asked for, one value per model at a time. */
  readonly numCtx?: number;
  /** Requests that were sent again inside this call (busy server, silent runner, empty answer). */
  readonly retries?: number;
  /** How often the call was aborted for interactive work and queued again; not failures. */
  readonly preempted?: number;
}

/** Why a call failed, for retry and for the trace. */
export type ModelErrorCause =
  | 'unreachable'
  | 'model-missing'
  | 'busy'
  /** The server read less than it was sent. */
  | 'prompt-cut'
  /** The server refused the prompt as longer than the context. */
  | 'prompt-too-long'
  | 'first-token-timeout'
  | 'idle-timeout'
  | 'total-timeout'
  | 'stream-cut'
  | 'runner-stopped'
  | 'empty-answer'
  | 'bad-request'
  | 'server-error';

export interface ModelService extends Disposable {
  /** The first of `candidates` that a configured server has; throws `UserError` that says how to get one. Never remote models. */
  resolve(
    candidates: readonly string[],
    signal: AbortSignal,
    options?: { readonly night?: boolean },
  ): Promise<ResolvedModel>;
  /** One call under the protocol rules; throws `ModelError` (with a `ModelErrorCause`) or `UserError`. */
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer>;
  /** Smallest allowed bucket for a prompt of that many characters plus the answer, sticky per model as the lane rules say. */
  numCtxFor(model: ResolvedModel, promptChars: number, answerTokens: number): number;
  /**
   * State of every configured server, for doctor and views; never throws for a server that is away. The embedded server
   * is started for it only with `probe`.
   */
  servers(signal: AbortSignal, options?: { readonly probe?: boolean }): Promise<readonly ServerStatus[]>;
  /** What was called and what it cost since the service was made. */
  figures(): ModelFigures;
}

/** Totals of a service's life; every field only grows. */
export interface ModelFigures {
  readonly calls: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly modelSwaps: number;
  readonly retries: number;
  readonly preemptions: number;
  readonly failures: number;
  /** Time that answers took on the servers, in milliseconds, loads included. */
  readonly modelMs: number;
}

export interface ServerStatus {
  readonly server: ModelServer;
  readonly version: string | null;
  readonly models: readonly { readonly name: string; readonly digest: string; readonly sizeBytes: number }[];
  readonly problem?: string;
}
