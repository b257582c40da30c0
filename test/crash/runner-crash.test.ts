import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { canonicalJson, systemClock } from '../../src/common/index.ts';
import type { ProposalView } from '../../src/protocol/index.ts';
import { learnProjectors } from '../../src/learn/index.ts';
import { readRunEvent, RUNNER_FAILPOINTS, runnerProjectors, type RunEvent } from '../../src/runner/index.ts';
import { createReview, REVIEW_FAILPOINTS, reviewProjector } from '../../src/review/index.ts';
import { openStore, STORE_FAILPOINTS } from '../../src/store/index.ts';
import { endSurvivors } from '../../src/workspace/index.ts';
import { removeFolder, temporaryFolder, writeFiles } from '../../src/workspace/testing/fixture.ts';
import { answer, QUICK_PROJECT } from '../runner/project.ts';
import { startScriptedOllama, type ScriptedOllama } from '../support/scripted-ollama/index.ts';
import { leaveOut } from '../support/leave-out.ts';

const childFile = fileURLToPath(new URL('../runner/child.ts', import.meta.url));

/** Not on this way: their own suite in test/store kills there. */
const ELSEWHERE: readonly string[] = ['store.rebuild.before-commit', 'store.backup.before-rename'];

/**
 * Every named place on the way from the start to the accepted hunk, at its k-th passage; the run passes the frequent ones a
 * hundred times. The queue is not on it: test/schedule kills there.
 */
const PASSAGES: readonly (readonly [string, number])[] = [
  ...RUNNER_FAILPOINTS.flatMap((name) =>
    name.startsWith('runner.effect') ? [[name, 1] as const] : [[name, 1] as const, [name, 23] as const],
  ),
  ...REVIEW_FAILPOINTS.map((name) => [name, 1] as const),
  ...STORE_FAILPOINTS.filter((name) => !ELSEWHERE.includes(name)).map(
    (name) => [name, name === 'store.append.between-events' ? 3 : 17] as const,
  ),
];

interface Left {
  readonly events: readonly RunEvent[];
  readonly proposals: string;
  readonly count: number;
  /** The file with the accepted hunk. */
  readonly file: string;
}

describe('a run that is killed', function () {
  this.timeout(120_000);
  let base: string;
  let server: ScriptedOllama;
  let whole: Left;
  before(async function () {
    if (process.platform === 'win32')
      leaveOut(this, 'not on Windows: signals, links or modes of POSIX', { installable: false });
    server = await startScriptedOllama({ models: ['tiny'], answer });
    base = temporaryFolder();
    await work(base);
    whole = inspect(base);
    removeFolder(base);
    assert.equal(whole.events.at(-1)?.type, 'run.ended');
    assert.match(whole.file, /items\[items\.length - 1\]/, 'the first hunk is accepted');
  });
  after(async () => {
    await server.dispose();
  });
  beforeEach(() => {
    base = temporaryFolder();
  });
  afterEach(() => removeFolder(base));

  /** One life of the process; gives how it ended. */
  async function work(folder: string, failpoint = ''): Promise<string> {
    const root = path.join(folder, 'project');
    if (!existsSync(root)) writeFiles(root, QUICK_PROJECT);
    const child = spawn(process.execPath, [childFile, path.join(folder, 'home'), root, server.url], {
      env: { ...process.env, PANTHEON_FAILPOINT: failpoint },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (_code, signal) => resolve(signal ?? said.trim()));
    });
  }

  function inspect(folder: string): Left {
    const store = openStore({
      file: path.join(folder, 'home', 'data', 'pantheon.db'),
      projectors: [reviewProjector, ...runnerProjectors, ...learnProjectors],
      upcasters: [],
    });
    try {
      const rows = () =>
        canonicalJson(
          ['runner_runs', 'runner_nodes', 'learn_calls'].map((table) =>
            store.db.prepare(`SELECT * FROM ${table}`).all(),
          ),
        );
      const before = rows();
      store.rebuild();
      assert.equal(rows(), before, 'the rows are what the events say');
      const { proposals } = createReview({ store, clock: systemClock }).inbox();
      return {
        events: store.readStream('run/r1').map(readRunEvent),
        count: proposals.length,
        file: readFileSync(path.join(folder, 'project', 'src', 'lists.js'), 'utf8'),
        proposals: canonicalJson(proposals.map(comparable)),
      };
    } finally {
      void store.dispose();
    }
  }

  for (const [name, k] of PASSAGES) {
    it(`at ${name}:${k} goes on, repeats nothing that was finished, and proposes the same once`, async () => {
      assert.equal(await work(base, `${name}:${k}`), 'SIGKILL');
      const killed = inspect(base);
      const calledBefore = server.requests.length;
      await endSurvivors(path.join(base, 'home'));
      removeFolder(path.join(base, 'home', 'checkouts'));
      assert.equal(await work(base), 'succeeded-with-skips');
      const left = inspect(base);
      const addresses = stepsOf(left.events);
      assert.equal(new Set(addresses).size, addresses.length, 'a step has one event');
      assert.deepEqual(
        [...addresses].sort(),
        stepsOf(whole.events).sort(),
        'the same steps as without a crash',
      );
      const finishedCalls = killed.events.filter(
        (event) => event.type === 'step.ended' && event.body.call !== undefined,
      );
      const allCalls = left.events.filter(
        (event) => event.type === 'step.ended' && event.body.call !== undefined,
      );
      assert.equal(
        server.requests.length - calledBefore,
        allCalls.length - finishedCalls.length,
        'no finished call is repeated',
      );
      assert.equal(left.count, 1, 'one proposal');
      assert.equal(left.proposals, whole.proposals, 'with the hunk accepted once');
      assert.equal(left.file, whole.file);
    });
  }
});

function stepsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'step.ended' ? [event.address ?? ''] : []));
}

/** A proposal without what may differ between two runs of the same: ids, places and times. */
function comparable(proposal: ProposalView): unknown {
  const hunks = proposal.files.flatMap((file) => file.hunks);
  const titles = new Map(hunks.map((hunk) => [hunk.id, hunk.title]));
  return proposal.files.map(({ path: file, hunks: own }) => ({
    file,
    hunks: own.map(({ title, removed, added, state, dependsOn = [], evidence }) => ({
      title,
      state,
      removed,
      added,
      dependsOn: dependsOn.map((id) => titles.get(id)),
      evidence: evidence.map((each) => ({ ...each, durationMs: 0 })),
    })),
  }));
}
