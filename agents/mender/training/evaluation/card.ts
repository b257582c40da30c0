/**
 * Writes the model card and the curve from what was measured: `node card.ts [--agent DIR]`. Everything in them comes from the
 * model file and from `training/results` in the agent's folder, so that a test can tell whether the card says what was
 * measured.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { drawCurve } from './curve.ts';
import { type Figures, figuresOf, type Share } from './figures.ts';
import { type ModelFacts, readModelFacts } from './model-facts.ts';
import { readJsonLines } from './read.ts';
import type { Scored } from './score.ts';
import { table } from './table.ts';

/** The agent's folder in the repository. */
export const AGENT = fileURLToPath(new URL('../..', import.meta.url));

/** One stretch of training, as `mender.record` writes it. */
export type Stretch = {
  readonly what: string;
  readonly seed: number;
  readonly steps?: number;
  readonly tokens?: number;
  readonly minutes?: number;
  readonly samples?: number;
};
export type Run = {
  /** A sentence. */
  readonly machine: string;
  /** What the generator had written when the weights were trained: shapes, and ways of writing them. */
  readonly shapes: { readonly written: number; readonly ways: number };
  readonly stretches: readonly Stretch[];
};
/** What each file of results says first: the digest of the model file that it belongs to. */
export type Parity = {
  readonly model: string;
  readonly prompts: number;
  readonly bound: number;
};
/** Right of so many, before and after an adapter; `naive` with a learning rate that is usual for larger models. */
export type AdapterRow = {
  readonly what: string;
  readonly of: number;
  readonly before: number;
  /** With the adapter in a real Ollama; absent where there was none. */
  readonly after?: number;
  readonly merged: number;
  readonly naive: number;
};
export type Adapter = {
  readonly model: string;
  readonly steps: number;
  readonly seconds: number;
  readonly samples: number;
  readonly rank: number;
  readonly rate: number;
  readonly naiveRate: number;
  readonly rows: readonly AdapterRow[];
};

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const interval = ({ share, low, high }: Share): string =>
  `${percent(share)} (${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)})`;
const notKept = 'not kept';
const counted = (count: number | undefined): string => count?.toLocaleString('en-US') ?? notKept;

/** The card and the curve of an agent's folder. */
export async function makeCard(agent: string): Promise<{ card: string; curve: string }> {
  const path = (name: string): string => join(agent, 'training', 'results', name);
  const read = <T>(name: string): T => JSON.parse(readFileSync(path(name), 'utf8')) as T;
  const figures = (set: string): Figures => figuresOf(readJsonLines<Scored>(path(`${set}.scored.jsonl`)));
  const [unseen, demo, seen] = [figures('unseen'), figures('demo'), figures('seen')];
  const facts = await readModelFacts(join(agent, 'model.gguf'));
  const card = [
    intro(facts, unseen),
    '## Figures on functions of shapes that it never saw',
    firstFigures(unseen),
    '![Best of n beside theory](training/results/curve.svg)',
    reading(unseen),
    '### By class of slip',
    byClass(unseen),
    '### Functions without a slip',
    withoutSlip(unseen),
    '## Other sets',
    others(demo, seen),
    '## How it was made',
    made(facts, read<Run>('run.json')),
    '## The same answers everywhere',
    parity(read<Parity>('parity.json')),
    ...(existsSync(path('adapter.json'))
      ? ['## An adapter for a new kind of slip', adapter(read<Adapter>('adapter.json'))]
      : []),
  ].join('\n\n');
  return { card: `${card}\n`, curve: drawCurve(unseen) };
}

function intro({ parameters, bytes }: ModelFacts, { greedy, curve, alarmsGreedy }: Figures): string {
  const most = curve.at(-1);
  return `# The mender

A very small language model (${(parameters / 1e6).toFixed(1)} million parameters, ${(bytes / 2 ** 20).toFixed(1)} MB) that does one thing: it sees one JavaScript or TypeScript
function with numbered lines and answers with the corrected line where the function has a slip in one place, or with \`ok\`.

**How good it is.** In functions unlike any it was trained on, its first answer is right ${percent(greedy.share)} of the time. When tests choose among
${most?.n ?? 0} answers it mends ${percent(most?.measured.share ?? 0)}, and in ${percent(most?.falsely ?? 0)} a wrong change passes the tests at hand; everything else is left as it was, since nothing
passed. Without tests do not believe it: it finds fault with ${percent(alarmsGreedy.share)} of the functions that are right.

**What it is for.** It is a default that runs with nothing installed and no network, and a proof that narrow works: alone it is
often wrong, and tests that choose among its samples make something useful of it.

**What it cannot do.** Anything else. It knows no libraries and no types, reads nothing beyond the one function (not the tests, not
the error), and was trained on functions of at most 16 lines; slips in two places, missing lines and new code are beyond it. It
cannot say how sure it is, and cannot explain. For wider work name another model in \`model:\` of the agent file; the same file
works with any Ollama model unchanged.

**How to ask.** The first user message is the function, lines numbered as \`1| text\`; system text is not read.`;
}

function firstFigures(unseen: Figures): string {
  const { greedy, sampled, curve } = unseen;
  return `${greedy.of} slips in hand-written functions that training refuses by their syntax tree. Right means that all tests pass, the
visible ones and those held out. In brackets: 95 % intervals (Wilson).

${table(
  ['', 'right', 'passes visible tests, fails held-out ones'],
  [
    ['one greedy answer', interval(greedy), `${unseen.greedyFalse} of ${greedy.of}`],
    ['one sample', interval(sampled), percent(curve[0]?.falsely ?? 0)],
    ...curve
      .filter(({ n }) => n > 1)
      .map(({ n, measured, falsely }) => [
        `best of ${n}, tests choose`,
        interval(measured),
        percent(falsely),
      ]),
  ],
)}`;
}

