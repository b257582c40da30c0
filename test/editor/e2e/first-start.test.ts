import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { demoTruth } from '../../fixtures/demo-project.ts';
import { Journey } from '../../support/editor/journey.ts';
import { pathWithout } from '../../support/path-without.ts';
import { startScriptedMender } from '../../support/scripted-mender.ts';
import type { ScriptedOllama } from '../../support/scripted-ollama/index.ts';

describe('a first start in an empty folder, without a model server', function () {
  this.timeout(90_000);
  const journey = Journey.inThisSuite('first-start', {
    workspace: 'empty',
  });

  it('says in each view how things stand and what the next step is', async () => {
    const { screen } = journey;
    await screen.sidebar();
    const inbox = screen.view('Inbox');
    await inbox.getByText('Results of the night wait here').waitFor();
    await inbox.getByRole('button', { name: 'Queue Flow for Tonight…' }).waitFor();
    await inbox.getByText('first steps').waitFor();
    await screen.view('Queue & Runs').getByText('the background runner is not running').waitFor();
    await screen.row('Agents & Flows', 'mend-failing-tests').waitFor();
    assert.ok(!existsSync(join(journey.product.home, 'data')), 'looking at it starts nothing');
    await screen.shot('views');
  });

  /** What commands of the palette say where they have nothing to act on. */
  const says: readonly (readonly [command: string, message: string])[] = [
    [
      'Accept Hunk',
      'No hunk is open in this window. Choose a proposal in the inbox and use Review in Place.',
    ],
    ['Reject Hunk…', 'No hunk is open in this window.'],
    ['Next Hunk', 'No hunk is open in this window.'],
    ['Review in Place', 'Nothing waits for a decision here.'],
    ['Stop Reviewing', 'Nothing is under review in this window.'],
    ['Comment Here', 'There is no file of an open project in the active editor. Open a file'],
    ['Next Remark', 'No remark waits here.'],
    ['Show Run', 'Nothing has run here yet.'],
    ['Cancel Run', 'Nothing is running or queued here.'],
  ];
  for (const [command, message] of says) {
    it(`has ${command}, which says what is missing`, async () => {
      const { screen } = journey;
      await screen.command(`Pantheon: ${command}`);
      await screen.lists(message);
      await screen.closeMessages();
    });
  }

  it('has a morning report that leads to the first night, and views that know of the runner by now', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Open Morning Report');
    await screen.webview.getByText('Nothing ran in this time.').waitFor();
    await screen.view('Queue & Runs').getByText('Nothing has run here yet.').waitFor();
    await screen.view('Inbox').getByText('Nothing waits for a decision.').waitFor();
    await screen.shot('empty-report');
    await screen.command('View: Close All Editors');
  });

  it('has a doctor that says what there is and what to do about the rest', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Doctor');
    const { webview } = screen;
    await webview.getByRole('heading', { name: 'Doctor' }).waitFor();
    await webview.locator('li', { hasText: 'Ollama' }).filter({ hasText: 'ollama serve' }).first().waitFor();
    await webview.locator('li', { hasText: 'Embedded model server' }).getByText('mender').waitFor();
    await webview.locator('li', { hasText: 'reviewer' }).getByText('ollama pull').waitFor();
    await webview.getByRole('link', { name: 'Trust Workspace' }).waitFor();
    await screen.shot('doctor');
    await screen.command('View: Close All Editors');
  });

  it('refuses a run that cannot be, with the reason', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Run Flow…');
    await screen.choose('mend-failing-tests');
    await screen.untilAsked('Go on, or change an input');
    await screen.choose('Go On');
    await screen.press(screen.dialog, 'Trust and Go On');
    assert.match(await screen.says('mend-failing-tests: failed.'), /Only projects tested by "node --test"/);
    await screen.shot('no-tests');
    await screen.closeMessages();
  });

  it('writes nothing into the folder but what the person makes', async () => {
    assert.deepEqual(readdirSync(journey.project), []);
    const { screen } = journey;
    await screen.sidebar();
    await screen.command('Pantheon: New Agent…');
    await screen.choose('Remark on a file');
    await screen.answer('first-look');
    await screen.tab('first-look.agent.md').waitFor();
    await screen.row('Agents & Flows', 'first-look').waitFor();
    await screen.shot('new-agent');
    assert.deepEqual(readdirSync(journey.project), ['.pantheon']);
  });
});

