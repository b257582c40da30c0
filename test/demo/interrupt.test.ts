import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { homePaths, type InboxView, type RunView } from '../../src/protocol/index.ts';
import { canSeeProcesses, processesIn } from '../support/processes.ts';
import { leaveOut } from '../support/leave-out.ts';
import { Product } from '../support/product.ts';
import { DemoProcess, demosIn, temporaryHome, type DemoRoot } from './support/demo-process.ts';
import { finishedSteps } from './support/journal.ts';

interface Moment {
  readonly name: string;
  /** Looks at everything that the demo said so far. */
  readonly reached: (output: string) => boolean;
  /** A random pause up to this long follows. */
  readonly upToMs: number;
}

const moments: readonly Moment[] = [
  { name: 'right after the start', reached: () => true, upToMs: 100 },
  { name: 'while it makes the project', reached: (output) => output.includes('A small'), upToMs: 200 },
  { name: 'while the runner starts', reached: (output) => output.includes('tests pass'), upToMs: 1_200 },
  { name: 'while it looks for suspects', reached: (output) => output.includes('suspects:'), upToMs: 1_000 },
  {
    name: 'while models and checks work',
    reached: (output) => /[12] of \d+ done/.test(output),
    upToMs: 3_000,
  },
];

describe('the demo on Ctrl-C', function () {
  this.timeout(300_000);
  let temporary: ReturnType<typeof temporaryHome>;
  let demo: DemoProcess | undefined;
  before(function () {
    if (!canSeeProcesses) leaveOut(this, 'looks at the process table of Linux', { installable: false });
  });
  beforeEach(() => {
    temporary = temporaryHome();
  });
  afterEach(async () => {
    await demo?.kill();
    await temporary.remove();
  });

  for (const { name, reached, upToMs } of moments) {
    for (const whole of [true, false]) {
      it(`${name}, ${whole ? 'of everything in the terminal' : 'of the one process'}, leaves no process and loses nothing`, async () => {
        const { home } = temporary;
        const running = whole ? DemoProcess.byNpm(home) : DemoProcess.alone(home);
        demo = running;
        await running.until(() => reached(running.output));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * upToMs));
        if (whole) running.interruptGroup();
        else running.interrupt();
        const { code, signal, stderr } = await running.ended;
        // Node has no handler in its first moments; a shell calls that 130, too.
        assert.ok(code === 130 || signal === 'SIGINT', `${code} ${signal}\n${stderr}`);
        assert.deepEqual(processesIn(home), []);
        assert.doesNotMatch(stderr, /^ {4}at |Error:/m);
        for (const root of demosIn(home)) await assertIntact(root);
      });
    }
  }
});

describe('the demo on Ctrl-C in its last moments', function () {
  this.timeout(300_000);
  before(function () {
    if (!canSeeProcesses) leaveOut(this, 'looks at the process table of Linux', { installable: false });
  });

  it('leaves no process, and the project with exactly what is recorded as accepted', async () => {
    const temporary = temporaryHome();
    const demo = DemoProcess.byNpm(temporary.home);
    try {
      await demo.until(() => demo.output.includes('The hunks'));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_500));
      demo.interruptGroup();
      const { code, signal, stderr } = await demo.ended;
      // It may have been at its end; npm may end by the signal itself.
      assert.ok(code === 130 || code === 0 || signal === 'SIGINT', `${code} ${signal}\n${stderr}`);
      assert.deepEqual(processesIn(temporary.home), []);
      for (const root of demosIn(temporary.home)) await assertDecided(root);
    } finally {
      await demo.kill();
      await temporary.remove();
    }
  });
});

/** What was decided is in the project, and nothing else. */
async function assertDecided({ home, project }: DemoRoot): Promise<void> {
  const product = new Product({ env: { PANTHEON_HOME: home } });
  try {
    const { document } = await product.json<InboxView>(['inbox', '--all'], { cwd: project });
    const hunks = document.proposals.flatMap(({ files }) =>
      files.flatMap((file) => file.hunks.map((hunk) => ({ path: file.path, ...hunk }))),
    );
    assert.ok(hunks.length > 0, 'the night was over');
    const accepted = hunks.filter(({ state }) => state === 'accepted');
    const diff = execFileSync('git', ['diff', '--unified=0'], { cwd: project, encoding: 'utf8' });
    const lines = (mark: RegExp) => diff.split('\n').filter((line) => mark.test(line));
    assert.deepEqual(
      lines(/^\+(?!\+\+)/),
      accepted.flatMap(({ added }) => added.map((line) => `+${line}`)),
    );
    assert.deepEqual(
      lines(/^\+\+\+ b\//),
      accepted.map(({ path }) => `+++ b/${path}`),
    );
  } finally {
    await product.dispose();
  }
  assert.deepEqual(processesIn(home), []);
}

/** The project is as it was made; the data is whole, and a run that had begun is there and can go on. */
async function assertIntact({ home, project }: DemoRoot): Promise<void> {
  if (
    existsSync(join(project, '.git', 'HEAD')) &&
    existsSync(join(project, '.git', 'refs', 'heads', 'main'))
  ) {
    assert.equal(execFileSync('git', ['status', '--porcelain'], { cwd: project, encoding: 'utf8' }), '');
  }
  if (!existsSync(homePaths(home).database)) return;
  const db = new DatabaseSync(homePaths(home).database);
  try {
    assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  } finally {
    db.close();
  }
  const product = new Product({ env: { PANTHEON_HOME: home } });
  try {
    const before = finishedSteps(home);
    const { document, code } = await product.json<{ runs: RunView[] }>(['runs', '--all']);
    assert.equal(code, 0);
    for (const run of document.runs) assert.notEqual(run.state, 'finished', 'it goes on');
    const after = finishedSteps(home);
    for (const [address, step] of before) assert.equal(after.get(address), step);
  } finally {
    await product.dispose();
  }
  assert.deepEqual(processesIn(home), []);
}
