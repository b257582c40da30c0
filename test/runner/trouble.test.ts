import assert from 'node:assert/strict';

import { systemClock } from '../../src/common/index.ts';
import { writeFiles } from '../../src/workspace/testing/fixture.ts';
import { processesIn } from '../support/processes.ts';
import { detailOf, FLOW, LIST, Night, outcomesOf } from './night.ts';
import { answer, PROJECT } from './project.ts';
import { leaveOut } from '../support/leave-out.ts';

describe('a run in trouble', function () {
  this.timeout(60_000);
  const night = Night.hooks();

  it('is cancelled while a check hangs, and nothing of it stays', async function () {
    if (process.platform !== 'linux')
      leaveOut(this, 'looks at the process table of Linux', { installable: false });
    night.write({ 'check.mjs': (text) => `if (process.argv[2]) setInterval(() => {}, 1000);\n${text}` });
    const cancel = new AbortController();
    const running = night.run({}, cancel.signal);
    await until(() => processesIn(night.base).some((line) => line.includes('check.mjs')));
    cancel.abort(new Error('enough'));
    const view = await running;
    assert.equal(view.outcome, 'cancelled');
    assert.deepEqual(processesIn(night.base), []);
    assert.deepEqual(night.stage.review.inbox().proposals, []);
    assert.deepEqual(new Set(Object.values(outcomesOf(view))), new Set(['succeeded', 'cancelled']));
  });

  it('that is cancelled proposes nothing, and the report says what was good and why it is not there', async () => {
    night.write({ [FLOW]: (text) => text.replace('max-parallel: 2', 'max-parallel: 1') });
    const cancel = new AbortController();
    night.answering = (request) => {
      if (request.prompt.includes('shout')) cancel.abort(new Error('enough'));
      return answer(request);
    };
    const view = await night.run({}, cancel.signal);
    assert.equal(view.outcome, 'cancelled');
    assert.equal(outcomesOf(view)['mend[0]'], 'succeeded');
    assert.deepEqual(view.proposals, []);
    const items = night.stage.runner.reportItems('r1');
    assert.deepEqual(items.map(({ title, result, detail }) => [title, result, detail])[0], [
      'src/lists.js lastOf',
      'abstained',
      'Good alone, but the run was cancelled before it was proposed.',
    ]);
    assert.ok(items.every(({ result }) => result !== 'failed'));
  });

  it('goes on where it was after the runner was put away', async () => {
    night.write();
    let calls = 0;
    const halted = new Promise<void>((resolve) => {
      night.answering = (request) => {
        calls += 1;
        if (calls === 4) resolve();
        return answer(request);
      };
    });
    const running = night.run();
    await halted;
    await night.stage.runner.dispose();
    assert.equal((await running).state, 'running');
    assert.deepEqual(night.stage.runner.unfinished(), ['r1']);
    await night.stage.dispose();
    night.open();
    const { runner } = night.stage;
    runner.giveUp('never began', 'It ends daemons.');
    assert.equal(runner.view('never began'), undefined);
    const view = await night.run();
    runner.giveUp('r1', 'It ends daemons.');
    assert.equal(runner.view('r1')?.outcome, 'succeeded-with-skips', 'it had ended');
    assert.equal(view.outcome, 'succeeded-with-skips');
    assert.equal(night.stage.review.inbox().proposals[0]?.files.length, 2);
    assert.deepEqual(night.stage.runner.unfinished(), []);
  });

  it('that is given up has failed, and says why', async () => {
    night.write();
    const halted = new Promise<void>((resolve) => {
      night.answering = (request) => {
        resolve();
        return answer(request);
      };
    });
    const running = night.run();
    await halted;
    await night.stage.runner.dispose();
    assert.equal((await running).state, 'running');
    night.stage.runner.giveUp('r1', 'The daemon ended 4 times during this run.');
    const view = night.stage.runner.view('r1');
    assert.deepEqual(
      [view?.state, view?.outcome, view?.detail],
      ['finished', 'failed', 'The daemon ended 4 times during this run.'],
    );
  });

  it('says how to get a model that is missing, before anything is done', async () => {
    night.write({ '.pantheon/agents/fixer.agent.md': (text) => text.replace('[tiny]', '[absent]') });
    const view = await night.run();
    assert.equal(view.outcome, 'failed');
    assert.match(view.detail ?? '', /ollama pull absent/);
  });

  it('says what to do when the model server goes away, and proposes what it had', async () => {
    night.write({ [FLOW]: (text) => text.replace('max-parallel: 2', 'max-parallel: 1') });
    night.answering = (request) => {
      if (request.prompt.includes('double'))
        night.server.failNext(
          ...Array.from({ length: 60 }, () => ({ kind: 'status', status: 500 }) as const),
        );
      return answer(request);
    };
    const view = await night.run();
    assert.equal(view.outcome, 'failed');
    assert.match(view.detail ?? '', /model server/);
    assert.deepEqual(
      [outcomesOf(view)['mend[0]'], outcomesOf(view)['mend[1]'], outcomesOf(view)['mend[2]']],
      ['succeeded', 'failed', 'skipped'],
    );
    assert.equal(view.nodes.find(({ address }) => address === 'mend[1]')?.attempts, 2);
    assert.deepEqual(
      night.stage.review.inbox().proposals[0]?.files.map((file) => file.path),
      ['src/lists.js'],
    );
  });

  it('fails when the unchanged project does not come to its first test', async () => {
    writeFiles(night.root, {
      ...PROJECT,
      'test/lists.test.js': "import 'not-installed';\n",
      'test/steps.test.js': "import 'not-installed';\n",
      'test/words.test.js': "import 'not-installed';\n",
    });
    const view = await night.run();
    assert.equal(view.outcome, 'failed');
    assert.match(view.detail ?? '', /first test on the unchanged project/);
    assert.match(view.detail ?? '', /not-installed/);
    assert.equal(view.totals.calls, 0);
  });

  it('refuses protected files without asking a model about them', async () => {
    night.write({
      [LIST]: (text) =>
        text.replace("path: 'src/words.js', name: 'shout'", "path: 'check.test.mjs', name: 'shout'"),
    });
    writeFiles(night.root, { 'check.test.mjs': 'export function shout() {}\n' });
    const view = await night.run();
    assert.match(detailOf(view, 'mend[2]'), /protected/);
    assert.equal(outcomesOf(view)['mend[2]'], 'abstained');
  });

  it('stops asking at its limit of tokens and keeps what it has', async () => {
    night.write({
      [FLOW]: (text) => `${text.replace('max-parallel: 2', 'max-parallel: 1')}limits: { tokens: 70 }\n`,
    });
    const view = await night.run();
    assert.equal(view.outcome, 'succeeded-with-skips');
    assert.equal(outcomesOf(view)['mend[0]'], 'succeeded');
    assert.equal(outcomesOf(view)['mend[3]'], 'skipped');
    assert.ok(night.stage.runner.notes('r1').some((note) => note.includes('70 tokens')));
    assert.equal(night.stage.review.inbox().proposals.length, 1);
  });

  it('keeps what an item found out when its time is up, and goes on with the others', async () => {
    night.write({
      [FLOW]: (text) => text.replace('n: 4', 'n: 100').replace('    uses:', '    timeout: 8s\n    uses:'),
    });
    night.answering = (request) => {
      const { seed } = request.options;
      // Slow enough that a hundred of them take longer than the item may, on any machine.
      return request.prompt.includes('shout')
        ? {
            text: `2|   return word + ${Number(seed)};`,
            chunks: ['2|', ` return word + ${Number(seed)};`],
            chunkPauseMs: 100,
          }
        : answer(request);
    };
    const view = await night.run();
    assert.equal(outcomesOf(view)['mend[2]'], 'abstained');
    assert.match(detailOf(view, 'mend[2]'), /time was up after \d+ of 100 samples/);
    assert.equal(outcomesOf(view)['mend[3]'], 'succeeded');
    assert.equal(night.stage.review.inbox().proposals.length, 1);
  });

  it('refuses output that does not follow its schema and says where', async () => {
    night.write({ [LIST]: () => 'process.stdout.write(\'{ "functions": [{ "path": 1 }] }\');' });
    const view = await night.run();
    assert.equal(view.outcome, 'failed');
    assert.match(view.detail ?? '', /functions\/0\/path must be string/);
  });
});

/** Looks again and again: a process gives no sign when it begins. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(10, AbortSignal.timeout(20_000));
}