function reading({ greedy, curve }: Figures): string {
  const ten = curve.find(({ n }) => n === 10)?.measured.share ?? 0;
  const closed = greedy.share === 1 ? 1 : (ten - greedy.share) / (1 - greedy.share);
  const apart = Math.max(...curve.map(({ measured, theory }) => Math.abs(measured.share - theory)));
  const last = curve.at(-1);
  return `Best of 10 closes ${percent(closed)} of what one greedy answer misses. Measured is without bias from ${curve.at(-1)?.n ?? 0} samples of each function; theory is
\`π(1-(1-a)^n)\` with each function's own chances, then averaged: they are at most ${(apart * 100).toFixed(1)} points apart. With the mean chance in place of each
function's own the formula says ${percent(last?.meanTheory ?? 0)} for ${last?.n ?? 0} samples, where ${percent(last?.measured.share ?? 0)} was measured: some functions are never mended, however many samples.`;
}

function byClass({ classes }: Figures): string {
  return table(
    ['class', 'slips', 'greedy', 'one sample', 'best of 10'],
    classes.map(({ slip, of, greedy, sampled, best10 }) => [
      slip,
      of,
      interval(greedy),
      percent(sampled),
      percent(best10),
    ]),
  );
}

function withoutSlip({ alarmsGreedy, alarmsSampled, agreement }: Figures): string {
  return `${alarmsGreedy.of} functions that are right as they are; any change proposed is a false alarm.
One greedy answer: ${interval(alarmsGreedy)}. One sample: ${interval(alarmsSampled)}. When several of five samples must propose the same change:

${table(
  ['samples that agree', 'false alarms', 'right remark on a slip', 'wrong remark on a slip'],
  agreement.map(({ k, alarms, found, wrongOnSlips }) => [
    `${k} of 5`,
    interval(alarms),
    interval(found),
    percent(wrongOnSlips),
  ]),
)}`;
}

function others(demo: Figures, seen: Figures): string {
  const counts = [...new Set([10, demo.curve.at(-1)?.n ?? 10])];
  const line = (name: string, { greedy, sampled, curve }: Figures): (string | number)[] => [
    name,
    greedy.of,
    interval(greedy),
    percent(sampled.share),
    ...counts.map((n) => percent(curve.find((step) => step.n === n)?.measured.share ?? 0)),
  ];
  return table(
    ['', 'slips', 'greedy', 'one sample', ...counts.map((n) => `best of ${n}`)],
    [line('the demo project', demo), line('shapes seen in training, other names', seen)],
  );
}

function made(facts: ModelFacts, { machine, shapes, stretches }: Run): string {
  const { layers, width, heads, vocabulary, context, weights } = facts;
  return `A generator writes functions (${shapes.written} written shapes in ${shapes.ways} ways, and a grammar that composes more), makes one slip in each, and keeps those
that a call can tell from the right version; slips in functions of the product's own sources, a part of the data, are not run. One
sample in ten has no slip. Shapes of the evaluation and of the demo project are refused, compared
by syntax trees without names and literals. Llama architecture, ${layers} layers of width ${width}, ${heads} heads, byte-level BPE of ${counted(vocabulary)} tokens,
context ${context}, weights in ${weights}. ${machine} One command does it again: \`npm run train\` (training/README.md).

${table(
  ['stretch', 'seed', 'steps', 'tokens', 'samples at hand', 'minutes'],
  stretches.map(({ what, seed, steps, tokens, samples, minutes }) => [
    what,
    seed,
    counted(steps),
    tokens === undefined ? notKept : `${(tokens / 1e6).toFixed(1)} M`,
    counted(samples),
    minutes ?? notKept,
  ]),
)}`;
}

function parity({ prompts, bound }: Parity): string {
  return `\`training/results/parity.jsonl\` holds ${prompts} prompts with token ids and greedy answers by PyTorch on these weights. A test holds the embedded
server and a real Ollama to it: the same token ids, the same answer on 98 % or more, and where not, a margin between the two best
tokens below ${bound}.`;
}

function adapter(measured: Adapter): string {
  const { rank, seconds, steps, samples, rate, naiveRate, rows } = measured;
  return `\`assignment\` (\`=\` for \`+=\` or \`*=\`) was left out of training. A LoRA of rank ${rank}, ${steps} steps in ${seconds} s on two cores, from ${counted(samples)} samples, half of
the new kind and half of the old ones, learning rate ${rate}; served by a real Ollama as adapter and by the embedded server as merged
file. The naive column is the new kind alone with learning rate ${naiveRate}: what forgets. Functions that none of them learned from.

${table(
  ['greedy, right', 'of', 'before', 'adapter', 'merged', 'naive'],
  rows.map(({ what, of, before, after, merged, naive }) => [
    what,
    of,
    before,
    after ?? 'left out',
    merged,
    naive,
  ]),
)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { agent: { type: 'string', default: AGENT } } });
  const { card, curve } = await makeCard(values.agent);
  writeFileSync(join(values.agent, 'MODEL_CARD.md'), card);
  writeFileSync(join(values.agent, 'training', 'results', 'curve.svg'), curve);
}
