import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../../src/common/index.ts';
import {
  bundledModelFiles,
  createModelService,
  EmbeddedServer,
  type ChatRequest,
  type EmbeddedServerSettings,
  type ResolvedModel,
} from '../../src/models/index.ts';
import { CHAIN_ANSWER, writeChainModel } from '../support/tiny-gguf/chain-model.ts';
import { ENTRY } from './support/backends.ts';

const never = () => AbortSignal.timeout(60_000);

describe('the embedded model server', function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  const ends: (() => void | Promise<void>)[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pantheon-embedded-'));
    path = join(folder, 'chain.gguf');
    await writeChainModel(path);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const supervise = (settings: Partial<EmbeddedServerSettings> = {}) => {
    const embedded = new EmbeddedServer({
      node: process.execPath,
      entry: ENTRY,
      files: [{ name: 'chain', path }],
      version: '1.2.3',
      clock: systemClock,
      ...settings,
    });
    const service = createModelService({ servers: [], embedded, clock: systemClock, random: () => 0 });
    ends.push(
      () => embedded.dispose(),
      () => service.dispose(),
    );
    return { embedded, service };
  };
  const ask = (model: ResolvedModel, content: string): ChatRequest => ({
    model,
    messages: [{ role: 'user', content }],
    sampling: { temperature: 0 },
    answerTokens: 12,
    numCtx: 2048,
    limits: { totalMs: 60_000 },
  });
  const isGone = async (pid: number) => {
    for (; !never().aborted;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise(setImmediate);
    }
  };

  it('is started by the first use and not by a look at its state', async () => {
    const { embedded, service } = supervise();
    const [status] = await service.servers(never());
    assert.deepEqual(
      status?.models.map(({ name }) => name),
      ['chain'],
    );
    await assert.rejects(service.resolve(['other'], never()), { code: 'model-missing' });
    assert.equal(embedded.starts, 0);
    const model = await service.resolve(['other', 'chain:latest'], never());
    assert.deepEqual([model.name, model.serverVersion, model.server.kind], ['chain', '1.2.3', 'embedded']);
    assert.equal(embedded.starts, 1);
  });

  it('comes up once for callers that come at once, and again after a crash', async () => {
    const { embedded, service } = supervise();
    const models = await Promise.all([1, 2, 3].map(() => service.resolve(['chain'], never())));
    const [model] = models;
    assert.ok(model !== undefined);
    assert.equal(embedded.starts, 1);
    assert.ok(embedded.pid !== undefined);
    process.kill(embedded.pid, 'SIGKILL');
    // The model still names the old address; the call goes to the new one.
    assert.equal((await service.chat(ask(model, 'hello?'), never())).text, CHAIN_ANSWER);
    assert.equal(embedded.starts, 2);
  });

  it('ends with its owner, whether that says goodbye or not', async () => {
    const { embedded } = supervise();
    await embedded.locate(never());
    const { pid } = embedded;
    assert.ok(pid !== undefined);
    await embedded.dispose();
    await isGone(pid);
    await assert.rejects(embedded.locate(never()));

    const owner = spawn(process.execPath, [OWNER, ENTRY, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    owner.kill('SIGKILL');
    await isGone(Number(line));
  });

  it('says why it does not start', async () => {
    const broken = supervise({ entry: join(folder, 'no-such-entry.mjs') });
    await assert.rejects(broken.service.resolve(['chain'], never()), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'embedded-server');
      assert.match(error.message, /did not start: [^]*no-such-entry/);
      return true;
    });
    const noNode = supervise({ node: join(folder, 'no-such-node') });
    await assert.rejects(noNode.service.resolve(['chain'], never()), /ENOENT/);
  });

  it('fails a call for a file that is not a model, and goes on with the others', async () => {
    const bad = join(folder, 'bad.gguf');
    await writeFile(bad, Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(64)]));
    const files = [
      { name: 'bad', path: bad },
      { name: 'gone', path: join(folder, 'gone.gguf') },
      { name: 'chain', path },
    ];
    const { embedded, service } = supervise({ files });
    const model = await service.resolve(['gone', 'chain'], never());
    assert.equal(model.name, 'chain');
    await assert.rejects(service.chat(ask({ ...model, name: 'bad' }, 'x?'), never()), { name: 'ModelError' });
    assert.equal((await service.chat(ask(model, 'x?'), never())).text, CHAIN_ANSWER);
    assert.equal(embedded.starts, 1);
  });

  it('answers nobody without the token', async () => {
    const { embedded } = supervise();
    const { url } = await embedded.locate(never());
    for (const authorization of [undefined, 'Bearer wrong', 'Bearer ']) {
      const headers = authorization === undefined ? {} : { authorization };
      assert.equal((await fetch(`${url}/api/tags`, { headers })).status, 401);
    }
    assert.equal(new URL(url).hostname, '127.0.0.1');
  });

  it('gives the same answer whatever was asked before', async () => {
    const { service } = supervise();
    const model = await service.resolve(['chain'], never());
    const sampled = { temperature: 1.3, topK: 26, topP: 1, seed: 5 };
    const chat = async (content: string) =>
      (await service.chat({ ...ask(model, content), sampling: sampled, numCtx: 4096 }, never())).text;
    // Longer than a batch, with a shared beginning, a shorter one, and the same once more.
    const prompts = [
      'a'.repeat(1300),
      `${'a'.repeat(1300)}b`,
      'a'.repeat(600),
      'a'.repeat(1300),
      `${'a'.repeat(700)}c`,
    ];
    const alone: string[] = [];
    for (const prompt of prompts) {
      await chat(`z${prompt}`);
      alone.push(await chat(prompt));
    }
    for (const [at, prompt] of prompts.entries()) assert.equal(await chat(prompt), alone[at]);
    const together = await Promise.all(prompts.map(chat));
    assert.deepEqual(together, alone);
  });

  it('reads exactly the tokens of the template: special ones whole, the first one once', async () => {
    const variants = {
      plain: {},
      bos: { addBos: true },
      both: { addBos: true, template: `{{ bos_token }}${TEMPLATE}` },
      own: { template: `{{ bos_token }}${TEMPLATE}` },
      generation: {
        template: `${TEMPLATE}\n{% if add_generation_prompt %}\n<|assistant|>{% endif %}`,
      },
    };
    const files = Object.keys(variants).map((name) => ({ name, path: join(folder, `${name}.gguf`) }));
    for (const [name, options] of Object.entries(variants)) {
      await writeChainModel(join(folder, `${name}.gguf`), options);
    }
    const { service } = supervise({ files });
    const count = async (name: string, content: string) => {
      const model = await service.resolve([name], never());
      return (await service.chat(ask(model, content), never())).promptTokens;
    };
    // <|user|> and six letters; then the same with the token of the beginning.
    assert.equal(await count('plain', 'hello?'), 7);
    assert.equal(await count('bos', 'hello?'), 8);
    assert.equal(await count('both', 'hello?'), 8);
    assert.equal(await count('own', 'hello?'), 8);
    // Blocks take their line ends with them, as where such templates are written: only <|assistant|> comes on top.
    assert.equal(await count('generation', 'hello?'), 8);
    assert.equal(await count('plain', '  <|end|> \n'), 1 + 2 + 1 + 2);
  });

  it('finds the models that come with the product by their folders', async () => {
    const agents = join(folder, 'agents');
    await mkdir(join(agents, 'mender'), { recursive: true });
    await mkdir(join(agents, 'flows'), { recursive: true });
    await cp(path, join(agents, 'mender', 'model.gguf'));
    assert.deepEqual(await bundledModelFiles(agents), [
      { name: 'mender', path: join(agents, 'mender', 'model.gguf') },
    ]);
    assert.deepEqual(await bundledModelFiles(join(folder, 'nothing')), []);
  });

  it('serves files in the foreground until its input pipe closes', async () => {
    const child = spawn(process.execPath, [ENTRY, path], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { url, token, models } = JSON.parse(line) as { url: string; token: string; models: string[] };
    assert.deepEqual(models, ['chain']);
    const answer = await fetch(`${url}/api/version`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    child.stdin.end();
    await once(child, 'exit');

    const wrong = spawn(process.execPath, [ENTRY, fileURLToPath(import.meta.url)], { stdio: 'ignore' });
    assert.deepEqual(await once(wrong, 'exit'), [3, null]);
  });
});

const TEMPLATE = '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}';

/** A process that starts the server, says its pid and does nothing more. */
const OWNER = fileURLToPath(new URL('./support/owner.ts', import.meta.url));
