import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { Editor } from '../../support/editor/editor.ts';
import { installedBrowser, installedEditor } from '../../support/editor/installed.ts';
import { makeDemoWorkspace } from '../../support/editor/workspaces.ts';
import { leaveOut } from '../../support/leave-out.ts';
import { Product } from '../../support/product.ts';
import { startScriptedOllama, type ScriptedOllama } from '../../support/scripted-ollama/index.ts';

const pictures = join(import.meta.dirname, '..', '..', '..', 'out', 'pictures');
const slip = `
/** The item that comes last. */
export function lastOf(items) {
  return items[items.length];
}
`;
const sentence = 'For an empty list this gives undefined, and the callers expect null.';

for (const theme of ['dark', 'light'] as const) {
  describe(`a person with review threads, ${theme}`, function () {
    this.timeout(180_000);
    this.bail(true);
    let server: ScriptedOllama;
    let product: Product;
    let editor: Editor;
    let workspace: string;
    let page: Page;

    before(async function () {
      if (installedEditor() === undefined || installedBrowser() === undefined)
        leaveOut(this, 'no VS Code in a browser is installed', { installable: true });
      server = await startScriptedOllama({
        models: ['mender', 'qwen2.5-coder:7b'],
        answer: ({ prompt, format }) => {
          if (format === undefined)
            return prompt.includes('lastOf') ? '2|   return items[items.length - 1];' : 'ok';
          const line = Number(/^lines: (\d+)/m.exec(prompt)?.[1] ?? 0);
          const suggestion = '  return items.length === 0 ? null : items[items.length - 1];';
          const finding = { line, severity: 'warning', message: sentence, suggestion };
          return JSON.stringify({ findings: line === 0 ? [] : [finding] });
        },
      });
      product = new Product({ env: { OLLAMA_HOST: server.url } });
      workspace = await makeDemoWorkspace(product.folder);
      appendFileSync(join(workspace, 'src', 'lists.js'), slip);
      assert.equal((await product.run(['trust', '--yes'], { cwd: workspace })).code, 0);
      editor = await Editor.start({
        workspace,
        home: product.home,
        env: product.environment(),
        settings: { 'workbench.colorTheme': theme === 'dark' ? 'Dark Modern' : 'Light Modern' },
      });
      page = await editor.open({ theme });
      // The palette lists what is there when it opens.
      await page.locator('.statusbar-item', { hasText: 'Pantheon' }).waitFor();
      mkdirSync(pictures, { recursive: true });
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture('failed');
    });
    after(async () => {
      await editor?.dispose();
      await product?.dispose();
      await server?.dispose();
    });

    const disk = () => readFileSync(join(workspace, 'src', 'lists.js'), 'utf8');
    const picture = async (name: string) => {
      await page.screenshot({ path: join(pictures, `threads-${name}-${theme}.png`) });
    };
    /** Chooses an entry of the palette. */
    async function choose(command: string): Promise<void> {
      await page.keyboard.press('F1');
      const input = page.locator('.quick-input-widget input[type=text]');
      await input.fill(`>${command}`);
      await page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first().click();
    }
    const threads = () => page.locator('.review-widget');
    const threadWith = (text: string): Locator => threads().filter({ hasText: text });
    const row = (text: string): Locator =>
      page.locator('.pane', { hasText: 'Inbox' }).locator('.monaco-list-row', { hasText: text });

    it('reviews what changed, looks at the remark in its place and asks about it', async () => {
      await choose('Pantheon: Run Flow');
      await page
        .locator('.quick-input-list .monaco-list-row', { hasText: 'review-my-changes' })
        .first()
        .click();
      // The flow's only input can stay empty.
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'with these inputs' }).click();
      await choose('Pantheon: Open Inbox');
      await row('samples make the same change').waitFor();
      await picture('1-inbox');
      await row('samples make the same change').click();
      const thread = threadWith('samples make the same change');
      await thread.waitFor();
      await thread.locator('.comment-body').first().waitFor();
      await picture('2-thread');
      assert.match(await thread.locator('.comment-title').first().innerText(), /mender/);
      await thread.locator('.comment-form, .review-thread-reply-button').first().click();
      await page.keyboard.type('What about an empty list?');
      await picture('3-reply');
      await thread.locator('.form-actions').getByText('Ask to Redo').click();
      await threadWith(sentence).waitFor();
      await picture('4-answer');
    });

    it('brings the change of the answer into the file and accepts it', async () => {
      await threadWith(sentence).locator('[aria-label^="Review Change in Place"]').first().click();
      await page.locator('.view-line', { hasText: 'items.length === 0' }).waitFor();
      await page.locator('.statusbar-item', { hasText: '1 here' }).waitFor();
      await picture('5-change');
      await choose('Pantheon: Accept Hunk');
      // What the answer led to settles the remark.
      await page.locator('.pane', { hasText: 'Nothing waits for a decision' }).first().waitFor();
      assert.match(disk(), /return items\.length === 0 \? null : items\[items\.length - 1\];/);
      await picture('6-accepted');
    });

    it('begins a conversation of its own, which is there after a reload', async () => {
      await page.locator('.view-line', { hasText: 'The item that comes last' }).click();
      await choose('Pantheon: Comment Here');
      const box = page.locator('.review-widget .comment-form .monaco-editor').last();
      await box.waitFor();
      await box.click();
      await page.keyboard.type('Say here what an empty list gives.');
      await picture('7-comment');
      await page.locator('.review-widget .form-actions').getByText('Comment', { exact: true }).click();
      const thread = threadWith('Say here what an empty list gives.');
      await thread.locator('.comment-body').waitFor();
      await page.reload();
      await page.locator('.statusbar-item', { hasText: 'Pantheon' }).waitFor();
      await thread.locator('.comment-body').waitFor();
      // The editor may have come back scrolled, with the head of the thread beyond its edge: away from it, then to its line.
      await choose('View: Focus Active Editor Group');
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Control+G');
      await page.locator('.quick-input-widget input').fill(':38');
      await page.keyboard.press('Enter');
      await thread.locator('[aria-label^="Resolve"]').first().click();
      await thread.waitFor({ state: 'hidden' });
      await picture('8-resolved');
    });
  });
}
