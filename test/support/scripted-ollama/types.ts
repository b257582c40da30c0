import type { Json } from '../../../src/common/index.ts';

/** A model the scripted server pretends to have. Everything but the name has a default. */
export interface ScriptedModel {
  readonly name: string;
  /** Content digest; by default derived from the name. */
  readonly digest?: string;
  readonly maxContextTokens?: number;
  readonly capabilities?: readonly string[];
  /** What it takes to load, in virtual time. */
  readonly loadMs?: number;
  readonly promptTokensPerSecond?: number;
  readonly answerTokensPerSecond?: number;
  /** A model that runs elsewhere: `remote_host` in the lists of the server. */
  readonly remoteHost?: string;
}

/** What went wrong on purpose. `afterChunks` counts the pieces of the answer that were sent before it. */
export type Fault =
  | { readonly kind: 'hang-before-headers' }
  | { readonly kind: 'hang-mid-stream'; readonly afterChunks?: number }
  | { readonly kind: 'cut-stream'; readonly afterChunks?: number }
  | { readonly kind: 'end-without-done'; readonly afterChunks?: number }
  | { readonly kind: 'garbage'; readonly afterChunks?: number; readonly line?: string }
  | { readonly kind: 'stream-error'; readonly afterChunks?: number; readonly message?: string }
  | { readonly kind: 'status'; readonly status: number; readonly message?: string; readonly html?: boolean }
  | { readonly kind: 'refuse-connection' }
  | { readonly kind: 'slow-load'; readonly loadMs: number };

/** One answer. A plain string stands for `{ text }`. */
export interface ScriptedAnswer {
  readonly text: string;
  readonly thinking?: string;
  /** The pieces in which the text is streamed; by default about four characters each. */
  readonly chunks?: readonly string[];
  readonly fault?: Fault;
  /** Real (not virtual) pause before each piece, for tests of cancellation. */
  readonly chunkPauseMs?: number;
}

/** One request to /api/chat as the answering function sees it. */
export interface ScriptedRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** Content of the last user message. */
  readonly prompt: string;
  readonly options: { readonly [name: string]: Json };
  readonly format?: Json;
  readonly think?: Json;
  /** 1 for the first request with this model, these messages and this seed, 2 for the second … */
  readonly attempt: number;
  /** 1 for the first chat request of the server's life. */
  readonly ordinal: number;
}

/** What the server saw of one chat request, in the order of arrival. */
export interface RequestRecord {
  readonly ordinal: number;
  readonly model: string;
  readonly body: { readonly [name: string]: Json };
  readonly headers: { readonly [name: string]: string | undefined };
  readonly arrivedMs: number;
  /** Virtual times; absent while it waits. */
  startedMs?: number;
  endedMs?: number;
  outcome: 'waiting' | 'running' | 'done' | 'refused' | 'failed' | 'cancelled';
  promptTokens?: number;
  loadMs?: number;
}

/** One load of a model into memory. */
export interface LoadRecord {
  readonly model: string;
  readonly numCtx: number;
  readonly atMs: number;
}

export interface ScriptedOllamaOptions {
  readonly models: readonly (ScriptedModel | string)[];
  /** Answers a request; a pure function of it makes the server repeatable. */
  readonly answer: (request: ScriptedRequest) => string | ScriptedAnswer | Promise<string | ScriptedAnswer>;
  readonly version?: string;
  /** How many models fit into memory at once (default 1). */
  readonly maxLoaded?: number;
  /** Answers that one loaded model works on at once (`OLLAMA_NUM_PARALLEL`, default 1). */
  readonly numParallel?: number;
  /** Requests that may wait before the server says 503 (default 512). */
  readonly maxQueue?: number;
  /**
   * What happens to a prompt that does not fit:
   * `refuse` a 400 when the request says `truncate: false`, else as `exact` (v0.24 and later);
   * `exact` cut to exactly `num_ctx` whatever the request says (servers before `truncate`);
   * `halved` cut to about `(num_ctx + num_keep) / 2` (servers that shift while they read the prompt);
   * `dropped` old messages are left out until the rest fits.
   */
  readonly overflow?: 'refuse' | 'exact' | 'halved' | 'dropped';
  /** Tokens of a text (default: one per four characters, rounded up). */
  readonly tokensOf?: (text: string) => number;
  /** When set, requests without `Authorization: Bearer <token>` are refused with 401. */
  readonly token?: string;
  /** `virtual` (default): loads and answers take no real time; `real`: they take as long as they say. */
  readonly time?: 'virtual' | 'real';
  readonly port?: number;
}

/** A running scripted server. */
export interface ScriptedOllama {
  readonly url: string;
  readonly port: number;
  /** All chat requests so far, in the order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** All loads so far: the model swaps of a plan. */
  readonly loads: readonly LoadRecord[];
  /** Unload orders (`keep_alive: 0` without messages) so far, by model. */
  readonly unloads: readonly string[];
  /** Most answers that were worked on at the same time. */
  readonly peakParallel: number;
  /** Virtual milliseconds since the start. */
  now(): number;
  /** Makes the next chat requests fail in the given ways, one each, before `answer` is asked. */
  failNext(...faults: readonly Fault[]): void;
  /** Resolves when `predicate` holds; looked at after every change of a request. */
  until(predicate: () => boolean, signal?: AbortSignal): Promise<void>;
  /** Closes all connections and ends; afterwards the port refuses. */
  dispose(): Promise<void>;
}
