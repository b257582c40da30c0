import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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
const flow = `flow: look-at-lists
version: 1
description: Has a look at the lists.
on: { command: true }
nodes:
  look:
    uses: agents/looker
    with: { file: src/lists.js }
outputs:
  inbox: { propose: { findings: [look] } }
`;

describe('agents and flows as files', function () {
  this.timeout(60_000);
  let server: ScriptedOllama;
  const journey = Journey.inThisSuite('specs', {
    files: { '.pantheon/agents/looker.agent.md': agent, '.pantheon/flows/look-at-lists.flow.yaml': flow },
    prepare: async (options) => {
      server = await startScriptedOllama({
        models: ['scripted:7b', 'scripted:14b'],
        answer: () =>
          JSON.stringify({
            findings: [{ line: 3, severity: 'warning', message: 'An empty list has no item.' }],
          }),
      });
      return { ...options, env: { ...options.env, OLLAMA_HOST: server.url } };
    },
  });
  after(() => server?.dispose());

  const squiggle = () => journey.screen.page.locator('.monaco-editor .squiggly-error').first();
  const suggestions = () => journey.screen.page.locator('.suggest-widget.visible .monaco-list-row');
  const text = (path: string) => readFileSync(join(journey.project, path), 'utf8');

  /** Types over a part of the file in the editor. */
  async function typeOver(before: string, part: string, instead: string): Promise<void> {
    await journey.screen.select(before, part);
    await journey.screen.page.keyboard.type(instead);
  }

  /** What the editor says about the place under its cursor. */
  async function saysHere(): Promise<string> {
    const { screen } = journey;
    await screen.command('Show or Focus Hover');
    const rows = screen.page.locator('.monaco-hover:visible .hover-row');
    await rows.filter({ hasText: 'Pantheon' }).first().waitFor();
    return (await rows.allInnerTexts()).join('\n');
  }

  it('marks a mistake in an agent while it is typed, and says what to do', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Start Background Runner');
    await screen.sidebar();
    await screen.row('Agents & Flows', 'looker').click();
    await screen.tab('looker.agent.md').waitFor();
    await screen.page.locator('#status\\.editor\\.mode', { hasText: 'Pantheon Agent' }).waitFor();
    await typeOver(agent, 'path', 'paht');
    await squiggle().waitFor();
    const said = await saysHere();
    assert.match(said, /type is one of string, number, boolean, path/);
    assert.doesNotMatch(said, /not supported/, 'it is no agent of the editor’s own chat');
    await screen.shot('mistake');
    await screen.page.keyboard.press('Escape');
  });

  it('completes values, models that are installed, and keys', async () => {
    const { screen } = journey;
    const { keyboard } = screen.page;
    await screen.select(agent.replace('path', 'paht'), 'paht');
    await keyboard.press('Backspace');
    await keyboard.press('Control+Space');
    await suggestions().filter({ hasText: 'path' }).first().click();
    await squiggle().waitFor({ state: 'detached' });
    await screen.select(agent, 'scripted:7b');
    await keyboard.press('Backspace');
    await keyboard.press('Control+Space');
    await suggestions().filter({ hasText: 'scripted:14b' }).waitFor();
    await screen.shot('models');
    await suggestions().filter({ hasText: 'scripted:7b' }).first().click();
    await screen.select(agent, '\n---\nLook');
    await keyboard.press('ArrowLeft');
    await keyboard.press('Enter');
    await keyboard.type('li');
    await suggestions().filter({ hasText: 'limits' }).first().waitFor();
    await screen.shot('keys');
    await suggestions().filter({ hasText: 'limits' }).first().click();
    await keyboard.type(' { time: 1m }');
    await squiggle().waitFor({ state: 'detached' });
  });

  it('runs the agent from its lens, with the text as it stands in the editor', async () => {
    const { screen } = journey;
    await screen.page.locator('.codelens-decoration a', { hasText: 'Run' }).click();
    await screen.untilAsked('which file?');
    await screen.choose('src/lists.js');
    await screen.press(screen.dialog, 'Trust and Go On');
    await screen.says('looker: done, 1 proposal in the inbox.');
    await screen.row('Inbox', 'An empty list has no item.').waitFor();
    assert.match(
      text('.pantheon/agents/looker.agent.md'),
      /context: \[file\]\n {2}limits: +\{ time: 1m \}\n---/,
    );
    await screen.shot('ran');
    await screen.closeMessages();
  });

  it('marks a mistake in a flow, offers the agents that exist, and queues it from its lens', async () => {
    const { screen } = journey;
    const { keyboard } = screen.page;
    await screen.row('Agents & Flows', 'look-at-lists').click();
    await screen.tab('look-at-lists.flow.yaml').waitFor();
    await typeOver(flow, 'agents/looker', 'agents/lookr');
    await squiggle().waitFor();
    assert.match(await saysHere(), /lookr/);
    await screen.shot('flow-mistake');
    await keyboard.press('Escape');
    await screen.select(flow.replace('looker', 'lookr'), 'lookr');
    await keyboard.press('Backspace');
    await keyboard.press('Control+Space');
    await suggestions().filter({ hasText: 'agents/mender' }).waitFor();
    await suggestions().filter({ hasText: 'agents/looker' }).click();
    await squiggle().waitFor({ state: 'detached' });
    await screen.page.locator('.codelens-decoration a', { hasText: 'Queue for tonight' }).click();
    await screen.says('look-at-lists is queued for tonight.');
    await screen.row('Queue & Runs', 'look-at-lists').waitFor();
    assert.equal(text('.pantheon/flows/look-at-lists.flow.yaml'), flow);
    await screen.shot('queued');
  });
});
