// The specs of test/editor/host, each in the extension host of a real VS Code with a workspace and a data folder of its own.
// Arguments are parts of spec names; `--grep TEXT` runs only tests whose title has that text.
// Counts go to PANTHEON_TEST_SUMMARY, as the other suites' do.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import type { HostBench } from '../support/editor/host/bench.ts';
import { bundleSpec } from '../support/editor/host/bundle.ts';
import { findHostEditor, type HostEditor } from '../support/editor/host/editors.ts';
import { HostListener } from '../support/editor/host/listener.ts';
import { hostVariables, type HostMessage } from '../support/editor/host/results.ts';
import { makeDemoWorkspace, makeEmptyWorkspace, makeNestedWorkspace } from '../support/editor/workspaces.ts';
import { Product } from '../support/product.ts';

const folder = join(import.meta.dirname, 'host');
/** Longest silence of a host: more than a test's own limit, and than an editor needs to stand. */
const patienceMs = 150_000;

const counts = {
  passed: 0,
  failed: 0,
  skipped: [] as { title: string; why: string }[],
  failures: [] as { title: string; error: string }[],
};
const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' } },
});
const specs = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => path.slice(0, -'.test.ts'.length).replaceAll('\\', '/'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .toSorted();

const editor = await findHostEditor();
if ('why' in editor) {
  for (const spec of specs) leaveOut(spec, editor.why);
} else {
  await using _ = editor;
  say(`in ${editor.name}`);
  for (const spec of specs) await runSpec(editor, spec);
}
finish();

async function runSpec(host: HostEditor, spec: string): Promise<void> {
  say(`\n  ${spec}`);
  try {
    await runInFreshPlace(host, spec);
  } catch (error) {
    fail(
      `${spec}: the editor starts`,
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  }
}

async function runInFreshPlace(host: HostEditor, spec: string): Promise<void> {
  const path = join(folder, `${spec}.test.ts`);
  const [bench, tests] = await Promise.all([benchOf(spec), bundleSpec(path, spec.replaceAll('/', '-'))]);
  const product = new Product();
  try {
    await using listener = await HostListener.open();
    const env = {
      ...product.environment(),
      [hostVariables.port]: String(listener.port),
      [hostVariables.spec]: spec,
      ...(values.grep === undefined ? {} : { [hostVariables.grep]: values.grep }),
    };
    const workspace = await workspaceOf(bench, product.folder);
    await using _ = await host.start({
      workspace,
      home: product.home,
      tests,
      settings: bench.settings ?? {},
      env,
    });
    await hear(listener, spec);
  } finally {
    await product.dispose();
  }
}

async function benchOf(spec: string): Promise<HostBench> {
  const path = join(folder, `${spec}.bench.ts`);
  if (!existsSync(path)) return {};
  const { bench } = (await import(pathToFileURL(path).href)) as { readonly bench: HostBench };
  return bench;
}

async function workspaceOf({ workspace = 'demo' }: HostBench, parent: string): Promise<string | undefined> {
  switch (workspace) {
    case 'demo':
      return await makeDemoWorkspace(parent);
    case 'empty':
      return makeEmptyWorkspace(parent);
    case 'none':
      return undefined;
    case 'nested':
      return await makeNestedWorkspace(parent);
  }
}

/** Prints and counts until the host says that it ended, or says nothing for too long. */
async function hear(listener: HostListener, spec: string): Promise<void> {
  let running = 'the editor starts';
  for (;;) {
    const message = await listener.next(patienceMs);
    if (message === undefined) {
      fail(
        `${spec}: ${running}`,
        `The extension host said nothing for ${patienceMs / 1_000} s and was ended.`,
      );
      return;
    }
    if (message.kind === 'ended') return;
    if (message.kind === 'running') running = message.test;
    count(message, spec);
  }
}

function count(message: HostMessage, spec: string): void {
  switch (message.kind) {
    case 'begun':
      say(`    ${message.suite}`);
      break;
    case 'passed':
      counts.passed += 1;
      say(`      ✔ ${message.test} (${message.ms}ms)`);
      break;
    case 'failed':
      fail(`${spec}: ${message.test}`, message.error);
      break;
    case 'left-out':
      leaveOut(`${spec}: ${message.test}`, message.why);
      break;
    case 'running':
    case 'ended':
      break;
  }
}

function fail(title: string, error: string): void {
  counts.failed += 1;
  counts.failures.push({ title, error });
  say(`      ✘ ${title}\n${error.replaceAll(/^/gm, '        ')}`);
}

/** Where continuous integration runs, nothing may go missing: what is left out has failed. */
function leaveOut(title: string, why: string): void {
  if (process.env['CI'] === 'true') {
    fail(title, `Left out although it can be installed here: ${why}`);
    return;
  }
  counts.skipped.push({ title, why });
  say(`      - ${title} (${why})`);
}

function finish(): void {
  const file = process.env['PANTHEON_TEST_SUMMARY'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  else say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
