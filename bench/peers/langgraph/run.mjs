// LangGraph.js with its SQLite checkpointer, at its defaults, doing the workloads of ../../workloads.ts. Prints figures as JSON.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';

import { elapsedMs, median, sourceText } from '../../harness.ts';
import * as work from '../../workloads.ts';

const WHO = 'LangGraph.js 1.7.3';
const ROUNDS = 3;

const joined = Annotation({ reducer: (all, more) => all.concat(more), default: () => [] });

/**
 * Nothing of better-sqlite3 may be collected: under Node 24.21 its wrapped objects end the process when they are
 * (`RemoveEnvironmentCleanupHook` asserts without an environment). Costs the peer memory, not time.
 */
const kept = [];

function openSaver(file) {
  const saver = SqliteSaver.fromConnString(file);
  const prepare = saver.db.prepare.bind(saver.db);
  saver.db.prepare = (sql) => {
    const statement = prepare(sql);
    kept.push(statement);
    return statement;
  };
  saver.db.pragma = (text) => saver.db.exec(`PRAGMA ${text}`);
  kept.push(saver);
  return saver;
}

/** Compiles with a checkpointer on a fresh file, runs once, returns elapsed milliseconds and the files' size. */
async function once(build, input, recursionLimit) {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-bench-'));
  try {
    const checkpointer = openSaver(join(folder, 'langgraph.db'));
    const graph = build().compile({ checkpointer });
    const ms = await elapsedMs(() =>
      graph.invoke(input, { configurable: { thread_id: 'one' }, recursionLimit }),
    );
    checkpointer.db.close();
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    return { ms, mb: sizes.reduce((sum, size) => sum + size, 0) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Medians over rounds, after one round to warm up. */
async function measure(build, input, recursionLimit) {
  const results = [];
  for (let round = 0; round <= ROUNDS; round += 1) results.push(await once(build, input, recursionLimit));
  const counted = results.slice(1);
  return { ms: median(counted.map(({ ms }) => ms)), mb: median(counted.map(({ mb }) => mb)) };
}

function chain(nodes, output) {
  const graph = new StateGraph(Annotation.Root({ done: Annotation(), outputs: joined }));
  for (let n = 0; n < nodes; n += 1) {
    graph.addNode(`n${n}`, () => (output === undefined ? { done: n } : { done: n, outputs: [output(n)] }));
    graph.addEdge(n === 0 ? START : `n${n - 1}`, `n${n}`);
  }
  return graph.addEdge(`n${nodes - 1}`, END);
}

function fanOut() {
  const sends = Array.from({ length: work.FAN_OUT_NODES }, (_, n) => new Send('worker', { n }));
  return new StateGraph(Annotation.Root({ outputs: joined }))
    .addNode('worker', ({ n }) => ({ outputs: [n] }))
    .addNode('join', () => ({}))
    .addConditionalEdges(START, () => sends, ['worker'])
    .addEdge('worker', 'join')
    .addEdge('join', END);
}

function uneven() {
  const graph = new StateGraph(Annotation.Root({ outputs: joined }));
  for (let branch = 0; branch < work.BRANCHES; branch += 1) {
    for (let stage = 0; stage < work.STAGES; stage += 1) {
      graph.addNode(`b${branch}s${stage}`, async () => {
        await sleep(work.stageMs(branch, stage));
        return {};
      });
      graph.addEdge(stage === 0 ? START : `b${branch}s${stage - 1}`, `b${branch}s${stage}`);
    }
    graph.addEdge(`b${branch}s${work.STAGES - 1}`, END);
  }
  return graph;
}

const texts = Array.from({ length: work.OUTPUT_NODES }, (_, n) => sourceText(work.OUTPUT_BYTES, n));
const simple = await measure(() => chain(work.CHAIN_NODES), {}, work.CHAIN_NODES + 10);
const wide = await measure(fanOut, {}, 100);
const heavy = await measure(() => chain(work.OUTPUT_NODES, (n) => texts[n]), {}, work.OUTPUT_NODES + 10);
const rough = await measure(uneven, {}, 100);

const figures = [
  { workload: work.CHAIN, value: simple.ms, unit: 'ms' },
  { workload: work.FAN_OUT, value: wide.ms, unit: 'ms' },
  { workload: work.OUTPUTS, value: heavy.ms, unit: 'ms' },
  { workload: work.OUTPUTS_ON_DISK, value: heavy.mb, unit: 'MB' },
  { workload: work.UNEVEN, value: rough.ms / work.criticalPathMs(), unit: 'x' },
];
process.stdout.write(JSON.stringify(figures.map((figure) => ({ ...figure, who: WHO }))));
