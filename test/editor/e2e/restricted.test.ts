import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { demoTruth } from '../../fixtures/demo-project.ts';
import { Journey } from '../../support/editor/journey.ts';
import { propose, withReviews } from '../../support/editor/proposals.ts';
import { processesIn } from '../../support/processes.ts';

const path = 'src/lists.js';
const [slip] = demoTruth().slips.filter((one) => one.path === path);
const flow = `flow: leave-a-mark
version: 1
on: { command: true }
nodes:
  mark: { run: [node, -e, "require('fs').writeFileSync('mark', '')"] }
`;

describe('a folder that is not trusted', function () {
  this.timeout(60_000);
  const journey = Journey.inThisSuite('restricted', {
    files: { '.pantheon/flows/leave-a-mark.flow.yaml': flow },
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    },
    prepare: async (options, { home }) => {
      const root = options.workspace ?? '';
      const before = readFileSync(join(root, path), 'utf8');
      const after = before.replace(slip?.wrong ?? '', slip?.right ?? '');
      const finding = {
        path,
        line: (slip?.line ?? 1) - 1,
        severity: 'warning',
        message: 'A remark about lists',
        suggestion: slip?.right ?? '',
        agent: 'mender',
      } as const;
      await withReviews(home, (review) =>
        propose(
          review,
          root,
          { [path]: [before, after] },
          { key: 'slip', title: 'A slip in lists', findings: [finding] },
        ),
      );
      return options;
    },
  });
  const refusal = 'This window is in Restricted Mode, so Pantheon runs nothing. Trust the folder first.';

  it('shows what is there, and says that nothing runs and how to go on', async () => {
    const { screen } = journey;
    await screen.sidebar();
    await screen.view('Inbox').getByText('This window is in Restricted Mode').waitFor();
    await screen.view('Inbox').getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    await screen.row('Agents & Flows', 'leave-a-mark').waitFor();
    await screen.shot('views');
  });

  for (const command of ['Run Agent…', 'Run Flow…', 'Queue Flow for Tonight…', 'Trust Workspace']) {
    it(`refuses ${command}`, async () => {
      const { screen } = journey;
      await screen.command(`Pantheon: ${command}`);
      assert.equal(await screen.lists('This window is in Restricted Mode'), refusal);
      await screen.closeMessages();
    });
  }

  it('refuses to run a flow from its lens', async () => {
    const { screen } = journey;
    await screen.row('Agents & Flows', 'leave-a-mark').click();
    await screen.page.locator('.codelens-decoration a', { hasText: 'Run' }).click();
    await screen.lists(refusal);
    await screen.shot('refused');
    await screen.closeMessages();
    assert.deepEqual(
      processesIn(journey.product.home).filter((line) => line.includes('daemon.mjs')),
      [],
      'not even the runner was started',
    );
  });

  it('shows proposals, to be looked at', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Start Background Runner');
    await screen.pressInRow(screen.row('Inbox', 'A slip in lists'), 'Look First');
    await screen.page.locator('.multiDiffEntry').first().waitFor();
    await screen.shot('look-first');
  });

  it('refuses to apply what a remark suggests, as it does to accept a hunk', async () => {
    const { screen, project } = journey;
    const before = readFileSync(join(project, path), 'utf8');
    await screen.pressInRow(screen.row('Inbox', 'A remark about lists'), 'Apply');
    assert.equal(await screen.lists('This window is in Restricted Mode'), refusal);
    await screen.closeMessages();
    assert.equal(readFileSync(join(project, path), 'utf8'), before);
  });

  it('runs once the person trusts it, in the editor and then in Pantheon', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Run Flow…');
    await screen.press(screen.message('This window is in Restricted Mode'), 'Manage Workspace Trust');
    const page = screen.page.locator('.monaco-modal-editor-block', {
      has: screen.page.locator('.workspace-trust-editor'),
    });
    await page.locator('.monaco-button', { hasText: /^Trust$/ }).click();
    await page.getByText('You trust this folder').waitFor();
    await page.locator('.action-label[aria-label^="Close"]').first().click();
    await page.waitFor({ state: 'detached' });
    // The extension hears of it a moment later.
    await screen.view('Inbox').getByText('This window is in Restricted Mode').waitFor({ state: 'detached' });
    await screen.command('Pantheon: Run Flow…');
    await screen.choose('leave-a-mark');
    await screen.dialog.getByText('leave-a-mark').waitFor();
    await screen.shot('trust');
    await screen.press(screen.dialog, 'Trust and Go On');
    await screen.says('leave-a-mark: done');
  });
});
