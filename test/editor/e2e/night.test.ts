import assert from 'node:assert/strict';

import { Journey } from '../../support/editor/journey.ts';

/** A window that is open now: the hour before this one, this and six more. */
function openWindow(): string {
  const hour = (offset: number) => String((new Date().getHours() + offset + 24) % 24).padStart(2, '0');
  return `${hour(-1)}:00-${hour(7)}:00`;
}

describe('a night', function () {
  this.timeout(240_000);
  const journey = Journey.inThisSuite('night', { personal: `night: { window: '${openWindow()}' }\n` });

  it('is planned from the palette, with trust asked once, and shows how far it is', async () => {
    const { screen } = journey;
    await screen.sidebar();
    await screen.command('Pantheon: Queue Flow for Tonight…');
    await screen.untilAsked('Which flow?');
    await screen.shot('which-flow');
    await screen.choose('mend-failing-tests');
    await screen.untilAsked('Go on, or change an input');
    await screen.shot('inputs');
    await screen.choose('Go On');
    await screen.dialog.waitFor();
    await screen.shot('trust');
    await screen.press(screen.dialog, 'Trust and Go On');
    await screen.says('mend-failing-tests is queued for tonight.');
    // The row of the run says it too while this part is under way.
    await screen.row('Queue & Runs', 'suspects').last().waitFor();
    await screen.shot('running');
    await screen.row('Queue & Runs', 'mend').first().waitFor();
    assert.match(await screen.status.innerText(), /mend-failing-tests/);
  });

  it('goes on while the window is closed, and says once how it went when a window is there again', async () => {
    await journey.close();
    await journey.reopen();
    const { screen } = journey;
    await screen.sidebar();
    const said = await screen.says('The night is over', 180_000);
    assert.match(
      said,
      /^The night is over: \d+ mended, \d+ tried and not mended; 1 proposal in the inbox\.$/,
    );
    await screen.row('Inbox', 'hunk').first().waitFor();
    await screen.shot('morning');
    const badge = Number(await screen.icon.locator('.badge-content').innerText());
    assert.ok(badge >= 2, `${badge} hunks wait`);
    assert.equal((await screen.status.innerText()).trim(), String(badge));
  });

  it('has a report that names what was mended and what was not', async () => {
    const { screen } = journey;
    await screen.press(screen.message('The night is over'), 'Open Morning Report');
    const report = screen.webview;
    await report.getByRole('heading', { name: 'Morning report' }).waitFor();
    await report.getByRole('heading', { name: 'Mended', exact: true }).waitFor();
    await screen.shot('report');
    await report.getByRole('heading', { name: 'What it cost' }).scrollIntoViewIfNeeded();
    await screen.shot('report-end');
    await report.getByRole('link', { name: 'mend-failing-tests' }).click();
    await screen.tab('mend-failing-tests').waitFor();
    await screen.webview.getByRole('heading', { name: 'Steps' }).waitFor();
    await screen.shot('run-page');
  });

  it('is there when the window is opened after the runner has left', async () => {
    await journey.close();
    assert.equal((await journey.product.run(['daemon', 'stop'])).code, 0);
    await journey.reopen();
    const { screen } = journey;
    await screen.sidebar();
    await screen.row('Inbox', 'hunk').first().waitFor();
    await screen.row('Queue & Runs', 'mend-failing-tests').first().waitFor();
  });

  it('is opened in place, hunk by hunk in the gutter', async () => {
    const { screen } = journey;
    await screen.command('View: Close All Editors');
    await screen.row('Inbox', 'hunk').first().hover();
    await screen.shot('row-actions');
    await screen.row('Inbox', 'hunk').first().locator('[aria-label^="Review in Place"]').click();
    await screen.page.locator('.monaco-editor .dirty-diff-glyph').first().waitFor();
    await screen.shot('in-place');
  });
});
