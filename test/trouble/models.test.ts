import { strict as assert } from 'node:assert';
import { setTimeout } from 'node:timers/promises';

import type { DaemonView } from '../../src/protocol/index.ts';
import { finishedSteps } from '../demo/support/journal.ts';
import { leaveOut } from '../support/leave-out.ts';
import { canSeeProcesses, processesIn } from '../support/processes.ts';
import { addedLines, knowsTheShop, Shop } from './support/shop.ts';

const absentAgent = `---
name: absent
description: Uses a model that nobody has.
model: [nobody-has-this:7b]
pantheon:
  version: 1.0.0
  inputs:
    file: { type: path }
    function: { type: string }
  output: { edit: { unit: lines } }
  context: [function]
---
Mend the function.
`;
const inputs = ['--input', 'file=src/cart.js', '--input', 'function=total'];

/** A function that no change of one place mends: every sample is drawn. */
const beyondASlip = {
  'src/middle.js': 'export function middle(values) {\n  return values;\n}\n',
  'test/middle.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { middle } from '../src/middle.js';
test('is the value in the middle', () => assert.equal(middle([9, 1, 5, 2]), 3.5));
`,
};

/** Models that are not there, or not any more, through the whole way on the command line. */
describe('model servers in trouble', function () {
  this.timeout(300_000);
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.close());

  it('names the command that gets a missing model, whatever asks for it', async () => {
    const root = await shop.project({ '.pantheon/agents/absent.agent.md': absentAgent });
    const tried = await shop.in(root, 'try', 'absent', ...inputs);
    assert.equal(tried.code, 3);
    assert.match(tried.stderr, /nobody-has-this:7b[^]*ollama pull nobody-has-this:7b/);
    const ran = await shop.in(root, 'run', 'agents/absent', '--wait', ...inputs);
    assert.equal(ran.code, 3);
    assert.match(ran.stdout, /ollama pull nobody-has-this:7b/);
    const doctor = await shop.in(root, 'doctor');
    assert.match(doctor.stdout, /^warn {2}Agent absent: .*\n {6}→ .*ollama pull nobody-has-this:7b/m);
    assert.equal((await shop.run(root)).code, 0, 'other flows do not care');
  });

  it('says that the server is down before the first call, and does the bundled work without it', async () => {
    await shop.server.dispose();
    const root = await shop.project({ '.pantheon/agents/absent.agent.md': absentAgent });
    const { code, stderr } = await shop.in(root, 'try', 'absent', ...inputs);
    assert.equal(code, 3);
    assert.match(stderr, /ollama (serve|pull)/);
    const bundled = await shop.in(root, 'try', 'mender', ...inputs);
    assert.match(bundled.stdout, /^mender on mender \(embedded\)/);
    assert.match((await shop.in(root, 'models')).stdout, /No answer from/);
  });

  it('goes on when the embedded server is killed during a run, in the same runner, with nothing done twice', async function () {
    if (!canSeeProcesses)
      return leaveOut(this, 'looks at the process table of Linux', { installable: false });
    await shop.server.dispose();
    const root = await shop.project(beyondASlip);
    const { home } = shop.product;
    const { pid } = (await shop.product.json<DaemonView>(['daemon', 'start'])).document;
    const embedded = () =>
      Number(
        processesIn(home)
          .find((line) => line.includes('embedded.mjs'))
          ?.split(':')[0] ?? 0,
      );
    const calls = () => [...finishedSteps(home).keys()].filter((key) => key.includes('/call.')).length;
    const running = shop.run(root);
    for (const wanted of [1, 6]) {
      while (calls() < wanted || embedded() === 0) await setTimeout(10);
      process.kill(embedded(), 'SIGKILL');
    }
    const killedAt = calls();
    const { code, run } = await running;
    assert.deepEqual([code, run.state], [0, 'finished'], run.detail);
    assert.ok(calls() > killedAt, 'it was asked again afterwards');
    assert.equal((await shop.product.json<DaemonView>(['daemon', 'status'])).document.pid, pid);
    return undefined;
  });

  it('asks again when an answer is cut, and mends as if nothing had been', async () => {
    const root = await shop.project();
    shop.server.failNext(
      { kind: 'cut-stream', afterChunks: 1 },
      { kind: 'status', status: 503 },
      { kind: 'garbage' },
    );
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [0, 'succeeded'], run.detail);
    assert.equal(addedLines(await shop.proposals(root)).length, 2);
  });

  it('proposes what was good when the server goes away between calls, and mends the rest when it is back', async () => {
    const root = await shop.project();
    const { server } = shop;
    shop.answering = async (request) => {
      if (request.prompt.includes('cheapest')) {
        await server.until(() => server.requests.some(({ outcome }) => outcome === 'done'));
        void server.dispose();
      }
      return { text: knowsTheShop(request) };
    };
    const { code, run } = await shop.run(root);
    assert.deepEqual([code, run.outcome], [3, 'failed']);
    assert.match(run.detail ?? '', /model server.*ollama serve/);
    assert.deepEqual(addedLines(await shop.proposals(root)), ['  let sum = 0;']);
    assert.match((await shop.in(root, 'report')).stdout, /src\/cart\.js total: fixes "adds up"/);

    shop.answering = knowsTheShop;
    await shop.reopenServer();
    const accepted = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(accepted.code, 0, accepted.stdout);
    const again = await shop.run(root);
    assert.deepEqual([again.code, again.run.outcome], [0, 'succeeded'], again.run.detail);
    const waiting = (await shop.proposals(root)).filter(({ state }) => state === 'open');
    assert.deepEqual(addedLines(waiting), ['    if (item.price < best.price) best = item;']);
  });
});
