import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { bundleSpec } from '../test/support/editor/host/bundle.ts';
import { findHostEditor, type HostEditor } from '../test/support/editor/host/editors.ts';
import { HostListener } from '../test/support/editor/host/listener.ts';
import { hostVariables } from '../test/support/editor/host/results.ts';
import { makeDemoWorkspace } from '../test/support/editor/workspaces.ts';
import { Product } from '../test/support/product.ts';
import type { Measured } from './editor/measure.ts';
import { median, type Figure, type Suite } from './harness.ts';

const root = join(import.meta.dirname, '..');
const windows = 3;
/** Longest silence of a window: it says nothing while it measures. */
const patienceMs = 300_000;

/** Sizes of the bundles as they are packed, in megabytes. */
async function bundleSizes(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-bench-'));
  try {
    await execa(process.execPath, ['build.mjs', '--production', '--outdir', folder], { cwd: root });
    return ['extension.cjs', 'daemon.mjs', 'cli.mjs', 'embedded.mjs', 'keeper.mjs'].map((name) => ({
      workload: `bundle ${name}`,
      who: 'pantheon',
      value: statSync(join(folder, name)).size / 1_000_000,
      unit: 'MB' as const,
      ...(name === 'extension.cjs' ? { budget: 1.5 } : {}),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One window of a real VS Code, with a workspace and a data folder of its own. */
async function measureWindow(editor: HostEditor, tests: string): Promise<Measured> {
  const product = new Product();
  try {
    await using listener = await HostListener.open();
    const file = join(product.folder, 'figures.json');
    const env = {
      ...product.environment(),
      [hostVariables.port]: String(listener.port),
      [hostVariables.spec]: 'bench',
      PANTHEON_BENCH_FIGURES: file,
    };
    const workspace = await makeDemoWorkspace(product.folder);
    const settings = { 'files.autoSave': 'off' };
    await using _ = await editor.start({ workspace, home: product.home, tests, settings, env });
    for (;;) {
      const message = await listener.next(patienceMs);
      if (message === undefined) throw new Error('the window said nothing');
      if (message.kind === 'failed') throw new Error(message.error);
      if (message.kind === 'ended') return JSON.parse(readFileSync(file, 'utf8')) as Measured;
    }
  } finally {
    await product.dispose();
  }
}

async function windowFigures(): Promise<readonly Figure[]> {
  const editor = await findHostEditor();
  if ('why' in editor) {
    process.stderr.write(`Left out: ${editor.why}\n`);
    return [];
  }
  await using _ = editor;
  const tests = await bundleSpec(join(root, 'bench', 'editor', 'measure.ts'), 'bench-editor');
  const measured: Measured[] = [];
  while (measured.length < windows) measured.push(await measureWindow(editor, tests));
  const figure = (workload: string, of: keyof Measured, budget?: number): Figure => ({
    workload,
    who: 'pantheon',
    value: median(measured.map((one) => one[of])),
    unit: 'ms',
    ...(budget === undefined ? {} : { budget }),
  });
  return [
    figure('activation, own code', 'activation', 50),
    figure('accept to updated gutter', 'accept'),
    figure('reject to restored text', 'reject'),
    figure('open a proposal of 50 files', 'open50'),
  ];
}

export const suite: Suite = {
  about: `Medians over ${windows} windows of a real VS Code; bundles as they are packed. Needs a build.`,
  run: async () => [...(await bundleSizes()), ...(await windowFigures())],
};
