import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';

import { systemClock, type Clock } from '../../src/common/index.ts';
import {
  createModelService,
  ModelError,
  type ChatRequest,
  type ModelErrorCause,
  type ModelService,
  type ResolvedModel,
} from '../../src/models/index.ts';
import {
  startScriptedOllama,
  type ScriptedOllama,
  type ScriptedOllamaOptions,
} from '../support/scripted-ollama/index.ts';

const PATIENCE_MS = 20_000;
const never = () => AbortSignal.timeout(PATIENCE_MS);

interface Bench {
  readonly server: ScriptedOllama;
  readonly service: ModelService;
  readonly model: ResolvedModel;
  readonly chat: (
    content: string,
    rest?: Partial<ChatRequest>,
    signal?: AbortSignal,
  ) => ReturnType<ModelService['chat']>;
}

describe('the rules of talking to a model server', () => {
  const ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const start = async (options: Partial<ScriptedOllamaOptions> = {}): Promise<Bench> => {
    const server = await startScriptedOllama({
      models: ['a'],
      answer: ({ prompt }) => `re: ${prompt}`,
      ...options,
    });
    const service = createModelService({
      servers: [{ url: server.url, origin: 'settings' }],
      clock: systemClock,
      random: () => 0,
    });
    ends.push(
      () => service.dispose(),
      () => server.dispose(),
    );
    const model = await service.resolve(['a'], never());
    return {
      server,
      service,
      model,
      chat: (content, rest = {}, signal = never()) =>
        service.chat(
          {
            model,
            messages: [{ role: 'user', content }],
            sampling: {},
            answerTokens: 100,
            numCtx: 2048,
            limits: { totalMs: PATIENCE_MS },
            ...rest,
          },
          signal,
        ),
    };
  };
  const fails = async (call: Promise<unknown>, reason: ModelErrorCause): Promise<ModelError> => {
    const error = await call.then(
      () => assert.fail('it was answered'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.reason, reason);
    return error;
  };

  it('always sends the context, no truncation and no shift, and an explicit choice of thinking', async () => {
    const { server, chat } = await start();
    await chat('x', { sampling: { temperature: 0.5, topP: 0.9, topK: 7, seed: 3 }, keepAliveSeconds: 9 });
    const body = server.requests[0]?.body;
    assert.deepEqual(body?.['options'], {
      num_ctx: 2048,
      num_predict: 100,
      repeat_penalty: 1,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 7,
      seed: 3,
    });
    assert.deepEqual([body?.['truncate'], body?.['shift'], body?.['stream']], [false, false, true]);
    assert.equal(body?.['keep_alive'], 9);
    assert.equal('think' in (body ?? {}), false, 'a model that cannot think gets no order about it');
    assert.equal('tools' in (body ?? {}), false);
  });

  it('tells a model that can think whether it should', async () => {
    const { server, chat } = await start({
      models: [{ name: 'a', capabilities: ['completion', 'thinking'] }],
      answer: ({ think }) => (think === true ? { text: 'done', thinking: 'hm' } : { text: 'done' }),
    });
    assert.equal((await chat('x')).thinking, undefined);
    const thought = await chat('x', { think: true });
    assert.deepEqual([thought.text, thought.thinking], ['done', 'hm']);
    assert.deepEqual(
      server.requests.map(({ body }) => body['think']),
      [false, true],
    );
  });

  it('passes a schema on and never with tools', async () => {
    const { server, chat } = await start();
    await chat('x', { format: { type: 'object' } });
    assert.deepEqual(server.requests[0]?.body['format'], { type: 'object' });
    assert.equal('tools' in (server.requests[0]?.body ?? {}), false);
  });

  it('asks a busy server again and gives up in the end', async () => {
    const { server, chat } = await start();
    const busy = { kind: 'status', status: 503, message: 'server busy' } as const;
    server.failNext(busy, busy);
    const answer = await chat('x');
    assert.deepEqual([answer.text, answer.retries], ['re: x', 2]);
    server.failNext(...Array.from({ length: 6 }, () => busy));
    await fails(chat('y'), 'busy');
    assert.equal((await chat('z')).text, 're: z');
  });

  it('waits longer for a busy server each time, up to a bound', async () => {
    const pauses: number[] = [];
    const { server, model } = await start();
    const service = createModelService({
      servers: [],
      clock: {
        now: () => 0,
        // Only the pauses end at once; the limits, all longer, never do.
        sleep: (ms, signal) => {
          if (ms > 15_000)
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error())));
          pauses.push(ms);
          return Promise.resolve();
        },
      },
      random: () => 0.5,
    });
    ends.push(() => service.dispose());
    server.failNext(...Array.from({ length: 5 }, () => ({ kind: 'status', status: 503 }) as const));
    const request = {
      model,
      messages: [{ role: 'user', content: 'x' }],
      sampling: {},
      answerTokens: 9,
      numCtx: 2048,
    };
    await service.chat({ ...request, limits: { totalMs: 1e9 } } as ChatRequest, never());
    assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000]);
  });

  it('takes an error line in a stream for what it is, under status 200', async () => {
    const { server, chat } = await start();
    server.failNext({ kind: 'stream-error', afterChunks: 0, message: 'an odd error' });
    assert.match((await fails(chat('x'), 'server-error')).message, /an odd error/);
    server.failNext({ kind: 'stream-error', message: 'model runner has unexpectedly stopped' });
    assert.equal((await chat('x')).retries, 1, 'a runner that stopped is worth one more try');
  });

  it('keeps what a failed call had said, but not as an answer', async () => {
    const { server, chat } = await start({
      answer: () => ({ text: 'abcdefghijkl', chunks: ['abcd', 'efgh', 'ijkl'] }),
    });
    server.failNext({ kind: 'end-without-done', afterChunks: 2 }, { kind: 'cut-stream', afterChunks: 1 });
    assert.equal((await fails(chat('x'), 'stream-cut')).partialText, 'abcdefgh');
    assert.equal((await fails(chat('x'), 'stream-cut')).partialText, 'abcd');
    server.failNext({ kind: 'garbage', afterChunks: 1 });
    assert.equal((await fails(chat('x'), 'stream-cut')).partialText, 'abcd');
  });

  it('reads characters that are split between packets and a page of HTML as an error', async () => {
    const { server, chat } = await start({ answer: () => 'äöü€😀 — ok' });
    assert.equal((await chat('x')).text, 'äöü€😀 — ok');
    server.failNext({ kind: 'status', status: 502, html: true });
    assert.match((await fails(chat('x'), 'server-error')).message, /bad gateway/);
    server.failNext({ kind: 'status', status: 400, message: 'no such capability' });
    await fails(chat('x'), 'bad-request');
    server.failNext({ kind: 'refuse-connection' });
    await fails(chat('x'), 'unreachable');
  });

  it('asks once more for an empty answer', async () => {
    const { server, chat } = await start({ answer: ({ attempt }) => (attempt === 2 ? 'now' : ' \n') });
    const answer = await chat('x');
    assert.deepEqual([answer.text, answer.retries], ['now', 1]);
    await fails(
      chat('y', { sampling: { seed: 1 } }).then(() => chat('x')),
      'empty-answer',
    );
    assert.ok(server.requests.length <= 6);
  });

  it('unloads a silent runner and asks once more', async () => {
    const { server, chat } = await start();
    server.failNext({ kind: 'hang-before-headers' });
    const limits = { totalMs: PATIENCE_MS, firstTokenMs: 150 };
    const answer = await chat('x', { limits });
    assert.deepEqual([answer.text, answer.retries], ['re: x', 1]);
    assert.deepEqual(server.unloads, ['a']);
    server.failNext({ kind: 'hang-before-headers' }, { kind: 'hang-before-headers' });
    await fails(chat('y', { limits }), 'first-token-timeout');
    await server.until(() => server.requests.every(({ outcome }) => outcome !== 'running'), never());
  });

  it('gives up on a stream that went silent, and on a call that takes too long', async () => {
    const { server, chat } = await start();
    server.failNext({ kind: 'hang-mid-stream' });
    const idle = await fails(chat('x', { limits: { totalMs: PATIENCE_MS, idleMs: 100 } }), 'idle-timeout');
    assert.equal(idle.partialText, 're: ');
    server.failNext({ kind: 'hang-mid-stream' });
    await fails(chat('x', { limits: { totalMs: 150 } }), 'total-timeout');
    server.failNext({ kind: 'hang-before-headers' });
    await fails(chat('x', { limits: { totalMs: 150 } }), 'total-timeout');
    await server.until(() => server.requests.every(({ outcome }) => outcome === 'cancelled'), never());
  });

  it('closes the connection of a call that is cancelled, at whatever stage', async () => {
    const { server, chat } = await start({ answer: () => ({ text: 'x'.repeat(400), chunkPauseMs: 20 }) });
    const cancel = async (reached: () => boolean) => {
      const controller = new AbortController();
      const call = chat('x', {}, controller.signal);
      const outcome = call.catch((error: unknown) => error);
      await server.until(reached, never());
      const reason = new Error('enough');
      controller.abort(reason);
      assert.equal(await outcome, reason);
      await server.until(() => server.requests.at(-1)?.outcome === 'cancelled', never());
    };
    await cancel(() => server.requests.at(-1)?.promptTokens !== undefined);
    server.failNext({ kind: 'hang-before-headers' });
    await cancel(() => server.requests.length === 2 && server.requests[1]?.outcome === 'running');
    await assert.rejects(chat('x', {}, AbortSignal.abort(new Error('before'))), { message: 'before' });
    assert.equal(server.requests.length, 2, 'a call that was cancelled before it began is not sent');
  });

  it('tells a full context from a reached number of tokens', async () => {
    const long = 'abcd'.repeat(3000);
    const { chat } = await start({ answer: () => long });
    assert.equal((await chat('x', { answerTokens: 10 })).doneReason, 'num-predict');
    assert.equal((await chat('x', { answerTokens: 5000 })).doneReason, 'context');
    assert.equal((await chat('x', { answerTokens: 5000, numCtx: 4096 })).doneReason, 'stop');
  });

  for (const overflow of ['exact', 'halved', 'dropped'] as const) {
    it(`finds out that an older server cut a prompt (${overflow}) and gives it a larger context`, async () => {
      const { server, chat } = await start({ overflow, models: [{ name: 'a', maxContextTokens: 4096 }] });
      const word = 'some words of a prompt ';
      const messages = (times: number) =>
        [0, 1, 2].map((index) => ({ role: 'user' as const, content: `${index} ${word.repeat(times)}` }));
      for (const times of [20, 21, 22, 23]) await chat('', { messages: messages(times) });
      const answer = await chat('', { messages: messages(150) });
      assert.equal(answer.numCtx, 4096);
      assert.ok(answer.promptTokens > 2048);
      await fails(chat('', { messages: messages(400) }), 'prompt-cut');
      assert.deepEqual(
        server.loads.map(({ numCtx }) => numCtx),
        [2048, 4096],
      );
    });
  }

  it('does not take a short or repetitive prompt for a cut one', async () => {
    // A tokenizer with long tokens for runs: a thousand blanks are a handful.
    const tokensOf = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll(/(.)\1{3,}/g, '$1').length / 3;
    const { chat } = await start({ tokensOf: (text) => Math.ceil(tokensOf(text)) });
    for (const content of [
      'a sentence of several words '.repeat(20),
      'x',
      `${' '.repeat(2000)}y`,
      '='.repeat(3000),
    ]) {
      for (let times = 0; times < 4; times++) await chat(content);
    }
  });

  it('refuses models that run on other machines', async () => {
    const { service } = await start({
      models: ['a', { name: 'far', remoteHost: 'https://example.com' }, 'big:cloud', 'small-cloud'],
    });
    for (const name of ['far', 'big:cloud', 'b:small-cloud']) {
      await assert.rejects(service.resolve([name], never()), { code: 'model-missing' });
    }
    const [status] = await service.servers(never());
    assert.deepEqual(
      status?.models.map(({ name }) => name),
      ['a:latest', 'small-cloud:latest'],
    );
    assert.equal((await service.resolve(['far', 'a'], never())).name, 'a:latest');
  });

  it('takes the first server that has the model, and at night none that is not the person’s', async () => {
    const one = await startScriptedOllama({ models: ['a'], answer: () => 'one' });
    const two = await startScriptedOllama({ models: ['a', 'b'], answer: () => 'two' });
    ends.push(
      () => one.dispose(),
      () => two.dispose(),
    );
    const service = createModelService({
      servers: [
        { url: 'http://127.0.0.1:9', origin: 'settings' },
        { url: one.url, origin: 'settings' },
        { url: two.url.replace('127.0.0.1', 'localhost'), origin: 'environment' },
      ],
      clock: systemClock,
      random: () => 0,
    });
    ends.push(() => service.dispose());
    assert.equal((await service.resolve(['a'], never())).server.url, one.url);
    assert.match((await service.resolve(['b', 'a'], never(), { night: true })).server.url, /localhost/);
    const statuses = await service.servers(never());
    assert.match(statuses[0]?.problem ?? '', /No answer from/);
    await assert.rejects(service.resolve(['c'], never()), /ollama pull c|No model server has c/);
  });

  it('uses a server that came up later, and fails a call while it is down', async () => {
    const first = await start();
    const { port } = first.server;
    assert.equal((await first.chat('x')).text, 're: x');
    await first.server.dispose();
    await fails(first.chat('y'), 'unreachable');
    const again = await startScriptedOllama({ models: ['a'], answer: () => 'back', port });
    ends.push(() => again.dispose());
    assert.equal((await first.chat('z')).text, 'back');
    assert.equal(first.service.figures().failures, 1);
  });

  it('leaves no timer and no listener behind', async () => {
    const { server, model } = await start();
    let sleeping = 0;
    const clock: Clock = {
      now: () => Date.now(),
      sleep: async (ms, signal) => {
        sleeping++;
        try {
          await systemClock.sleep(ms, signal);
        } finally {
          sleeping--;
        }
      },
    };
    const service = createModelService({ servers: [], clock, random: () => 0 });
    ends.push(() => service.dispose());
    const long = new AbortController();
    const chat = (content: string, totalMs = PATIENCE_MS) =>
      service.chat(
        {
          model,
          messages: [{ role: 'user', content }],
          sampling: {},
          answerTokens: 9,
          numCtx: 2048,
          limits: { totalMs },
        },
        long.signal,
      );
    server.failNext({ kind: 'stream-error' }, { kind: 'hang-before-headers' });
    await fails(chat('x'), 'server-error');
    await fails(chat('x', 100), 'total-timeout');
    for (let times = 0; times < 20; times++) await chat(`${times}`);
    await server.until(() => server.requests.every(({ outcome }) => outcome !== 'running'), never());
    assert.equal(sleeping, 0);
    assert.equal(getEventListeners(long.signal, 'abort').length, 0);
  });
});
