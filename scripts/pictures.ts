// `npm run pictures [-- NAME …]`: the pictures of the README and of the extension's page, taken anew of a real VS Code in a
// browser on the demo project: `morning` after a night of the bundled model, `hunk` with the right lines of its slips proposed.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { homePaths } from '../src/protocol/index.ts';
import { demoTruth } from '../test/fixtures/demo-project.ts';
import { Editor } from '../test/support/editor/editor.ts';
import { propose, withReviews } from '../test/support/editor/proposals.ts';
import { Screen } from '../test/support/editor/screen.ts';
import { makeDemoWorkspace } from '../test/support/editor/workspaces.ts';
import { Product } from '../test/support/product.ts';

const folder = join(import.meta.dirname, '..', 'media', 'readme');
const maxBytes = 150_000;
const nightMs = 600_000;

const pictures: Readonly<Record<string, () => Promise<void>>> = {
  morning: () => onDemo('morning', async () => {}, showMorning),
  hunk: () => onDemo('hunk', proposeSlips, showHunk),
};
const wanted = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(pictures)) {
  if (wanted.length === 0 || wanted.includes(name)) await make();
}

async function onDemo(
  name: string,
  prepare: (home: string, workspace: string) => Promise<void>,
  show: (screen: Screen) => Promise<void>,
): Promise<void> {
  const product = new Product();
  let editor: Editor | undefined;
  try {
    const { home } = product;
    mkdirSync(home);
    writeFileSync(homePaths(home).settings, "night: { window: '00:00-23:59' }\n");
    const workspace = await makeDemoWorkspace(product.folder);
    await prepare(home, workspace);
    editor = await Editor.start({ workspace, home, env: product.environment() });
    const screen = new Screen(await editor.open({ width: 1180, height: 700 }), 'pictures');
    await screen.untilReady();
    await screen.theme('dark');
    await screen.sidebar();
    await show(screen);
    await take(screen, name);
  } finally {
    await editor?.dispose();
    await product.dispose();
  }
}

async function showMorning(screen: Screen): Promise<void> {
  await screen.command('Pantheon: Queue Flow for Tonight…');
  await screen.choose('mend-failing-tests');
  await screen.untilAsked('Go on, or change an input');
  await screen.choose('Go On');
  await screen.press(screen.dialog, 'Trust and Go On');
  await screen.says('The night is over', nightMs);
  await screen.press(screen.message('The night is over'), 'Open Morning Report');
  await screen.webview.getByRole('heading', { name: 'Mended', exact: true }).waitFor();
  await screen.page.mouse.move(760, 690);
}

async function proposeSlips(home: string, root: string): Promise<void> {
  const path = 'src/lists.js';
  const before = readFileSync(join(root, path), 'utf8');
  const slips = demoTruth().slips.filter((slip) => slip.path === path);
  const after = slips.reduce((text, { wrong, right }) => text.replace(wrong, right), before);
  await withReviews(home, (review) =>
    propose(review, root, { [path]: [before, after] }, { key: 'slips', title: 'Slips in lists' }),
  );
}

async function showHunk(screen: Screen): Promise<void> {
  await screen.command('Pantheon: Start Background Runner');
  await screen.pressInRow(screen.row('Inbox', 'Slips in lists'), 'Review in Place');
  await screen.page.locator('.monaco-editor .dirty-diff-glyph').first().waitFor();
  await screen.closeMessages();
  await screen.peekAtFirst();
  await screen.page.locator('.zone-widget .view-line').first().waitFor();
}

async function take(screen: Screen, name: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  await screen.page.screenshot({ path });
  const { size } = statSync(path);
  process.stdout.write(`${relative(process.cwd(), path)}: ${Math.ceil(size / 1_000)} kB\n`);
  if (size > maxBytes) throw new Error(`${name} is larger than the ${maxBytes / 1_000} kB that it may have.`);
}
