import assert from 'node:assert/strict';

import { systemClock, UserError } from '../../src/common/index.ts';
import { attemptChat } from '../../src/models/chat-attempt.ts';
import { TokenEstimates } from '../../src/models/context.ts';
import { ModelError, type ChatRequest, type ResolvedModel } from '../../src/models/index.ts';
import { CHAIN_ANSWER } from '../support/tiny-gguf/chain-model.ts';
import { leaveOut } from '../support/leave-out.ts';
import { BACKENDS, CHAIN, CHAIN_CONTEXT_TOKENS, type Backend } from './support/backends.ts';

/** Long enough for the slowest machine, and only a guard. */
const PATIENCE_MS = 60_000;
const never = () => AbortSignal.timeout(PATIENCE_MS);

for (const kind of BACKENDS) {
  describe(`the contract of model servers, kept by ${kind.name}`, function () {
    this.timeout(2 * PATIENCE_MS);
    let backend: Backend;
    let model: ResolvedModel;

    before(async function () {
      if (kind.missing !== undefined) leaveOut(this, kind.missing, { installable: true });
      backend = await kind.start();
      model = await backend.service.resolve([CHAIN], never());
    });
    after(() => backend?.dispose());

    const request = (content: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
      model,
      messages: [{ role: 'user', content }],
      sampling: { temperature: 0 },
      answerTokens: 12,
      numCtx: 2048,
      limits: { totalMs: PATIENCE_MS },
      ...rest,
    });
    const chat = (content: string, rest: Partial<ChatRequest> = {}, signal = never()) =>
      backend.service.chat(request(content, rest), signal);
    const rawPs = async () => {
      const { url, token } = await backend.locate();
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/api/ps`, { headers });
      return ((await answer.json()) as { models: { name: string; context_length: number }[] }).models;
    };

    /** The list of loaded models is the only sign that a server gives; it is asked until it shows what is wanted. */
    const untilLoaded = async (loaded: boolean) => {
      const guard = never();
      while ((await rawPs()).length > 0 !== loaded) guard.throwIfAborted();
    };

    it('says what it has', async () => {
      assert.match(model.name, /^chain(:latest)?$/);
      assert.equal(model.maxContextTokens, CHAIN_CONTEXT_TOKENS);
      assert.deepEqual(model.capabilities, ['completion']);
      assert.notEqual(model.digest, '');
      const [status] = await backend.service.servers(never(), { probe: true });
      assert.equal(status?.problem, undefined);
      assert.deepEqual(
        status?.models.map(({ digest }) => digest),
        [model.digest],
      );
    });

    it('names the command that gets a model it does not have', async () => {
      await assert.rejects(backend.service.resolve(['no-such-model'], never()), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.remedy, /ollama pull no-such-model/);
        return true;
      });
      await assert.rejects(chat('hello?', { model: { ...model, name: 'no-such-model' } }), (error) => {
        assert.ok(error instanceof ModelError);
        assert.equal(error.reason, 'model-missing');
        assert.match(error.message, /ollama pull no-such-model/);
        return true;
      });
    });

    it('answers to the end of the text and counts the prompt', async () => {
      const short = await chat('hello?');
      assert.equal(short.text, CHAIN_ANSWER);
      assert.equal(short.doneReason, 'stop');
      const long = await chat('hello, hello?');
      assert.equal(long.promptTokens - short.promptTokens, 'hello, '.length);
    });

    it('stops at the number of answer tokens and says so', async () => {
      const answer = await chat('abc');
      assert.equal(answer.text, 'defghijklmno');
      assert.equal(answer.doneReason, 'num-predict');
      assert.equal(answer.answerTokens, 12);
    });

    it('repeats an answer for its seed', async () => {
      const sample = async (seed: number) =>
        (await chat('abc', { sampling: { temperature: 1.5, topK: 26, topP: 1, seed } })).text;
      const first = await sample(11);
      assert.equal(await sample(11), first);
      assert.notEqual(await sample(12), first);
    });

    it('answers several calls at once, each as if it were alone', async () => {
      const alone = (await chat('abc', { answerTokens: 40 })).text;
      const together = await Promise.all([1, 2, 3, 4].map(() => chat('abc', { answerTokens: 40 })));
      for (const { text } of together) assert.equal(text, alone);
    });

    it('keeps one context per model, and gives a prompt that turns out longer a larger one', async () => {
      await chat('hello?');
      assert.deepEqual(
        (await rawPs()).map((each) => each.context_length),
        [2048],
      );
      const answer = await chat(`${'x'.repeat(3000)}?`);
      assert.equal(answer.text, CHAIN_ANSWER);
      assert.equal(answer.numCtx, 4096);
      assert.deepEqual(
        (await rawPs()).map((each) => each.context_length),
        [4096],
      );
      assert.ok(backend.service.numCtxFor(model, 3000, 12) > 2048, 'the length was not learned');
    });

    it('refuses a prompt that no context of the model holds', async () => {
      await assert.rejects(chat(`${'x'.repeat(CHAIN_CONTEXT_TOKENS + 100)}?`), (error) => {
        assert.ok(error instanceof ModelError);
        assert.equal(error.reason, 'prompt-too-long');
        return true;
      });
    });

    it('tells a full context from a reached number of tokens', async () => {
      const content = 'y'.repeat(CHAIN_CONTEXT_TOKENS - 40);
      const answer = await chat(content, { numCtx: CHAIN_CONTEXT_TOKENS, answerTokens: 1000 });
      assert.equal(answer.doneReason, 'context');
      assert.ok(answer.answerTokens < 41);
    });

    it('stops working on a call that was cancelled', async () => {
      const server = await backend.locate();
      const endless = async () => {
        const cancel = new AbortController();
        const started = Promise.withResolvers<void>();
        const context = {
          clock: systemClock,
          estimates: new TokenEstimates(),
          onFirstToken: started.resolve,
        };
        const outcome = attemptChat(
          server,
          request('abc', { answerTokens: 1_000_000, numCtx: CHAIN_CONTEXT_TOKENS }),
          context,
          AbortSignal.any([cancel.signal, never()]),
        ).catch((error: unknown) => error);
        await started.promise;
        return { cancel, outcome };
      };
      // Two calls fill the server; a third gets its turn before the first ends only if the second was given up.
      const first = await endless();
      const second = await endless();
      let firstEnded = false;
      void first.outcome.then(() => (firstEnded = true));
      second.cancel.abort(new Error('enough'));
      assert.equal(((await second.outcome) as Error).message, 'enough');
      assert.equal((await chat('hello?', { numCtx: CHAIN_CONTEXT_TOKENS })).text, CHAIN_ANSWER);
      assert.equal(firstEnded, false);
      first.cancel.abort(new Error('enough'));
      assert.equal(((await first.outcome) as Error).message, 'enough');
    });

    it('drops a model that is not to be kept', async () => {
      await chat('hello?', { keepAliveSeconds: 0 });
      await untilLoaded(false);
      assert.equal((await chat('hello?')).text, CHAIN_ANSWER);
    });

    it('never hides that it went away during a call', async () => {
      const call = chat('abc', { answerTokens: 1_000_000 });
      const settled = call.then(
        () => 'answered',
        (error: unknown) => (error instanceof ModelError ? error.reason : error),
      );
      await backend.service.servers(never());
      await untilLoaded(true);
      await backend.crash();
      if (!backend.comesBack) {
        const reason = await settled;
        assert.ok(reason === 'stream-cut' || reason === 'unreachable', String(reason));
        await assert.rejects(chat('hello?'), { name: 'ModelError', reason: 'unreachable' });
        await assert.rejects(backend.service.resolve([CHAIN], never()), { code: 'model-missing' });
        const [status] = await backend.service.servers(never());
        assert.match(status?.problem ?? '', /No answer from/);
        return;
      }
      // The call is asked once more; a second crash is its end.
      assert.equal((await chat('hello?')).text, CHAIN_ANSWER);
      await backend.crash();
      assert.equal(await settled, 'runner-stopped');
      assert.equal((await chat('hello?')).text, CHAIN_ANSWER);
    });
  });
}
