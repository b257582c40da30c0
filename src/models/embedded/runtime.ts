import { getLlama, LlamaLogLevel, readGgufFileInfo, type Llama } from 'node-llama-cpp';

import type { Disposable, Json } from '../../common/index.ts';
import type { Generated, Placement } from './loaded-model.ts';
import { ModelFiles, type ModelFile, type ModelFileFacts } from './model-file.ts';
import { RefusedRequest, type EmbeddedChatRequest } from './requests.ts';
import { Residency } from './residency.ts';

/** Ollama's own default; Pantheon always sends a value. */
const DEFAULT_NUM_CTX = 4096;
/** Below this size one thread serves an answer faster than several can agree on it. */
const SMALL_MODEL_BYTES = 64 * 1024 * 1024;
/** Answers of a small model that are worked on at once. */
const LEAST_PARALLEL = 2;
const MOST_PARALLEL = 4;

/** The models of the embedded server and the llama.cpp that runs them, both loaded when they are first needed. */
export class EmbeddedRuntime implements Disposable {
  readonly #files: ModelFiles;
  readonly #residency: Residency;
  readonly #cores: number;
  #llama: Promise<Llama> | undefined;

  constructor(files: readonly ModelFile[], cores: number) {
    this.#files = new ModelFiles(files);
    this.#cores = cores;
    this.#residency = new Residency(
      () => this.#load(),
      async (file) => this.#placementOf(await this.#factsOf(file.name)),
    );
  }

  /** Loads llama.cpp ahead of the first model, which takes most of the time of a small one's load. */
  warmUp(): void {
    this.#load().catch(() => {});
  }

  /** The answer of /api/tags. */
  async tags(): Promise<Json> {
    const facts = await this.#files.list();
    return facts.map(({ name, digest, sizeBytes, modifiedMs }) => ({
      name,
      model: name,
      modified_at: new Date(modifiedMs).toISOString(),
      size: sizeBytes,
      digest,
      details: { parent_model: '', format: 'gguf', family: '', families: [] },
    }));
  }

  /** The answer of /api/ps. */
  async running(): Promise<Json> {
    const facts = new Map((await this.#files.list()).map((each) => [each.name, each]));
    return this.#residency.list().map(({ name, numCtx, expiresAtMs }) => ({
      name,
      model: name,
      digest: facts.get(name)?.digest ?? '',
      size: facts.get(name)?.sizeBytes ?? 0,
      size_vram: 0,
      expires_at: new Date(expiresAtMs).toISOString(),
      context_length: numCtx,
    }));
  }

  /** The answer of /api/show: what the head of the file says. */
  async show(name: string): Promise<{ readonly [key: string]: Json }> {
    const facts = await this.#factsOf(name);
    const { metadata } = await readGgufFileInfo(facts.path, { readTensorInfo: false });
    const architecture = metadata.general.architecture;
    const contextLength = await this.#contextLengthOf(facts.path);
    return {
      details: { parent_model: '', format: 'gguf', family: architecture, families: [architecture] },
      model_info: { 'general.architecture': architecture, [`${architecture}.context_length`]: contextLength },
      capabilities: ['completion'],
      template: metadata.tokenizer.chat_template ?? '',
      modified_at: new Date(facts.modifiedMs).toISOString(),
    };
  }

  /** A chat request without messages: an order to load or, with keep_alive 0, to unload. */
  async loadOrUnload(
    request: EmbeddedChatRequest,
    keepAliveMs: number | undefined,
  ): Promise<'load' | 'unload'> {
    const file = this.#fileOf(request.model);
    if (keepAliveMs === 0) {
      await this.#residency.unload(file);
      return 'unload';
    }
    const lease = await this.#residency.lease(file, await this.#numCtxOf(request, file), keepAliveMs);
    lease.release();
    return 'load';
  }

  /** Answers a conversation; `loadMs` is the part of the time that went into getting the model ready. */
  async chat(
    request: EmbeddedChatRequest,
    keepAliveMs: number | undefined,
    onPiece: (piece: string) => void,
    gone: AbortSignal,
  ): Promise<{ readonly generated: Generated; readonly loadMs: number }> {
    const file = this.#fileOf(request.model);
    const lease = await this.#residency.lease(file, await this.#numCtxOf(request, file), keepAliveMs);
    try {
      return { generated: await lease.model.generate(request, onPiece, gone), loadMs: lease.loadMs };
    } finally {
      lease.release();
    }
  }

  async dispose(): Promise<void> {
    await this.#residency.dispose();
    await (await this.#llama?.catch(() => undefined))?.dispose();
  }

  #load(): Promise<Llama> {
    this.#llama ??= getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      logger: (_level, message) => void process.stderr.write(`${message.trimEnd()}\n`),
      maxThreads: 0,
    });
    return this.#llama;
  }

  #fileOf(name: string): ModelFile {
    const file = this.#files.find(name);
    if (file === undefined) throw new RefusedRequest(404, `model '${name}' not found`);
    return file;
  }

  async #factsOf(name: string): Promise<ModelFileFacts> {
    const { path } = this.#fileOf(name);
    const facts = (await this.#files.list()).find((each) => each.path === path);
    if (facts === undefined) throw new RefusedRequest(404, `model '${name}' not found: its file is gone`);
    return facts;
  }

  #placementOf({ sizeBytes }: ModelFileFacts): Placement {
    if (sizeBytes >= SMALL_MODEL_BYTES) return { threads: this.#cores, parallel: 1, large: true };
    return {
      threads: 1,
      parallel: Math.min(Math.max(this.#cores, LEAST_PARALLEL), MOST_PARALLEL),
      large: false,
    };
  }

  async #numCtxOf({ options }: EmbeddedChatRequest, file: ModelFile): Promise<number> {
    return Math.min(options.num_ctx ?? DEFAULT_NUM_CTX, await this.#contextLengthOf(file.path));
  }

  readonly #contextLengths = new Map<string, Promise<number>>();

  #contextLengthOf(path: string): Promise<number> {
    const known = this.#contextLengths.get(path) ?? readContextLength(path);
    this.#contextLengths.set(path, known);
    return known;
  }
}

async function readContextLength(path: string): Promise<number> {
  const { architectureMetadata } = await readGgufFileInfo(path, { readTensorInfo: false });
  return architectureMetadata.context_length ?? DEFAULT_NUM_CTX;
}
