import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../../../src/common/index.ts';
import {
  createModelService,
  EmbeddedServer,
  type ModelServer,
  type ModelService,
} from '../../../src/models/index.ts';
import { startScriptedOllama, uniform, type ScriptedRequest } from '../../support/scripted-ollama/index.ts';
import { CHAIN_ANSWER, CHAIN_MODELFILE, writeChainModel } from '../../support/tiny-gguf/chain-model.ts';
import { findOllama, startRealOllama } from './real-ollama.ts';

/** The name under which every server of the suite has the same model. */
export const CHAIN = 'chain';
export const CHAIN_CONTEXT_TOKENS = 4096;
/** The embedded server, run from its source. */
export const ENTRY = fileURLToPath(new URL('../../../src/models/embedded/main.ts', import.meta.url));

/** One server under test, with a service that knows it alone. */
export interface Backend {
  readonly service: ModelService;
  /** Where it is now. */
  locate(): Promise<ModelServer>;
  /** Ends the server as a crash would. */
  crash(): Promise<void>;
  /** Whether calls find a server again after a crash without anybody's help. */
  readonly comesBack: boolean;
  dispose(): Promise<void>;
}

export interface BackendKind {
  readonly name: string;
  /** Why it cannot run here. */
  readonly missing?: string;
  start(): Promise<Backend>;
}

export const BACKENDS: readonly BackendKind[] = [
  { name: 'the scripted server', start: startScripted },
  { name: 'the embedded server', start: startEmbedded },
  realOllama(),
];

function realOllama(): BackendKind {
  const binary = findOllama();
  const missing = 'no ollama on this machine (bash test/support/install-ollama.sh builds one)';
  return {
    name: 'a real Ollama',
    ...(binary === undefined ? { missing } : {}),
    start: async () => {
      if (binary === undefined) throw new Error(missing);
      return startReal(binary);
    },
  };
}

async function startScripted(): Promise<Backend> {
  const server = await startScriptedOllama({
    models: [{ name: CHAIN, maxContextTokens: CHAIN_CONTEXT_TOKENS }],
    numParallel: 2,
    // One token per character, as the tiny model has it.
    tokensOf: (text) => text.length,
    answer: (request) => {
      const text = chainAnswer(request);
      return { text, chunks: text.split(''), chunkPauseMs: 1 };
    },
  });
  const service = serviceFor(server.url);
  return {
    service,
    comesBack: false,
    locate: () => Promise.resolve({ url: server.url, kind: 'ollama' }),
    crash: () => server.dispose(),
    dispose: async () => {
      await service.dispose();
      await server.dispose();
    },
  };
}

/** What the tiny model says, as far as the suite looks at it. */
function chainAnswer({ prompt, options }: ScriptedRequest): string {
  if (prompt.endsWith('?')) return CHAIN_ANSWER;
  const greedy = options['temperature'] === 0;
  const first = prompt.charCodeAt(prompt.length - 1) - 97;
  const letter = (index: number) =>
    greedy ? first + 1 + index : Math.floor(26 * uniform(JSON.stringify(options['seed']), index));
  return Array.from({ length: CHAIN_CONTEXT_TOKENS * 4 }, (_, index) =>
    String.fromCharCode(97 + (letter(index) % 26)),
  ).join('');
}

async function startEmbedded(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'pantheon-embedded-'));
  const path = join(folder, 'chain.gguf');
  await writeChainModel(path, { contextTokens: CHAIN_CONTEXT_TOKENS });
  const embedded = new EmbeddedServer({
    node: process.execPath,
    entry: ENTRY,
    files: [{ name: CHAIN, path }],
    version: '1.2.3',
    clock: systemClock,
  });
  const service = createModelService({ servers: [], embedded, clock: systemClock, random: () => 0 });
  return {
    service,
    comesBack: true,
    locate: () => embedded.locate(AbortSignal.timeout(30_000)),
    crash: async () => {
      if (embedded.pid !== undefined) process.kill(embedded.pid, 'SIGKILL');
    },
    dispose: async () => {
      await service.dispose();
      await embedded.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startReal(binary: string): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'pantheon-gguf-'));
  const path = join(folder, 'chain.gguf');
  await writeChainModel(path, { contextTokens: CHAIN_CONTEXT_TOKENS });
  const server = await startRealOllama(binary);
  await server.create(CHAIN, path, CHAIN_MODELFILE);
  const service = serviceFor(server.url);
  return {
    service,
    comesBack: false,
    locate: () => Promise.resolve({ url: server.url, kind: 'ollama' }),
    crash: () => server.kill(),
    dispose: async () => {
      await service.dispose();
      await server.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A service that knows one server; busy servers are asked again at once. */
export function serviceFor(url: string): ModelService {
  return createModelService({
    servers: [{ url, origin: 'settings' }],
    clock: systemClock,
    random: () => 0,
  });
}
