import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { demoTruth } from '../../fixtures/demo-project.ts';
import { Journey } from '../../support/editor/journey.ts';
import { propose, withReviews } from '../../support/editor/proposals.ts';

const path = 'src/lists.js';
const slips = demoTruth().slips.filter((slip) => slip.path === path);
const [first, second, third] = slips;
/** What the person types at the top of the file. */
const mine = 'export const mine = 1;\n';

describe('hunks in the gutter, in a git repository', function () {
  this.timeout(90_000);
  let before = '';
  const journey = Journey.inThisSuite('hunks', {
    settings: { 'files.autoSave': 'off' },
    prepare: async (options, { home }) => {
      const root = options.workspace ?? '';
      before = readFileSync(join(root, path), 'utf8');
      const after = slips.reduce((text, { wrong, right }) => text.replace(wrong, right), before);
      await withReviews(home, (review) =>
        propose(review, root, { [path]: [before, after] }, { key: 'slips', title: 'Three slips in lists' }),
      );
      return options;
    },
  });

  const disk = () => readFileSync(join(journey.project, path), 'utf8');
  const mended = (...which: (typeof first)[]) =>
    which.reduce((text, slip) => (slip === undefined ? text : text.replace(slip.wrong, slip.right)), before);
  const status = (text: RegExp) => journey.screen.status.filter({ hasText: text }).waitFor();

  const act = (label: string) =>
    journey.screen.page.locator(`.peekview-actions .action-label[aria-label^="${label}"]`).click();

  it('open in place, with a peek that begins with Pantheon and offers Accept and Reject', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Start Background Runner');
    await screen.sidebar();
    await screen.row('Inbox', 'Three slips in lists').hover();
    await screen.row('Inbox', 'Three slips in lists').locator('[aria-label^="Review in Place"]').click();
    await status(/3 here/);
    await screen.page.locator('.dirty-diff-glyph').nth(2).waitFor();
    await journey.screen.peekAt(first?.line ?? 0);
    const provider = screen.page.locator('.peekview-title select option:checked');
    assert.equal(await provider.textContent(), 'Pantheon');
    await screen.shot('peek');
  });

  it('are accepted from the peek', async () => {
    await act('Accept Hunk');
    await status(/2 here/);
    assert.equal(disk(), mended(first, second, third));
    await journey.screen.page.keyboard.press('Escape');
    await journey.screen.shot('accepted');
  });

  it('go along when the person types between two decisions', async () => {
    const { screen } = journey;
    await screen.select(mended(first, second, third), before.slice(0, 1));
    await screen.page.keyboard.press('ArrowLeft');
    await screen.page.keyboard.type(mine);
    await status(/2 here/);
    assert.equal(disk(), mended(first, second, third), 'what is typed is not saved by us');
  });

  it('are rejected with a reason, and what was typed stays', async () => {
    const { screen } = journey;
    await screen.command('Pantheon: Next Hunk');
    await screen.page
      .locator('.statusbar')
      .getByText(`Ln ${(second?.line ?? 0) + 1},`)
      .waitFor();
    await screen.command('Pantheon: Reject Hunk…');
    await screen.untilAsked('Escape leaves everything');
    await screen.shot('reason');
    await screen.choose('It is not needed');
    await status(/1 here/);
    await screen.command('File: Save');
    await screen.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
    assert.equal(disk(), `${mine}${mended(first, third)}`);
    // Until then a window that is opened again gets the text from before it was saved.
    await journey.editor.untilNothingIsKept(AbortSignal.timeout(30_000));
  });

  it('are as they were after the window was closed and opened', async () => {
    await journey.reopen();
    await status(/1/);
    await journey.screen.command('Pantheon: Next Hunk');
    await status(/1 here/);
    await journey.screen.page
      .locator('.statusbar')
      .getByText(`Ln ${(third?.line ?? 0) + 1},`)
      .waitFor();
    await journey.screen.command('Pantheon: Accept Hunk');
    await journey.screen.status.filter({ hasNotText: /here/ }).waitFor();
    assert.equal(disk(), `${mine}${mended(first, third)}`);
    await journey.screen.shot('decided');
  });
});
