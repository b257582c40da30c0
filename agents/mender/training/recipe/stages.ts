import { copyFileSync, existsSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { shapeCounts } from '../generator/shapes/index.ts';
import { DEFAULT_SEED, type Plan, type StageName, wordsFolder } from './plan.ts';
import { belongsTo, type Tools } from './tools.ts';

/** One part of the recipe. `done` says why there is nothing to do; `run` leaves no half result behind. */
export type Stage = {
  readonly what: string;
  readonly done: (plan: Plan) => string | undefined;
  readonly run: (plan: Plan, tools: Tools) => Promise<void>;
};

const dataFile = (plan: Plan, seed: number): string => join(plan.work, 'data', `${seed}.jsonl`);
const checkpoint = (plan: Plan): string => join(plan.work, 'run', 'final.pt');
const model = (plan: Plan): string => join(plan.out, 'model.gguf');
const results = (plan: Plan, ...name: readonly string[]): string =>
  join(plan.out, 'training', 'results', ...name);
const recordBefore = (plan: Plan): string => join(plan.work, 'run-before.json');
/** Seeds of the files of samples: others for another seed of the training. */
const dataSeeds = ({ seed, sizes }: Plan): readonly number[] =>
  sizes.seeds.map((each) => each + (seed - DEFAULT_SEED) * 10_000);
const missing = (plan: Plan): readonly number[] =>
  dataSeeds(plan).filter((seed) => !existsSync(dataFile(plan, seed)));
const measured = (name: string) => (plan: Plan) =>
  existsSync(model(plan)) && belongsTo(results(plan, name), model(plan))
    ? `${name} belongs to this model file`
    : undefined;

export const stages: Readonly<Record<StageName, Stage>> = {
  data: {
    what: 'samples by the generator',
    done: (plan) => (missing(plan).length === 0 ? `${plan.sizes.seeds.length} files are there` : undefined),
    run: async (plan, tools) => {
      mkdirSync(join(plan.work, 'data'), { recursive: true });
      for (const seed of missing(plan)) {
        const path = dataFile(plan, seed);
        const count = plan.sizes.samplesPerFile;
        process.stdout.write(`${count} samples from seed ${seed}\n`);
        await tools.node('generator/main.ts', {
          count,
          seed,
          composed: 0.75,
          own: 0.2,
          out: `${path}.part`,
        });
        // The trainer takes a file for complete once it has not changed for a while.
        const before = new Date(Date.now() - 60_000);
        utimesSync(`${path}.part`, before, before);
        renameSync(`${path}.part`, path);
      }
    },
  },
  train: {
    what: 'training, from the last checkpoint if there is one',
    done: (plan) => (existsSync(checkpoint(plan)) ? `${checkpoint(plan)} is there` : undefined),
    run: async (plan, tools) => {
      if (plan.startFrom !== undefined) keepRecord(plan, plan.startFrom);
      const until = new Date(Date.now() + plan.minutes * 60_000);
      process.stdout.write(
        `until ${until.toLocaleTimeString()}; ${join(plan.work, 'run', 'log.jsonl')} tells how it goes\n`,
      );
      await tools.python('mender.train', {
        data: join(plan.work, 'data'),
        run: join(plan.work, 'run'),
        until: localTime(until),
        'descend-minutes': plan.minutes * plan.sizes.descent,
        seed: plan.seed,
        words: wordsFolder,
        ...plan.sizes.network,
        ...(plan.startFrom === undefined ? {} : { 'start-from': plan.startFrom }),
      });
    },
  },
  convert: {
    what: 'the model file, and the record of the training',
    done: () => undefined,
    run: async (plan, tools) => {
      need(checkpoint(plan), 'train');
      mkdirSync(results(plan), { recursive: true });
      const [next, record] = [`${model(plan)}.part`, results(plan, 'run.json')];
      await tools.python('mender.convert', { checkpoint: checkpoint(plan), out: next });
      renameSync(next, model(plan));
      await tools.python('mender.record', {
        checkpoint: checkpoint(plan),
        seed: plan.seed,
        what: plan.what,
        machine: plan.machine,
        ...shapeCounts(),
        out: record,
        ...(existsSync(recordBefore(plan)) ? { 'goes-on-from': recordBefore(plan) } : {}),
      });
    },
  },
  evaluate: {
    what: 'answers to the evaluation sets, as served, judged by tests',
    done: measured('evaluated.json'),
    run: async (plan, tools) => {
      need(model(plan), 'convert');
      const { draws, itemsPerSet } = plan.sizes;
      await tools.node('evaluation/evaluate.ts', {
        model: model(plan),
        results: results(plan),
        samples: draws,
        ...(itemsPerSet === undefined ? {} : { limit: itemsPerSet }),
      });
    },
  },
  parity: {
    what: 'greedy answers by PyTorch, frozen',
    done: measured('parity.json'),
    run: async (plan, tools) => {
      need(model(plan), 'convert');
      const count = plan.sizes.parityPrompts;
      await tools.python('mender.parity', { model: model(plan), out: results(plan), count });
    },
  },
  adapter: {
    what: 'an adapter for a kind of slip that was left out, and what it changes',
    done: measured('adapter.json'),
    run: async (plan, tools) => {
      need(model(plan), 'convert');
      const { samples, steps, measured: each } = plan.sizes.adapter;
      const work = join(plan.work, 'adapter');
      mkdirSync(work, { recursive: true });
      // Seeds of their own: none of these samples is in the data of the training.
      const files = {
        new: { seed: 9101, count: samples, kinds: 'assignment', ok: 0 },
        old: { seed: 9102, count: samples, ok: 0.1 },
        'new-asked': { seed: 9201, count: each, kinds: 'assignment', ok: 0, calls: true },
        'old-asked': { seed: 9202, count: each, ok: 0.25, calls: true },
      } as const;
      for (const [name, options] of Object.entries(files)) {
        const out = join(work, `${name}.jsonl`);
        await tools.node('generator/main.ts', { ...options, composed: 0.75, out });
      }
      await tools.python('mender.lora', { model: model(plan), work, steps });
      const out = results(plan, 'adapter.json');
      await tools.node('evaluation/adapter.ts', { model: model(plan), work, out });
    },
  },
  card: {
    what: 'the model card and the curve',
    done: () => undefined,
    run: (plan, tools) => tools.node('evaluation/card.ts', { agent: plan.out }),
  },
};

/** What the weights that a training begins with had learned before, for the record; the file in place is replaced later. */
function keepRecord(plan: Plan, startFrom: string): void {
  const known = join(dirname(startFrom), 'training', 'results', 'run.json');
  mkdirSync(plan.work, { recursive: true });
  if (existsSync(known) && !existsSync(recordBefore(plan))) copyFileSync(known, recordBefore(plan));
}

function need(path: string, stage: StageName): void {
  if (!existsSync(path)) throw new Error(`${path} is missing; the stage "${stage}" makes it`);
}

/** A time of this place without its zone, as `mender.train` reads it. */
function localTime(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
