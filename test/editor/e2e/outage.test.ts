import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { homePaths, type Endpoint } from '../../../src/protocol/index.ts';
import { Journey } from '../../support/editor/journey.ts';
import { startScriptedOllama, type ScriptedOllama } from '../../support/scripted-ollama/index.ts';

const agent = `---
name: looker
description: Remarks on one file.
model: [scripted:7b]
pantheon:
  inputs:
    file: { type: path }
  output: { findings: {} }
  context: [file]
---
Look at the file.
`;
const flow = `flow: look-around
version: 1
description: Has a look at three files, one after the other.
on: { command: true }
nodes:
  look:
    uses: agents/looker
    for-each: \${{ ['src/lists.js', 'src/text.js', 'src/numbers.js'] }}
    max-parallel: 1
    with: { file: '\${{ item }}' }
    retry: { max: 20, backoff: 1s..1s, on: [model-server] }
outputs:
  inbox: { propose: { findings: [look] } }
`;

/** Lets one answer out at a time; those that are asked for meanwhile wait. */
class Gate {
  #open = 0;
  #waiting: (() => void)[] = [];

  letOut(count: number): void {
    this.#open += count;
    for (const go of this.#waiting.splice(0, this.#open)) {
      this.#open -= 1;
      go();
    }
  }

  /** Those who waited went away, and nobody is let out any more. */
  close(): void {
    this.#open = 0;
    this.#waiting = [];
  }

  async pass(): Promise<void> {
    if (this.#open > 0) this.#open -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

describe('a run, and what goes away under it', function () {
  this.timeout(60_000);
  let server: ScriptedOllama;
  const gate = new Gate();
  const startServer = (port = 0) =>
    startScriptedOllama({
      models: ['scripted:7b'],
      port,
      answer: async ({ prompt }) => {
        await gate.pass();
        const path = /src\/\w+\.js/.exec(prompt)?.[0] ?? '?';
        return JSON.stringify({ findings: [{ line: 1, severity: 'info', message: `A look at ${path}.` }] });
      },
    });
  const journey = Journey.inThisSuite('outage', {
    files: { '.pantheon/agents/looker.agent.md': agent, '.pantheon/flows/look-around.flow.yaml': flow },
    prepare: async (options, product) => {
      server = await startServer();
      const env = { ...options.env, OLLAMA_HOST: server.url };
      assert.equal((await product.run(['trust', '--yes'], { cwd: options.workspace ?? '', env })).code, 0);
      return { ...options, env };
    },
  });
  after(() => server?.dispose());

  const runs = () => journey.screen.view('Queue & Runs');
  const row = (text: string | RegExp) => journey.screen.row('Queue & Runs', text);
  const running = () => row('look-around').filter({ has: journey.screen.page.locator('.codicon-loading') });
  /** Files that the model was asked about since a number of requests. */
  const askedSince = (before: number) =>
    server.requests.slice(before).map(({ body }) => /src\/\w+\.js/.exec(JSON.stringify(body))?.[0] ?? '?');
  const runner = () =>
    (JSON.parse(readFileSync(homePaths(journey.product.home).endpoint, 'utf8')) as Endpoint).pid;

  /** Starts the flow and waits until the model has the file of a number, from 1; those before are answered. */
  async function start(file: number): Promise<number> {
    const before = server.requests.length;
    await journey.screen.sidebar();
    await journey.screen.command('Pantheon: Run Flow…');
    await journey.screen.choose('look-around');
    await running().waitFor();
    gate.letOut(file - 1);
    await server.until(() => server.requests.length === before + file);
    return before;
  }

  it('goes on by itself when the runner was killed, and nothing that was finished is done again', async () => {
    const { screen } = journey;
    const before = await start(2);
    const killed = runner();
    gate.close();
    process.kill(killed, 'SIGKILL');
    await runs().getByText('ended unexpectedly and was started again').waitFor();
    await server.until(() => server.requests.length === before + 3);
    await screen.shot('runner-killed');
    assert.notEqual(runner(), killed);
    await running().waitFor();
    gate.letOut(2);
    assert.match(await screen.says('look-around: done'), /^look-around: done, 1 proposal in the inbox\.$/);
    assert.deepEqual(askedSince(before), ['src/lists.js', 'src/text.js', 'src/text.js', 'src/numbers.js']);
    await screen.row('Inbox', 'numbers.js').waitFor();
    await runs().getByText('ended unexpectedly').waitFor({ state: 'hidden' });
    assert.equal(await screen.page.locator('.notification-toast').count(), 1, 'one message, of the end');
    await screen.shot('gone-on');
    await screen.closeMessages();
  });

  it('is there as it was when the window is closed and opened again, and tells its end once', async () => {
    await start(2);
    await journey.close();
    await journey.reopen();
    await journey.screen.sidebar();
    await running().waitFor();
    await row(/^look, item 2 of \d|text\.js/)
      .first()
      .waitFor();
    await journey.screen.shot('reopened');
    gate.letOut(2);
    assert.match(await journey.screen.says('look-around'), /^look-around: done, 1 proposal in the inbox\.$/);
    assert.equal(await journey.screen.page.locator('.notification-toast').count(), 1);
    await journey.screen.shot('told-after-reopening');
    await journey.screen.closeMessages();
  });

  it('waits for a model server that went away, says so, and goes on when it is back', async () => {
    const { screen } = journey;
    const before = await start(2);
    const { port } = server;
    gate.close();
    await server.dispose();
    await row(/No answer from/).waitFor();
    await screen.shot('server-away');
    server = await startServer(port);
    await server.until(() => server.requests.length === 1);
    gate.letOut(2);
    await screen.says('look-around: done');
    assert.ok(before > 0);
    assert.deepEqual(askedSince(0), ['src/text.js', 'src/numbers.js']);
    await screen.shot('server-back');
    await screen.closeMessages();
  });

  const ways: Readonly<Record<string, () => Promise<void>>> = {
    'its row': async () => {
      await journey.screen.pressInRow(running(), 'Cancel Run');
    },
    'the status bar': async () => {
      const { screen } = journey;
      await screen.status.hover();
      await screen.page.locator('.workbench-hover').getByText('Cancel').click();
    },
    'its progress': async () => {
      await journey.screen.press(journey.screen.page.locator('.notification-toast'), 'Cancel');
    },
    'the palette': async () => {
      const { screen } = journey;
      await screen.command('Pantheon: Cancel Run');
      await screen.untilAsked('Which run?');
      await screen.choose('look-around');
    },
  };
  for (const [where, cancel] of Object.entries(ways)) {
    it(`is cancelled from ${where}: the model is left alone, and nothing stays running`, async () => {
      const { screen } = journey;
      server.failNext({ kind: 'hang-before-headers' });
      const before = await start(1);
      await cancel();
      await server.until(() => server.requests[before]?.outcome === 'cancelled');
      await row(/look-around.*cancelled/)
        .first()
        .waitFor();
      await running().waitFor({ state: 'hidden' });
      await screen.status.filter({ hasNotText: 'look-around' }).waitFor();
      await screen.page.locator('.notification-toast').waitFor({ state: 'detached' });
      if (where === 'the palette') await screen.shot('cancelled');
    });
  }
});
