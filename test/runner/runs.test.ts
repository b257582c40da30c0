import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { agentFigures, callTraces } from '../../src/learn/index.ts';
import { writeFiles } from '../../src/workspace/testing/fixture.ts';
import { assertGolden, journalText } from './golden.ts';
import { detailOf, FLOW, LIST, Night, outcomesOf } from './night.ts';
import { PROJECT } from './project.ts';

describe('a run', function () {
  this.timeout(60_000);
  const night = Night.hooks();

  it('proposes what the tests of a project confirm, alone or together, and says what it could not do', async () => {
    writeFiles(night.root, PROJECT);
    const view = await night.run();
    assert.deepEqual(outcomesOf(view), {
      list: 'succeeded',
      'mend[0]': 'succeeded',
      'mend[1]': 'succeeded',
      'mend[2]': 'abstained',
      'mend[3]': 'succeeded',
      suite: 'succeeded',
    });
    assert.equal(view.outcome, 'succeeded-with-skips');
    assert.equal(
      detailOf(view, 'mend[2]'),
      '4 samples: 1 unreadable or unchanged, 2 the same as one before, 1 failed the check',
    );
    const [proposal, second] = night.stage.review.inbox().proposals;
    assert.equal(second, undefined);
    assert.deepEqual(view.proposals, [proposal?.id]);
    const hunks = proposal?.files.flatMap((file) => file.hunks) ?? [];
    const titles = new Map(hunks.map((hunk) => [hunk.id, hunk.title]));
    assert.deepEqual(
      hunks.map(({ title, added, dependsOn = [] }) => [title, added, dependsOn.map((id) => titles.get(id))]),
      [
        ['src/lists.js lastOf', ['  return items[items.length - 1];'], []],
        ['src/steps.js increment', ['  return n + 1;'], []],
        ['src/steps.js double', ['  return n * 2;'], ['src/steps.js increment']],
      ],
    );
    assert.deepEqual(hunks[0]?.evidence[0]?.testsFixed, ['test/lists.test.js > the last']);
    assert.deepEqual(proposal?.evidence[0]?.testsBroken, []);
    const items = night.stage.runner.reportItems('r1');
    assert.deepEqual(
      items.map(({ title, result, hunks: ids = [] }) => `${title}: ${result} ${ids.length}`),
      [
        'src/lists.js lastOf: mended 1',
        'src/steps.js double: mended 1',
        'src/words.js shout: abstained 0',
        'src/steps.js increment: mended 1',
      ],
    );
  });

  it('leaves a journal that reads like what happened', async () => {
    night.write({ [FLOW]: (text) => text.replace('max-parallel: 2', 'max-parallel: 1') });
    const view = await night.run();
    assert.equal(view.outcome, 'succeeded-with-skips');
    const items = view.nodes.filter(({ address }) => address.startsWith('mend['));
    assert.ok(items.length > 1 && items.every(({ of }) => of === items.length));
    assert.ok(view.nodes.every(({ address, of }) => address.includes('[') || of === undefined));
    const { runner } = night.stage;
    const ids = (finished: boolean) =>
      runner.list({ finished, workspaceRoot: night.root }).map(({ id }) => id);
    assert.deepEqual([ids(true), ids(false), runner.list({ workspaceRoot: '/elsewhere' })], [['r1'], [], []]);
    assertGolden('runner-night.txt', journalText(night.stage.store, 'r1'));
    const mend = night.stage.runner.trace('r1')?.children.find(({ address }) => address === 'mend');
    const first = mend?.children[0]?.children[0];
    assert.equal(first?.address, 'mend[0]#1');
    assert.deepEqual(
      first.children.map(({ address, kind, outcome }) => `${kind} ${address} ${outcome}`),
      [
        'expression mend[0]#1/with evaluated',
        'call mend[0]#1/call.0 unreadable',
        'call mend[0]#1/call.1 edit',
        'check mend[0]#1/check.1 passed',
        'check mend[0]#1/recheck.1 passed',
      ],
    );
    assert.equal(first.children[2]?.call?.answer, '2|   return items[items.length - 1];');
  });

  it('records each call with its prompt, its answer and what came of it', async () => {
    night.write();
    const view = await night.run();
    const calls = callTraces(night.stage.store, { agent: 'fixer' });
    assert.equal(calls.length, view.totals.calls);
    const winner = calls.find(({ address }) => address === 'mend[0]#1/call.1');
    assert.equal(winner?.validation, 'edit');
    assert.deepEqual(
      [winner?.check, winner?.recheck, winner?.attemptOutcome],
      ['passed', 'passed', 'succeeded'],
    );
    assert.match(winner?.prompt ?? '', /1\| export function lastOf/);
    assert.equal(winner?.answer, '2|   return items[items.length - 1];');
    assert.deepEqual(winner?.packing?.leftOut, []);
    const joined = calls.filter(({ address }) => address.startsWith('mend[1]#'));
    assert.deepEqual(
      new Set(joined.map((call) => `${call.attemptOutcome} ${call.itemOutcome}`)),
      new Set(['abstained succeeded']),
    );
    const places = new Map(
      calls.map((call) => [call.address.slice(0, call.address.indexOf('#')), call.itemOutcome]),
    );
    const succeeded = [...places.values()].filter((outcome) => outcome === 'succeeded').length;
    assert.ok(succeeded > 0 && succeeded < places.size);
    const figures = agentFigures(night.stage.store, winner?.workspace ?? '');
    const undecided = { tried: places.size, succeeded, decided: 0, accepted: 0 };
    assert.deepEqual([...figures], [[winner?.agentHash, undecided]]);
    assert.equal(agentFigures(night.stage.store, '/elsewhere').size, 0);
  });

  it('counts with each agent what the person decided of its hunks, until that is taken back', async () => {
    night.write();
    await night.run();
    const { review, store } = night.stage;
    const [proposal] = review.inbox().proposals;
    assert.ok(proposal);
    const [first, second] = proposal.files.flatMap(({ hunks }) => hunks.map(({ id }) => id));
    assert.ok(first !== undefined && second !== undefined);
    const { signal } = new AbortController();
    const decide = (hunk: string, decision: 'accept' | 'reject') =>
      review.decide(
        {
          proposal: proposal.id,
          hunks: [hunk],
          decision,
          way: 'command-line',
          commandId: `${decision} ${hunk}`,
        },
        signal,
      );
    const shares = () => [...agentFigures(store, night.root).values()].map((f) => [f.accepted, f.decided]);
    await decide(first, 'accept');
    assert.deepEqual(shares(), [[1, 1]]);
    await decide(second, 'reject');
    assert.deepEqual(shares(), [[1, 2]]);
    await review.editor.undo({ workspaceRoot: night.root, commandId: 'undo' }, signal);
    assert.deepEqual(shares(), [[1, 1]]);
  });

  it('takes edits back from the last one until all hold together, and says so', async () => {
    night.write({
      'check.mjs': (text) =>
        text.replace(
          'const chosen =',
          'if (!process.argv[2]) tests.rivals = { rivals: () => !(lastOf([1, 2]) === 2 && increment(1) === 2) };\nconst chosen =',
        ),
    });
    const view = await night.run();
    assert.deepEqual(outcomesOf(view), {
      list: 'succeeded',
      'mend[0]': 'succeeded',
      'mend[1]': 'abstained',
      'mend[2]': 'abstained',
      'mend[3]': 'abstained',
      suite: 'succeeded',
    });
    assert.match(detailOf(view, 'mend[3]'), /taken back: suite does not hold/);
    assert.ok(night.stage.runner.notes('r1').some((note) => note.includes('src/steps.js increment')));
    assert.deepEqual(
      night.stage.review.inbox().proposals[0]?.files.map((file) => file.path),
      ['src/lists.js'],
    );
  });

  it('does not take an edit whose tests pass only sometimes, and names them', async () => {
    night.write({
      'check.mjs': (text) =>
        `import { existsSync, rmSync, writeFileSync } from 'node:fs';\n${text}`
          .replace(
            "shouts: () => shout('a') === 'A'",
            "shouts: () => { if (shout(' a') !== 'a') return false; const odd = !existsSync('MARK'); if (odd) writeFileSync('MARK', ''); else rmSync('MARK'); return odd; }",
          )
          .replaceAll('MARK', path.join(night.base, 'mark')),
    });
    const view = await night.run();
    assert.equal(outcomesOf(view)['mend[2]'], 'abstained');
    assert.match(detailOf(view, 'mend[2]'), /only sometimes.*shouts/);
  });

  it('with nothing to do succeeds and says so', async () => {
    night.write({ [LIST]: () => 'process.stdout.write(\'{ "functions": [] }\');' });
    const view = await night.run();
    assert.equal(view.outcome, 'succeeded');
    assert.match(view.detail ?? '', /Nothing to do/);
    assert.deepEqual(view.proposals, []);
  });

  it('runs an agent alone', async () => {
    night.write();
    night.answering = () => '2|   return items.at(-1);';
    const inputs = { file: 'src/lists.js', function: 'lastOf' };
    const view = await night.run({ flow: 'agents/fixer', inputs });
    assert.equal(view.outcome, 'succeeded', view.detail);
    assert.equal(night.stage.review.inbox().proposals[0]?.files[0]?.path, 'src/lists.js');
  });

  it('puts edits together that nothing checks one by one, and drops what does not fit', async () => {
    night.write({
      [FLOW]: (text) =>
        text
          .replace(/ {4}best-of:.*\n/, '')
          .replace(/ {2}suite:[^]*outputs:/, 'outputs:')
          .replace(', evidence: [suite]', ''),
      [LIST]: (text) =>
        text
          .replaceAll(/name: '(double|increment)'/g, "name: 'lastOf'")
          .replaceAll('src/steps.js', 'src/lists.js'),
    });
    let calls = 0;
    night.answering = () => `2|   return items.at(-${(calls += 1)});`;
    const view = await night.run();
    assert.deepEqual(Object.values(outcomesOf(view)), [
      'succeeded',
      'succeeded',
      'abstained',
      'succeeded',
      'abstained',
    ]);
    assert.match(detailOf(view, 'mend[1]'), /same lines of src\/lists.js/);
    assert.equal(night.stage.review.inbox().proposals[0]?.files.length, 2);
  });

  it('changes nothing in the workspace', async () => {
    night.write();
    const before = readdirSync(night.root, { recursive: true }).length;
    await night.run();
    assert.equal(readdirSync(night.root, { recursive: true }).length, before);
    assert.ok(!existsSync(path.join(night.root, '.git')));
  });
});
