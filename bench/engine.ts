import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../src/common/index.ts';
import type { CompiledFlow, CompiledNode } from '../src/flow/index.ts';
import { Engine, RunJournal, runnerProjectors, type EngineWork } from '../src/runner/index.ts';
import { openStore, type Durability } from '../src/store/index.ts';
import { compare, elapsedMs, sourceText, type Contender, type Figure, type Suite } from './harness.ts';
import { PlainJournal } from './plain-journal.ts';
import {
  BRANCHES,
  CHAIN,
  CHAIN_NODES,
  criticalPathMs,
  FAN_OUT,
  FAN_OUT_NODES,
  OUTPUT_BYTES,
  OUTPUT_NODES,
  OUTPUTS,
  OUTPUTS_ON_DISK,
  stageMs,
  STAGES,
  UNEVEN,
} from './workloads.ts';

const never = new AbortController().signal;

function node(id: string, needs: readonly string[]): CompiledNode {
  return {
    id,
    needs,
    join: 'all',
    maxParallel: 1,
    timeoutMs: 60_000,
    retry: { max: 0, backoffMs: [0, 0], on: [] },
    continueOnFail: false,
    body: { kind: 'run', command: { argv: ['true'], env: {} } },
  };
}

function flowOf(nodes: readonly CompiledNode[]): CompiledFlow {
  return { name: 'bench', version: 1, hash: 'bench', inputs: {}, limits: {}, nodes, outputs: [] };
}

const chainOf = (count: number) =>
  flowOf(Array.from({ length: count }, (_, n) => node(`n${n}`, n === 0 ? [] : [`n${n - 1}`])));

const fanOut = flowOf([
  ...Array.from({ length: FAN_OUT_NODES }, (_, n) => node(`n${n}`, [])),
  node(
    'join',
    Array.from({ length: FAN_OUT_NODES }, (_, n) => `n${n}`),
  ),
]);

const uneven = flowOf(
  Array.from({ length: BRANCHES * STAGES }, (_, n) => {
    const [branch, stage] = [Math.floor(n / STAGES), n % STAGES];
    return node(`b${branch}s${stage}`, stage === 0 ? [] : [`b${branch}s${stage - 1}`]);
  }),
);

/** Drives a flow whose nodes do what `attempt` says, on a store in the folder; gives the milliseconds of the run. */
async function drive(
  folder: string,
  flow: CompiledFlow,
  attemptFor: (journal: RunJournal) => EngineWork['attempt'],
  durability: Durability = 'step',
): Promise<number> {
  const store = openStore({ file: join(folder, 'p.db'), projectors: runnerProjectors, upcasters: [] });
  const elapsed = await elapsedMs(async () => {
    const journal = new RunJournal(store, 'bench', () => systemClock.now());
    const work: EngineWork = {
      condition: () => true,
      items: () => [],
      leftOut: () => undefined,
      attempt: attemptFor(journal),
      settle: () => Promise.resolve([]),
      output: (output) => Promise.resolve({ output, result: 'skipped' }),
    };
    const signals = { cancel: never, suspend: never };
    const engine = new Engine({
      flow,
      journal,
      history: [],
      clock: systemClock,
      epoch: '1',
      work,
      durability,
      ...signals,
    });
    if (!(await engine.drive())) throw new Error('the run was suspended');
  });
  await store.dispose();
  return elapsed;
}

const noOp = () => () => Promise.resolve({ outcome: 'succeeded' as const });
const texts = Array.from({ length: OUTPUT_NODES }, (_, n) => sourceText(OUTPUT_BYTES, n));

const withOutput =
  (journal: RunJournal): EngineWork['attempt'] =>
  ({ node: { id } }) =>
    Promise.resolve({
      outcome: 'succeeded',
      result: journal.putJson({ outcome: 'succeeded', output: texts[Number(id.slice(1))] ?? '' }),
    });

const staged =
  (): EngineWork['attempt'] =>
  async ({ node: { id } }) => {
    const [, branch = '0', stage = '0'] = /^b(\d+)s(\d+)$/.exec(id) ?? [];
    await systemClock.sleep(stageMs(Number(branch), Number(stage)), never);
    return { outcome: 'succeeded' };
  };

/** The stages without an engine: what the machine's timers are late by. */
async function timersAlone(): Promise<void> {
  const branches = Array.from({ length: BRANCHES }, async (_, branch) => {
    for (let stage = 0; stage < STAGES; stage += 1) await systemClock.sleep(stageMs(branch, stage), never);
  });
  await Promise.all(branches);
}

const outputs: Contender = (folder) => drive(folder, chainOf(OUTPUT_NODES), withOutput);

function plain(
  count: number,
  output?: (n: number) => string,
  synchronous: 'NORMAL' | 'FULL' = 'NORMAL',
): Contender {
  return async (folder) => {
    const journal = new PlainJournal(join(folder, 'j.db'), synchronous);
    const elapsed = await elapsedMs(() => {
      for (let n = 0; n < count; n += 1) {
        journal.append('run/1', 'node.finished', { node: `n${n}`, output: output?.(n) ?? null });
      }
    });
    journal.close();
    return elapsed;
  };
}

function onDisk(write: Contender): Contender {
  return async (folder) => {
    await write(folder);
    const bytes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    return bytes.reduce((sum, size) => sum + size, 0) / 1e6;
  };
}

/** Time per node of a chain of this length. */
const perNode =
  (count: number): Contender =>
  async (folder) =>
    ((await drive(folder, chainOf(count), noOp)) / count) * 1000;

export const suite: Suite = {
  about:
    'the loop that drives flows, with nodes that do nothing: what is left is journal, projection and state machine.',
  run: async (): Promise<readonly Figure[]> => {
    const plainText = (n: number) => texts[n] ?? '';
    return [
      ...(await compare(
        CHAIN,
        'ms',
        {
          pantheon: (folder) => drive(folder, chainOf(CHAIN_NODES), noOp),
          'plain journal': plain(CHAIN_NODES),
        },
        { budget: 150 },
      )),
      ...(await compare(
        `${CHAIN}, FULL`,
        'ms',
        {
          pantheon: (folder) => drive(folder, chainOf(CHAIN_NODES), noOp, 'decision'),
          'plain journal': plain(CHAIN_NODES, undefined, 'FULL'),
        },
        { budget: 800, rounds: 3 },
      )),
      ...(await compare('a node of a chain of 100', 'µs each', { pantheon: perNode(100) }, { budget: 150 })),
      ...(await compare(
        'a node of a chain of 5,000',
        'µs each',
        { pantheon: perNode(5000) },
        { rounds: 3, budget: 150 },
      )),
      ...(await compare(
        FAN_OUT,
        'ms',
        { pantheon: (folder) => drive(folder, fanOut, noOp), 'plain journal': plain(FAN_OUT_NODES + 1) },
        { budget: 200 },
      )),
      ...(await compare(
        OUTPUTS,
        'ms',
        { pantheon: outputs, 'plain journal': plain(OUTPUT_NODES, plainText) },
        { budget: 300 },
      )),
      ...(await compare(
        OUTPUTS_ON_DISK,
        'MB',
        { pantheon: onDisk(outputs), 'plain journal': onDisk(plain(OUTPUT_NODES, plainText)) },
        { rounds: 1, budget: 10 },
      )),
      ...(await compare(
        UNEVEN,
        'x',
        {
          pantheon: async (folder) => (await drive(folder, uneven, staged)) / criticalPathMs(),
          'timers alone': async () => (await elapsedMs(timersAlone)) / criticalPathMs(),
        },
        { rounds: 3, budget: 1.05 },
      )),
    ];
  },
};
