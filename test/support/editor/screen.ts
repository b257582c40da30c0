import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { FrameLocator, Locator, Page } from 'playwright-core';

const folder = resolve(
  process.env['PANTHEON_SCREENSHOTS'] ??
    join(import.meta.dirname, '..', '..', '..', 'test-results', 'screens'),
);

/** What a person sees of the editor and does to it. Everything waits for what it needs; nothing sleeps. */
export class Screen {
  readonly page: Page;
  readonly #journey: string;
  #shots: number;

  /** `journey` names the folder of the screenshots; `shots` is how many it has already. */
  constructor(page: Page, journey: string, shots = 0) {
    this.page = page;
    this.#journey = journey;
    this.#shots = shots;
    mkdirSync(join(folder, journey), { recursive: true });
    page.setDefaultTimeout(30_000);
  }

  /** Waits until the extension stands: its item is in the status bar. */
  async untilReady(): Promise<void> {
    await this.status.waitFor({ timeout: 60_000 });
  }

  get status(): Locator {
    return this.page.locator('.statusbar-item[id="pantheon.pantheon.pantheon.status"]');
  }

  /** Keeps a picture of this moment in dark and in light. */
  async shot(name: string): Promise<void> {
    this.#shots += 1;
    const number = String(this.#shots).padStart(2, '0');
    for (const theme of ['light', 'dark'] as const) {
      await this.theme(theme);
      await this.page.screenshot({ path: join(folder, this.#journey, `${number}-${name}-${theme}.png`) });
    }
  }

  get shots(): number {
    return this.#shots;
  }

  /** Keeps a picture of what a person would have seen when a test failed. */
  async failed(test: string): Promise<void> {
    if (this.page.isClosed()) return;
    const name = `failed-${test.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80)}.png`;
    await this.page.screenshot({ path: join(folder, this.#journey, name) });
    const [said, inFront] = await Promise.all(
      [
        '.notifications-center, .notification-toast',
        '.monaco-modal-editor-block, .monaco-dialog-modal-block',
      ].map((shown) => this.page.locator(shown).count()),
    );
    if (said !== 0 || inFront !== 0) return;
    // Messages that have hidden themselves meanwhile often say why.
    await this.#bell.click();
    await this.page.screenshot({ path: join(folder, this.#journey, `messages-${name}`) });
  }

  async theme(theme: 'dark' | 'light'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme });
    const mark = theme === 'dark' ? 'vs-dark' : 'vs';
    await this.page.locator(`.monaco-workbench.${mark}`).waitFor();
  }

  /** Runs a command of the palette by its whole title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page
      .locator('.quick-input-list .monaco-list-row .label-name', { hasText: exactly(title) })
      .first()
      .click();
  }

  /** Rows of the list that is asked from. */
  get choices(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** Waits until something is asked: its prompt, in the field or below it, contains the text. */
  async untilAsked(text: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    await widget
      .locator(`input[placeholder*=${JSON.stringify(text)}]`)
      .or(widget.locator('.quick-input-message', { hasText: text }))
      .first()
      .waitFor();
  }

  async choose(label: string | RegExp): Promise<void> {
    await this.choices.filter({ hasText: label }).first().click();
  }

  /** Types into the input that asks and confirms. */
  async answer(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget input.input').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** The dialog that stands in front of everything. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** A message at the lower right, by itself or in the list of all. */
  message(text: string | RegExp): Locator {
    return this.page.locator(
      ':is(.notification-toast, .notifications-center.visible) .notification-list-item',
      { has: this.page.locator('.notification-list-item-message', { hasText: text }) },
    );
  }

  /** Waits for a message that begins so and gives its text. */
  async says(beginning: string, timeout?: number): Promise<string> {
    const item = this.message(beginning).locator('.notification-list-item-message');
    await item.waitFor(timeout === undefined ? {} : { timeout });
    return await item.innerText();
  }

  /**
   * Waits for a message that begins so in the list of all messages. For tests that make several in a row: the editor shows at
   * most three within 0.8 seconds and puts more into the list alone.
   */
  async lists(beginning: string): Promise<string> {
    await this.command('Notifications: Show Notifications');
    return await this.says(beginning);
  }

  /** What opens the list of messages. */
  get #bell(): Locator {
    return this.page.locator('#status\\.notifications');
  }

  /** Presses a button of a message or a dialog. */
  async press(where: Locator, button: string): Promise<void> {
    await where.locator('.monaco-button', { hasText: exactly(button) }).click();
  }

  async closeMessages(): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.answer('>Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').waitFor({ state: 'detached' });
    await this.page.locator('.notifications-center.visible').waitFor({ state: 'detached' });
  }

  /** Pantheon's icon at the side. */
  get icon(): Locator {
    return this.page.locator('.activitybar .action-item', {
      has: this.page.locator('.action-label[aria-label^="Pantheon"]'),
    });
  }

  /** Shows Pantheon's sidebar. */
  async sidebar(): Promise<void> {
    const { icon } = this;
    await icon.waitFor();
    if (!/checked/.test((await icon.getAttribute('class')) ?? '')) await icon.click();
    await this.view('Inbox').waitFor();
  }

  /** One view of the sidebar. */
  view(name: string): Locator {
    return this.page.locator('.pane', {
      has: this.page.locator(`.pane-header .title`, { hasText: exactly(name) }),
    });
  }

  row(view: string, text: string | RegExp): Locator {
    return this.view(view).locator('.monaco-list-row', { hasText: text });
  }

  /** Presses a button that a row shows under the pointer, wherever the row has moved to meanwhile. */
  async pressInRow(row: Locator, button: string): Promise<void> {
    const action = row.locator(`[aria-label^="${button}"]`);
    do await row.hover();
    while (!(await action.isVisible()));
    await action.click();
  }

  /** Clicks the first bar of a hunk in the gutter and waits for the peek. */
  async peekAtFirst(): Promise<void> {
    await this.#peek(this.page.locator('.margin-view-overlays > div .dirty-diff-glyph').first());
  }

  /** Clicks the bar beside a line and waits for the peek. */
  async peekAt(line: number): Promise<void> {
    const number = this.page.locator('.line-numbers', { hasText: new RegExp(`^${line}$`) });
    const beside = this.page.locator('.margin-view-overlays > div', { has: number });
    await this.#peek(beside.locator('.dirty-diff-glyph').first());
  }

  async #peek(bar: Locator): Promise<void> {
    await bar.waitFor();
    const box = await bar.boundingBox();
    if (box === null) throw new Error('The bar is not to be seen.');
    // The bar is hit at its left edge; overlays cover the rest.
    await this.page.mouse.click(box.x + 1, box.y + box.height / 2);
    await this.page.locator('.peekview-title').waitFor();
  }

  /** Selects a text of the file in the editor, `text` being the file as the editor has it. */
  async select(text: string, part: string): Promise<void> {
    const before = text.slice(0, text.indexOf(part)).split('\n');
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator('.quick-input-widget input.input');
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    await input.fill(`:${line}:${column}`);
    await this.choices.filter({ hasText: `line ${line} at column ${column}` }).click();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
    for (const _ of part) await this.page.keyboard.press('Shift+ArrowRight');
  }

  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title });
  }

  /** The page that is shown as an editor. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\s*$`);
}
