import assert from 'node:assert/strict';

import { systemClock } from '../../src/common/index.ts';
import {
  createModelService,
  ModelError,
  type ChatRequest,
  type ModelService,
  type ResolvedModel,
} from '../../src/models/index.ts';
import { startScriptedOllama, uniform, type ScriptedOllama } from '../support/scripted-ollama/index.ts';

const PATIENCE_MS = 20_000;
const never = () => AbortSignal.timeout(PATIENCE_MS);

describe('lanes of model calls', () => {
  let server: ScriptedOllama;
  let service: ModelService;
  let models: Readonly<Record<string, ResolvedModel>>;
  let held: PromiseWithResolvers<void>;

  beforeEach(async () => {
    held = Promise.withResolvers<void>();
    server = await startScriptedOllama({
      models: ['a', 'b', 'c'],
      numParallel: 2,
      answer: async ({ prompt }) => {
        if (prompt.startsWith('hold')) await held.promise;
        return { text: 'x'.repeat(20), chunkPauseMs: 1 };
      },
    });
    service = createModelService({
      servers: [{ url: server.url, origin: 'settings' }],
      clock: systemClock,
      random: () => 0,
    });
    const resolved = await Promise.all(['a', 'b', 'c'].map((name) => service.resolve([name], never())));
    models = Object.fromEntries(resolved.map((model) => [model.name.charAt(0), model]));
  });
  afterEach(async () => {
    held.resolve();
    await service.dispose();
    await server.dispose();
  });

  const call = (name: string, content: string, rest: Partial<ChatRequest> = {}, signal = never()) => {
    const model = models[name];
    if (model === undefined) throw new Error(`There is no model ${name}.`);
    const messages = [{ role: 'user' as const, content }];
    const fixed = { sampling: {}, answerTokens: 50, numCtx: 2048, limits: { totalMs: PATIENCE_MS } };
    return service.chat({ model, messages, ...fixed, ...rest }, signal);
  };
  const order = () => server.requests.map(({ body }) => contentOf(body)).join(' ');

  it('loads each model once for a recorded trace: as many swaps as lanes', async () => {
    // Three models in a random order, as several flows at once ask for them; sent as they come it is a swap nearly each time.
    const trace = Array.from({ length: 40 }, (_, at) => 'abc'.charAt(Math.floor(3 * uniform(7, at))));
    const changes = trace.filter((name, at) => at > 0 && name !== trace[at - 1]).length;
    assert.ok(changes > 20);
    const answers = await Promise.all(
      trace.map((name, at) => call(name, `${name}${at}`, { priority: 'night' })),
    );
    assert.equal(server.loads.length, 3);
    assert.equal(answers.filter(({ swapped }) => swapped).length, 3);
    assert.equal(service.figures().modelSwaps, 3);
    assert.equal(service.figures().calls, 40);
  });

  it('loads a model with the largest context that its waiting calls need', async () => {
    const sizes = [2048, 8192, 4096, 2048];
    const answers = await Promise.all(sizes.map((numCtx, at) => call('a', `${at}`, { numCtx })));
    assert.deepEqual(
      server.loads.map(({ numCtx }) => numCtx),
      [8192],
    );
    assert.deepEqual(
      answers.map(({ numCtx }) => numCtx),
      [8192, 8192, 8192, 8192],
    );
    await call('a', 'later');
    assert.equal(server.loads.length, 1, 'a smaller need later loads nothing');
  });

  it('works on as many calls of a model at once as the server does', async () => {
    await Promise.all(Array.from({ length: 24 }, (_, at) => call('a', `${at}`)));
    assert.equal(server.peakParallel, 2);
  });

  it('never sends a call of another model to a busy server, whose queue would block all behind it', async () => {
    const first = call('a', 'hold');
    await server.until(() => server.requests.length === 1, never());
    const others = [call('b', 'b1'), call('a', 'a1'), call('b', 'b2'), call('a', 'a2')];
    held.resolve();
    await Promise.all([first, ...others]);
    assert.equal(order(), 'hold a1 a2 b1 b2');
    assert.equal(server.loads.length, 2);
  });

  it('aborts night work for interactive work, repeats it, and counts it as no failure', async () => {
    const night = call('a', 'hold-night', { priority: 'night' });
    await server.until(() => server.requests.length === 1, never());
    const answer = await call('b', 'now');
    assert.equal(answer.text.length, 20);
    held.resolve();
    assert.equal((await night).preempted, 1);
    await server.until(() => server.requests[0]?.outcome === 'cancelled', never());
    assert.equal(order(), 'hold-night now hold-night');
    const { preemptions, failures } = service.figures();
    assert.deepEqual([preemptions, failures], [1, 0]);
  });

  it('puts interactive calls before night calls that wait', async () => {
    const first = call('a', 'hold');
    await server.until(() => server.requests.length === 1, never());
    const night = ['n1', 'n2'].map((content) => call('b', content, { priority: 'night' }));
    const day = call('c', 'd1');
    held.resolve();
    await Promise.all([first, ...night, day]);
    assert.equal(order(), 'hold d1 n1 n2');
  });

  it('sends calls that begin alike one after the other', async () => {
    const first = call('a', 'hold');
    await server.until(() => server.requests.length === 1, never());
    const contents = ['alpha 1', 'beta 1', 'alpha 2', 'beta 2', 'alpha 3'];
    const rest = contents.map((content) => call('b', content));
    held.resolve();
    await Promise.all([first, ...rest]);
    assert.match(order(), /^hold alpha 1 alpha 2 alpha 3 beta 1 beta 2$/);
  });

  it('lets a call leave while it waits', async () => {
    const first = call('a', 'hold');
    await server.until(() => server.requests.length === 1, never());
    const leave = new AbortController();
    const waiting = call('b', 'never sent', {}, leave.signal);
    leave.abort(new Error('left'));
    await assert.rejects(waiting, { message: 'left' });
    held.resolve();
    await first;
    assert.equal(order(), 'hold');
  });

  it('rejects everything when the service ends', async () => {
    const calls = [call('a', 'hold'), call('b', 'waits')];
    const outcomes = Promise.allSettled(calls);
    await server.until(() => server.requests.length === 1, never());
    await service.dispose();
    for (const each of await outcomes) {
      assert.equal(each.status, 'rejected');
      assert.ok(!(each.reason instanceof ModelError));
    }
    await assert.rejects(call('a', 'too late'));
  });
});

function contentOf(body: { readonly [name: string]: unknown }): string {
  return (body['messages'] as readonly { content: string }[])[0]?.content ?? '';
}
