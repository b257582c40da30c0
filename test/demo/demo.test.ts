import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { InboxView, ReportView } from '../../src/protocol/index.ts';
import { demoProjectDir, demoTruth } from '../fixtures/demo-project.ts';
import { canSeeProcesses, processesIn } from '../support/processes.ts';
import { leaveOut } from '../support/leave-out.ts';
import { Product } from '../support/product.ts';
import { daemonOf, DemoProcess, demosIn, temporaryHome, type DemoRoot } from './support/demo-process.ts';
import { finishedSteps } from './support/journal.ts';

/** Ends of the pauses before the daemon is killed: some look at the project, some samples, some checks. */
const pausesMs = [200, 4_000, 1_500] as const;

describe('npm run demo', function () {
  this.timeout(300_000);
  let temporary: ReturnType<typeof temporaryHome>;
  let demo: DemoProcess | undefined;
  before(function () {
    if (!canSeeProcesses) leaveOut(this, 'looks at the process table of Linux', { installable: false });
    temporary = temporaryHome();
  });
  afterEach(async () => {
    await demo?.kill();
    demo = undefined;
  });
  after(() => temporary?.remove());

  it('mends at least four slips, shows the rest, and leaves exactly the accepted hunk and no process', async () => {
    const { home } = temporary;
    demo = DemoProcess.byNpm(home);
    const { code, stdout, stderr } = await demo.ended;
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(processesIn(home), []);

    const report = section(stdout, 'In the morning');
    const [, mended = '', tried = ''] =
      /^(\d+) places mended, (\d+) tried and not mended, 0 failed, 0 held; 1 proposal made\.$/m.exec(
        report,
      ) ?? [];
    assert.ok(Number(mended) >= 4, report);
    assert.match(
      report,
      /^\d+ model calls, \d+ \+ \d+ tokens, \d+ model swaps?, models .+, checks .+, in all .+$/m,
    );
    const [good = '', rest = ''] = report.split('Tried, not mended');
    assert.equal(
      good.match(/^ {2}src\/\S+ \S+: fixes ".+; breaks nothing \(node --test .+, 2 runs, /gm)?.length,
      Number(mended),
    );
    assert.equal(rest.match(/^ {2}src\/\S+ \S+: .*\d+ samples/gm)?.length, Number(tried), rest);
    assert.match(rest, /src\/text\.js wrapWords/, 'broken beyond one place, so it cannot have been mended');

    assert.equal(section(stdout, 'The hunks').match(/^ {2}fixes "/gm)?.length, Number(mended));
    assert.match(section(stdout, 'Reject one'), /--reject \S+ --reason unneeded/);
    assert.match(section(stdout, 'What is in the project now'), /^diff --git a\/src/m);
    assert.match(stdout, /^Exactly the accepted hunk is in the project, byte for byte\.$/m);
    assertAccepted(demosIn(home).at(-1), section(stdout, 'Accept one'));
  });

  it('is as good the second time, with its daemon killed three times, and repeats nothing that was finished', async () => {
    const { home } = temporary;
    const earlier = demosIn(home).length;
    demo = DemoProcess.byNpm(home, ['--json']);
    const running = demo;
    let finished = new Map<string, string>();
    for (const [index, pauseMs] of pausesMs.entries()) {
      const seen = running.output.length;
      await running.until(() => /done$/m.test(running.output.slice(seen)));
      await elapse(Math.random() * pauseMs);
      const own = demosIn(home).at(earlier);
      const pid = own === undefined ? undefined : daemonOf(own.home);
      assert.ok(own !== undefined && pid !== undefined && !running.isOver, running.output);
      const before = finishedSteps(own.home);
      for (const [address, step] of finished)
        assert.equal(before.get(address), step, 'a finished step stays');
      finished = before;
      process.kill(pid, 'SIGKILL');
      await running.until(() => running.output.split('starting it again').length === index + 2);
    }
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(processesIn(home), []);
    const report = ReportView.parse(JSON.parse(stdout));
    assert.ok(report.mended >= 4, stdout);
    assert.deepEqual(
      report.runs.map(({ outcome }) => outcome),
      ['succeeded-with-skips'],
    );
    const own = demosIn(home).at(earlier);
    assert.ok(own !== undefined);
    const left = finishedSteps(own.home);
    for (const [address, step] of finished) assert.equal(left.get(address), step, 'a finished step stays');

    // What was decided is still so for whoever looks later.
    const product = new Product({ env: { PANTHEON_HOME: own.home } });
    try {
      const { document } = await product.json(['inbox', '--all', '--workspace', own.project]);
      const { proposals } = InboxView.parse(document);
      assert.equal(proposals.length, 1, 'one proposal');
      const states = proposals.flatMap(({ files }) =>
        files.flatMap(({ hunks }) => hunks.map(({ state }) => state)),
      );
      assert.equal(states.filter((state) => state === 'accepted').length, 1);
      assert.equal(states.filter((state) => state === 'rejected').length, 1);
      assert.equal(states.length, report.items.flatMap(({ hunks = [] }) => hunks).length);
    } finally {
      await product.dispose();
    }
  });
});

/** What the demo printed under one of its headings. */
function section(stdout: string, title: string): string {
  const parts = stdout.split(`\n${title}\n`);
  assert.equal(parts.length, 2, `${title} is there once in:\n${stdout}`);
  return parts[1]?.split(/\n\n(?=[A-Z].*\n\$ )/)[0] ?? '';
}

/** Compares the project with the shipped one: the only difference is one line that a slip's correction would change. */
function assertAccepted(root: DemoRoot | undefined, said: string): void {
  assert.ok(root !== undefined && said !== '');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root.project, encoding: 'utf8' });
  const changed = git('diff', '--name-only').trim().split('\n');
  assert.equal(changed.length, 1);
  assert.equal(git('status', '--porcelain').trim().split('\n').length, 1);
  const [path = ''] = changed;
  const before = readFileSync(join(demoProjectDir, path), 'utf8').split('\n');
  const after = readFileSync(join(root.project, path), 'utf8').split('\n');
  assert.equal(after.length, before.length);
  const lines = before.flatMap((line, i) => (line === after[i] ? [] : [i + 1]));
  const slip = demoTruth().slips.find((each) => each.path === path && lines.includes(each.line));
  assert.deepEqual(lines, [slip?.line]);
}

/** A random moment is wanted, not an event. */
function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
