import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import {
  startScriptedOllama,
  StochasticModel,
  type ScriptedOllama,
  type ScriptedOllamaOptions,
} from './index.ts';

interface Reply {
  readonly status: number;
  readonly lines: readonly { readonly [name: string]: unknown }[];
}

function post(server: ScriptedOllama, body: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(`${server.url}/api/chat`, { method: 'POST', agent: false }, (response) => {
      text(response).then((all) => {
        const lines = all.split('\n').filter((line) => line !== '');
        resolve({
          status: response.statusCode ?? 0,
          lines: lines.map((line) => JSON.parse(line) as Reply['lines'][0]),
        });
      }, reject);
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

const ask = (model: string, content: string, options: object = {}, rest: object = {}) => ({
  model,
  messages: [{ role: 'user', content }],
  options: { num_ctx: 2048, ...options },
  ...rest,
});

describe('the scripted Ollama', () => {
  const servers: ScriptedOllama[] = [];
  const start = async (options: Partial<ScriptedOllamaOptions> = {}) => {
    const server = await startScriptedOllama({
      models: ['a', 'b', 'c'],
      answer: ({ prompt }) => `re: ${prompt}`,
      ...options,
    });
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.dispose();
  });

  it('streams an answer and its counts', async () => {
    const server = await start();
    const { status, lines } = await post(server, ask('a', 'hello'));
    assert.equal(status, 200);
    assert.equal(lines.map((line) => (line['message'] as { content: string }).content).join(''), 're: hello');
    assert.equal(lines.at(-1)?.['done_reason'], 'stop');
    assert.equal(lines.at(-1)?.['load_duration'], 2_000_000_000);
  });

  it('reloads a model when num_ctx changes, and not otherwise', async () => {
    const server = await start();
    await post(server, ask('a', '1'));
    await post(server, ask('a', '2'));
    await post(server, ask('a', '3', { num_ctx: 4096 }));
    assert.deepEqual(
      server.loads.map(({ model, numCtx }) => [model, numCtx]),
      [
        ['a', 2048],
        ['a', 4096],
      ],
    );
  });

  it('unloads the idle model with the shortest keep_alive when there is no room', async () => {
    const server = await start({ maxLoaded: 2 });
    await post(server, ask('a', '1', {}, { keep_alive: 3600 }));
    await post(server, ask('b', '1', {}, { keep_alive: '10m' }));
    await post(server, ask('c', '1', {}, { keep_alive: -1 }));
    await post(server, ask('a', '2', {}, { keep_alive: 3600 }));
    await post(server, ask('b', '2'));
    assert.deepEqual(server.loads.map(({ model }) => model).join(''), 'abcb');
  });

  it('serves a loaded model past a queue that waits for another', async () => {
    const server = await start({ maxLoaded: 1, numParallel: 2 });
    server.failNext({ kind: 'hang-mid-stream', afterChunks: 0 });
    const hanging = post(server, ask('a', 'hang')).catch(() => 'cut');
    await server.until(() => server.requests[0]?.outcome === 'running');
    const blocked = post(server, ask('b', 'needs the place of a')).catch(() => 'cut');
    await server.until(() => server.requests.length === 2);
    const fast = await post(server, ask('a', 'fast path'));
    assert.equal(fast.status, 200);
    assert.equal(server.requests[1]?.outcome, 'waiting');
    await server.dispose();
    assert.deepEqual(await Promise.all([hanging, blocked]), ['cut', 'cut']);
  });

  it('refuses with 503 above the limit of its queue', async () => {
    const server = await start({ maxQueue: 1 });
    server.failNext({ kind: 'hang-mid-stream', afterChunks: 0 });
    const waiting = [post(server, ask('a', '1')).catch(() => 'cut')];
    await server.until(() => server.requests[0]?.outcome === 'running');
    waiting.push(post(server, ask('b', '2')).catch(() => 'cut'));
    await server.until(() => server.requests.length === 2);
    assert.equal((await post(server, ask('c', '3'))).status, 503);
    await server.dispose();
    await Promise.all(waiting);
  });

  it('cuts or refuses a prompt that is too long as each generation of servers does', async () => {
    const long = 'x'.repeat(4 * 4000);
    const count = async (overflow: ScriptedOllamaOptions['overflow'], rest: object) => {
      const server = await start(overflow === undefined ? {} : { overflow });
      const { status, lines } = await post(server, ask('a', long, {}, rest));
      return status === 200 ? lines.at(-1)?.['prompt_eval_count'] : status;
    };
    assert.equal(await count('refuse', { truncate: false }), 400);
    assert.equal(await count('refuse', {}), 2048);
    assert.equal(await count('exact', { truncate: false }), 2048);
    assert.equal(await count('halved', { truncate: false }), 1026);
  });

  it('takes no real time for virtual loads', async () => {
    const server = await start({ models: [{ name: 'a', loadMs: 3_600_000 }] });
    await post(server, ask('a', '1'));
    assert.ok(server.now() >= 3_600_000);
  });

  it('has a stochastic model whose rates are those it was given', () => {
    const model = new StochasticModel({ p: 0.3, T: 0.9, F: 0.1 }, 7);
    const answers = Array.from({ length: 4000 }, (_, k) => model.sample(`task ${k}`, 0));
    const right = answers.filter((answer) => answer.startsWith('right'));
    const wrong = answers.filter((answer) => answer.startsWith('wrong'));
    const share = (part: number, whole: number, rate: number) =>
      assert.ok(
        Math.abs(part / whole - rate) < 3.3 * Math.sqrt((rate * (1 - rate)) / whole),
        `${part}/${whole}`,
      );
    share(right.length, answers.length, 0.3);
    share(right.filter((answer) => model.accepts(answer, 't')).length, right.length, 0.9);
    share(wrong.filter((answer) => model.accepts(answer, 't')).length, wrong.length, 0.1);
    assert.equal(model.sample('task 1', 0), answers[1]);
  });
});
