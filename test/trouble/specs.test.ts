import { strict as assert } from 'node:assert';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Product } from '../support/product.ts';
import { SHOP } from './support/shop.ts';

const good = `flow: fine
version: 1
on: { command: true }
nodes:
  hello: { run: [node, -e, "process.stdout.write('hello')"] }
`;
const brokenFlow = `flow: broken
version: 1
on: { command: true }
nodes:
  one: { run: [node, -v], needs: [two] }
`;
const brokenAgent = `---
name: muddled
description: Says nothing about its output.
model: [mender
pantheon: { version: 1.0.0 }
---
Do something.
`;

interface Diagnostic {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

/** Files that a person got wrong, on the command line. */
describe('broken agents and flows', function () {
  this.timeout(300_000);
  let product: Product;
  let root: string;
  before(async () => {
    product = new Product();
    root = join(product.folder, 'project');
    write({
      ...SHOP,
      '.pantheon/flows/fine.flow.yaml': good,
      '.pantheon/flows/broken.flow.yaml': brokenFlow,
      '.pantheon/agents/muddled.agent.md': brokenAgent,
    });
    await product.run(['trust', '--yes'], { cwd: root });
  });
  after(() => product.dispose());

  const inProject = (...args: string[]) => product.run(args, { cwd: root });

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }

  it('are named with file, line, column, a code and what to do', async () => {
    const { code, stdout } = await inProject('validate');
    assert.equal(code, 1);
    assert.match(stdout, /^\.pantheon\/flows\/broken\.flow\.yaml:5:\d+ error [a-z-]+ .*two.*$/m);
    assert.match(stdout, /^\.pantheon\/agents\/muddled\.agent\.md:\d+:\d+ error [a-z-]+ .+$/m);
    const { document } = await product.json<{ errors: number; diagnostics: Diagnostic[] }>(['validate'], {
      cwd: root,
    });
    const errors = document.diagnostics.filter(({ severity }) => severity === 'error');
    assert.equal(document.errors, errors.length);
    assert.deepEqual(
      new Set(errors.map(({ path }) => path.replace(`${root}/`, ''))),
      new Set(['.pantheon/flows/broken.flow.yaml', '.pantheon/agents/muddled.agent.md']),
    );
  });

  it('are named too when they cannot be read at all', async () => {
    const gone = join(root, '.pantheon/flows/gone.flow.yaml');
    symlinkSync('/nowhere', gone);
    try {
      const { code, stdout } = await inProject('validate');
      assert.equal(code, 1);
      assert.match(stdout, /^\.pantheon\/flows\/gone\.flow\.yaml:1:1 error file-unreadable .+$/m);
    } finally {
      rmSync(gone);
    }
  });

  it('can be looked at one by one', async () => {
    assert.equal((await inProject('validate', '.pantheon/flows/fine.flow.yaml')).code, 0);
    const { code, stdout } = await inProject('validate', '.pantheon/flows');
    assert.equal(code, 1);
    assert.doesNotMatch(stdout, /muddled/);
  });

  it('are not called valid when there is none of that name, or the file is another one', async () => {
    const missing = await inProject('validate', '.pantheon/flows/gone.flow.yaml');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /There is no .*gone\.flow\.yaml\.\nCheck the path\./);
    const other = await inProject('validate', 'package.json');
    assert.equal(other.code, 2);
    assert.match(other.stderr, /package\.json is no agent, flow or settings file\./);
  });

  it('are refused with what is wrong with them, and queue nothing', async () => {
    for (const args of [
      ['run', 'broken', '--wait'],
      ['queue', 'add', 'broken'],
    ]) {
      const { code, stderr } = await inProject(...args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^Error: broken has errors: .*two.*\n`pantheon validate`/);
    }
    const muddled = await inProject('run', 'agents/muddled', '--wait');
    assert.notEqual(muddled.code, 0);
    assert.match(muddled.stderr, /^Error: .*muddled.*\n.*`pantheon validate`/);
    assert.match((await inProject('queue')).stdout, /Nothing is queued/);
    assert.match((await inProject('runs')).stdout, /No run yet/);
  });

  it('do not stand in the way of the others', async () => {
    const { code, stdout } = await inProject('run', 'fine', '--wait');
    assert.equal(code, 0, stdout);
    assert.match(
      (await inProject('doctor')).stdout,
      /^warn {2}Agents and flows: .* errors?\n {6}→ pantheon validate/m,
    );
    const { stdout: flows } = await inProject('flows');
    assert.match(flows, /^fine /m);
    assert.doesNotMatch(flows, /^broken /m);
  });

  it('are asked about again when the commands that they carry changed', async () => {
    write({ '.pantheon/flows/fine.flow.yaml': good.replace("'hello'", "'good morning'") });
    const untrusted = await inProject('run', 'fine', '--wait');
    assert.equal(untrusted.code, 3);
    assert.match(untrusted.stderr, /not trusted.*\n.*`?pantheon trust/);
    const shown = await inProject('trust');
    assert.equal(shown.code, 2);
    assert.match(shown.stderr, /fine: node -e/);
    assert.equal((await inProject('trust', '--yes')).code, 0);
    assert.equal((await inProject('run', 'fine', '--wait')).code, 0);
  });
});