describe('a machine without git', function () {
  this.timeout(90_000);
  const advice = 'Install git 2.';
  const journey = Journey.inThisSuite('no-git', {
    prepare: (options, product) => {
      const PATH = pathWithout(join(product.folder, 'bin'), 'git');
      // As started from a terminal: else the editor takes the PATH of a login shell.
      return Promise.resolve({ ...options, env: { ...options.env, PATH, VSCODE_CLI: '1' } });
    },
  });

  it('has a doctor that says where git comes from', async () => {
    const { screen } = journey;
    await screen.sidebar();
    await screen.row('Agents & Flows', 'mend-failing-tests').waitFor();
    await screen.command('Pantheon: Doctor');
    await screen.webview.locator('li', { hasText: 'git was not found' }).getByText(advice).waitFor();
    await screen.shot('doctor');
    await screen.command('View: Close All Editors');
  });

  it('refuses a run with the same advice, and leaves the project alone', async () => {
    const { screen } = journey;
    const before = readFileSync(join(journey.project, 'src/lists.js'), 'utf8');
    await screen.command('Pantheon: Run Flow…');
    await screen.choose('mend-failing-tests');
    await screen.untilAsked('Go on, or change an input');
    await screen.choose('Go On');
    await screen.press(screen.dialog, 'Trust and Go On');
    const said = await screen.says('mend-failing-tests: failed.');
    assert.ok(said.includes('git was not found') && said.includes(advice), said);
    assert.equal(readFileSync(join(journey.project, 'src/lists.js'), 'utf8'), before);
    await screen.shot('refused');
  });
});

describe('the first steps', function () {
  this.timeout(90_000);
  let server: ScriptedOllama;
  const journey = Journey.inThisSuite('first-steps', {
    prepare: async (options) => {
      server = await startScriptedMender();
      return { ...options, env: { ...options.env, OLLAMA_HOST: server.url } };
    },
  });
  after(() => server?.dispose());
  const [slip] = demoTruth().slips.filter(({ path }) => path === 'src/lists.js');

  const stepDone = (title: string) =>
    journey.screen.page
      .locator('.getting-started-step', { hasText: title })
      .locator('.codicon-getting-started-step-checked')
      .waitFor();
  const showSteps = async () => {
    await journey.screen
      .tab(/A first night|Welcome/)
      .first()
      .click();
  };

  it('open from the inbox, none of them done', async () => {
    const { screen } = journey;
    await screen.sidebar();
    await screen.view('Inbox').getByText('first steps').click();
    await screen.page.locator('.getting-started-step').nth(4).waitFor();
    assert.equal(await screen.page.locator('.codicon-getting-started-step-checked').count(), 0);
    await screen.shot('steps');
  });

  it('find a model server and a model by the doctor', async () => {
    const { screen } = journey;
    await screen.page.getByRole('button', { name: 'Look for Model Servers' }).click();
    await screen.webview.getByRole('heading', { name: 'Doctor' }).waitFor();
    await showSteps();
    await stepDone('Find a model server');
    await stepDone('See which model each agent will use');
  });

  it('run a first agent', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Run Agent…');
    await screen.choose('mender');
    await screen.untilAsked('which file?');
    await screen.choose('src/lists.js');
    await screen.untilAsked('function');
    await screen.choose(slip?.function ?? '');
    await screen.press(screen.dialog, 'Trust and Go On');
    await screen.says('mender: done, 1 proposal in the inbox.');
    await stepDone('Run a first agent');
    await screen.shot('agent-ran');
    await screen.closeMessages();
  });

  it('decide a hunk', async () => {
    const { screen } = journey;
    const before = readFileSync(join(journey.project, 'src/lists.js'), 'utf8');
    await screen.pressInRow(screen.row('Inbox', 'hunk').first(), 'Accept');
    await stepDone('Decide a hunk');
    assert.notEqual(readFileSync(join(journey.project, 'src/lists.js'), 'utf8'), before);
  });

  it('plan a night, and all are done', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Queue Flow for Tonight…');
    await screen.choose('mend-failing-tests');
    await screen.untilAsked('Go on, or change an input');
    await screen.choose('Go On');
    await screen.says('mend-failing-tests is queued for tonight.');
    await stepDone('Plan a night');
    assert.equal(await screen.page.locator('.codicon-getting-started-step-checked').count(), 5);
    await screen.shot('all-done');
  });
});
