import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  existsSync,
  chmodSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { probeSandbox } from './commands/sandbox.ts';
import { readProcesses } from './keeper/process-table.ts';
import { personsGit, removeFolder, temporaryFolder, writeFiles } from './testing/fixture.ts';
import type { CommandRequest, Workspace } from './types.ts';
import { openWorkspace } from './workspace.ts';
import { leaveOut } from '../../test/support/leave-out.ts';

const signal = new AbortController().signal;
const keeper = { node: process.execPath, file: fileURLToPath(new URL('./keeper/main.ts', import.meta.url)) };
const { available } = await probeSandbox();

for (const sandbox of ['off', 'auto'] as const) {
  describe(`a workspace, sandbox ${sandbox}`, function () {
    let base: string;
    let root: string;
    let workspace: Workspace;
    before(function () {
      if (sandbox === 'auto' && !available)
        leaveOut(this, 'there is no sandbox here (bubblewrap)', {
          installable: process.platform === 'linux',
        });
    });
    beforeEach(() => {
      base = temporaryFolder();
      root = path.join(base, 'my prøject');
      mkdirSync(root);
    });
    afterEach(async () => {
      await workspace.dispose();
      assert.deepEqual(leftIn(base), [], 'no process is left');
      removeFolder(base);
    });
    async function open(): Promise<Workspace> {
      const home = path.join(base, 'home');
      workspace = await openWorkspace({ home, root, sandbox, keeper, path: process.env.PATH ?? '' }, signal);
      return workspace;
    }
    async function checkout() {
      await open();
      const { tree } = await workspace.trees.snapshot(signal);
      return workspace.checkouts.acquire(tree, signal);
    }
    const request = (argv: readonly string[], more: Partial<CommandRequest> = {}): CommandRequest => ({
      argv,
      env: {},
      timeoutMs: 30_000,
      readable: [],
      ...more,
    });

    it('runs a command in a checkout and says how it ended', async () => {
      writeFiles(root, { 'a.txt': 'hello' });
      const box = await checkout();
      const result = await workspace.exec(
        box,
        request(['sh', '-c', 'cat a.txt; echo warn >&2; exit 3']),
        signal,
      );
      assert.deepEqual(
        [result.stdout, result.stderr, result.exitCode, result.timedOut, result.sandboxed],
        ['hello', 'warn\n', 3, false, sandbox === 'auto'],
      );
      assert.equal(result.sandboxNote === undefined, sandbox === 'auto');
      const missing = await workspace.exec(box, request(['no-such-program']), signal);
      assert.equal(missing.exitCode, 127);
      assert.match(missing.stderr, /no-such-program/);
    });

    it('gives a command exactly its variables', async () => {
      const box = await checkout();
      const result = await workspace.exec(
        box,
        request(['node', '-p', 'JSON.stringify(process.env)'], { env: { MINE: 'a b' } }),
        signal,
      );
      const env = JSON.parse(result.stdout) as Record<string, string>;
      delete env['PWD'];
      assert.deepEqual(Object.keys(env).toSorted(), ['HOME', 'LANG', 'MINE', 'PATH', 'TMPDIR']);
      assert.equal(env['MINE'], 'a b');
    });

    it('resets whatever a command did to a checkout', async () => {
      writeFiles(root, { 'a.txt': 'a', 'dir/b.txt': 'b', 'run.sh': '#!/bin/sh\n' });
      chmodSync(path.join(root, 'run.sh'), 0o755);
      symlinkSync('a.txt', path.join(root, 'link'));
      const first = await checkout();
      const vandal =
        'echo x > a.txt; mkdir dir/.git; rm -r dir; ln -s / dir; chmod -x run.sh; rm link; mkdir -p link/in .git/x; touch new .hidden; mkdir closed; touch closed/f; chmod 0 closed; echo t > "$TMPDIR/t"';
      assert.equal((await workspace.exec(first, request(['sh', '-c', vandal]), signal)).exitCode, 0);
      const { tree } = first;
      await first.dispose();
      const again = await workspace.checkouts.acquire(tree, signal);
      const list =
        'ls -A . dir; cat a.txt; test -x run.sh && readlink link; test ! -e "$TMPDIR/t" && echo clean';
      const result = await workspace.exec(again, request(['sh', '-c', list]), signal);
      assert.equal(result.stdout, '.:\na.txt\ndir\nlink\nrun.sh\n\ndir:\nb.txt\naa.txt\nclean\n');
      assert.equal(again.dir, first.dir);
    });

    it('gives checkouts of one workspace that do not see each other, and other trees', async () => {
      writeFiles(root, { 'a.txt': 'one' });
      const one = await checkout();
      const next = await workspace.trees.write(
        one.tree,
        [{ path: 'a.txt', content: new TextEncoder().encode('two') }],
        signal,
      );
      const two = await workspace.checkouts.acquire(next, signal);
      const [a, b] = await Promise.all(
        [one, two].map((box) => workspace.exec(box, request(['cat', 'a.txt']), signal)),
      );
      assert.deepEqual([a?.stdout, b?.stdout], ['one', 'two']);
      assert.notEqual(one.dir, two.dir);
    });

    it('provides dependencies, and links between packages lead into the checkout', async () => {
      personsGit(root, 'init', '-q');
      writeFiles(root, {
        '.gitignore': 'node_modules\n',
        'packages/core/index.js': "module.exports = 'person'",
        'packages/app/node_modules/deep/index.js': "module.exports = 'deep'",
        'packages/app/show.js':
          "console.log(require('core'), require('@me/core'), require('deep'), require('dep'))",
        'node_modules/dep/index.js': "module.exports = 'dep'",
        'node_modules/@me/x': '',
      });
      symlinkSync('../packages/core', path.join(root, 'node_modules/core'));
      symlinkSync(path.join(root, 'packages/core'), path.join(root, 'node_modules/@me/core'));
      await open();
      const { tree } = await workspace.trees.snapshot(signal);
      const edited = await workspace.trees.write(
        tree,
        [
          {
            path: 'packages/core/index.js',
            content: new TextEncoder().encode("module.exports = 'checkout'"),
          },
        ],
        signal,
      );
      for (let round = 0; round < 2; round += 1) {
        const box = await workspace.checkouts.acquire(edited, signal);
        const result = await workspace.exec(box, request(['node', 'packages/app/show.js']), signal);
        assert.equal(result.stdout + result.stderr, 'checkout checkout deep dep\n');
        await workspace.exec(box, request(['sh', '-c', 'echo hacked > node_modules/dep/index.js']), signal);
        await box.dispose();
      }
      assert.equal(
        readFileSync(path.join(root, 'node_modules/dep/index.js'), 'utf8'),
        "module.exports = 'dep'",
      );
    });

    it('ends a command at its time limit with everything it started', async () => {
      const box = await checkout();
      const script = `trap '' TERM; (trap '' TERM; setsid sh -c "trap '' TERM; exec sleep 600" &) ; sleep 600 & echo started; while :; do sleep 1; done`;
      const result = await workspace.exec(box, request(['sh', '-c', script], { timeoutMs: 400 }), signal);
      assert.equal(result.timedOut, true);
      assert.equal(result.stdout, 'started\n');
      assert.deepEqual(processesIn(box.dir), []);
    });

    it('ends what a command left behind when it ended by itself', async () => {
      const box = await checkout();
      const script = `setsid sleep 600 & nohup sleep 600 & (cd / && exec setsid sleep 600) & sleep 600 & echo done`;
      const result = await workspace.exec(box, request(['sh', '-c', script]), signal);
      assert.deepEqual([result.stdout, result.exitCode], ['done\n', 0]);
      assert.deepEqual(processesIn(box.dir), []);
    });

    it('ends a command when it is cancelled', async () => {
      const box = await checkout();
      const controller = new AbortController();
      const running = workspace.exec(
        box,
        request(['sh', '-c', 'echo $$ > started; sleep 600']),
        controller.signal,
      );
      await until(() => existsSync(path.join(box.dir, 'started')));
      controller.abort(new Error('enough'));
      await assert.rejects(running, /enough/);
      assert.deepEqual(processesIn(box.dir), []);
    });

    it('keeps both ends of long output', async () => {
      const box = await checkout();
      const script = "process.stdout.write('first' + 'x'.repeat(5e6) + 'last')";
      const result = await workspace.exec(box, request(['node', '-e', script]), signal);
      assert.equal(result.truncated, true);
      assert.ok(
        result.stdout.startsWith('first') &&
          result.stdout.endsWith('last') &&
          result.stdout.length < 2_200_000,
      );
    });

    it('is one underneath when it is opened twice, and removes its checkouts at the end', async () => {
      writeFiles(root, { 'a.txt': 'a' });
      const box = await checkout();
      const first = workspace;
      await open();
      await first.dispose();
      assert.ok(existsSync(box.dir));
      const result = await workspace.exec(box, request(['cat', 'a.txt']), signal);
      assert.equal(result.stdout, 'a');
      await workspace.dispose();
      assert.deepEqual(readdirSync(path.join(base, 'home', 'checkouts')), []);
      await open();
    });

    if (sandbox === 'off') return;

    it("shows a sandboxed command neither the network nor the person's files, and lets it write nothing outside", async () => {
      writeFiles(root, { 'a.txt': 'a', 'secret.log': 'ignored', '.gitignore': '*.log\n' });
      writeFiles(base, { 'home/daemon/token': 'token', 'beside.txt': 'beside', 'flow/f.txt': 'flow' });
      const box = await checkout();
      const script = `cat '${base}/flow/f.txt' a.txt; cat '${root}/secret.log' '${base}/home/daemon/token' '${base}/beside.txt' "$HOME/.bashrc" 2>/dev/null; echo x > '${base}/flow/f.txt'; touch /usr/x '${base}/y'; ls /sys/class/net 2>/dev/null | grep -v lo; cat /proc/net/dev | grep -c :; echo mine > a.txt`;
      const result = await workspace.exec(
        box,
        request(['sh', '-c', script], { readable: [path.join(base, 'flow')] }),
        signal,
      );
      assert.match(result.stdout, /^flowa/);
      assert.doesNotMatch(result.stdout, /ignored|token|beside/);
      assert.equal(readFileSync(path.join(root, 'a.txt'), 'utf8'), 'a');
      assert.equal(readFileSync(path.join(base, 'flow/f.txt'), 'utf8'), 'flow');
      assert.ok(!existsSync('/usr/x') && !existsSync(path.join(base, 'y')));
      const connect =
        "require('net').connect(80, '127.0.0.1').on('error', (error) => console.log(error.code))";
      const net = await workspace.exec(box, request(['node', '-e', connect]), signal);
      assert.match(net.stdout, /ECONNREFUSED|ENETUNREACH/);
    });

    it('shows an absolute path into the workspace as the checkout', async () => {
      writeFiles(root, { 'a.txt': 'person' });
      await open();
      const { tree } = await workspace.trees.snapshot(signal);
      const next = await workspace.trees.write(
        tree,
        [{ path: 'a.txt', content: new TextEncoder().encode('checkout') }],
        signal,
      );
      const box = await workspace.checkouts.acquire(next, signal);
      const result = await workspace.exec(
        box,
        request(['cat', path.join(root, 'a.txt'), path.join(box.dir, 'a.txt')]),
        signal,
      );
      assert.equal(result.stdout, 'checkoutcheckout');
      writeFileSync(path.join(root, 'a.txt'), 'still');
    });
  });
}

/** Command lines of processes that work in a checkout or were started from it. */
function processesIn(dir: string): string[] {
  return leftIn(path.dirname(dir));
}

function leftIn(dir: string): string[] {
  return readProcesses().flatMap(({ pid }) => {
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
      return environ.includes(dir) && pid !== process.pid
        ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`]
        : [];
    } catch {
      return [];
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
