import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Context } from 'mocha';

import { leaveOut } from '../../support/leave-out.ts';

const INSTALL = fileURLToPath(new URL('../../support/install-ollama.sh', import.meta.url));

/** The binary of an Ollama on this machine, `undefined` when there is none. */
export function findOllama(): string | undefined {
  const found = spawnSync('bash', [INSTALL, '--check'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

export interface RealOllama {
  readonly url: string;
  /** Imports a GGUF file; `modelfile` is what follows the FROM line. */
  create(name: string, gguf: string, modelfile: string): Promise<void>;
  /** Ends the server and its runners at once, as a crash would. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

/** A started Ollama for the tests of a suite, which are left out on a machine that has none. */
export async function realOllamaFor(context: Context): Promise<RealOllama> {
  const binary = findOllama();
  if (binary === undefined) {
    leaveOut(context, 'no Ollama: bash test/support/install-ollama.sh builds one', { installable: true });
  }
  return await startRealOllama(binary);
}

/** Starts a real Ollama with models, home and port of its own. */
export async function startRealOllama(binary: string): Promise<RealOllama> {
  const folder = await mkdtemp(join(tmpdir(), 'pantheon-ollama-'));
  const host = `127.0.0.1:${await freePort()}`;
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(folder, 'models'),
    OLLAMA_NO_CLOUD: '1',
    OLLAMA_NUM_PARALLEL: '2',
  };
  // A process group of its own, so that its runners end with it.
  const child = spawn(binary, ['serve'], { env, stdio: 'ignore', detached: true });
  await untilItAnswers(`http://${host}/api/version`, child);
  const kill = () => endGroup(child);
  return {
    url: `http://${host}`,
    kill,
    create: async (name, gguf, modelfile) => {
      const file = join(folder, 'Modelfile');
      await writeFile(file, `FROM ${gguf}\n${modelfile}`);
      const create = spawn(binary, ['create', name, '-f', file], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [said, [code]] = await Promise.all([
        text(create.stderr),
        once(create, 'exit') as Promise<[number | null]>,
      ]);
      if (code !== 0) throw new Error(`ollama create ended with ${code}: ${said}`);
    },
    dispose: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((closed) => server.close(() => closed()));
  return port;
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Ollama ended with ${child.exitCode}.`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    // The server has no other sign of being ready than an answer.
    await pause(20);
  }
}
