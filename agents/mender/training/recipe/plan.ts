import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of the recipe in their order. */
export const STAGES = ['data', 'train', 'convert', 'evaluate', 'parity', 'adapter', 'card'] as const;
export type StageName = (typeof STAGES)[number];

/** How much of everything. */
export type Sizes = {
  /** Seeds of the files of samples, one file each. */
  readonly seeds: readonly number[];
  readonly samplesPerFile: number;
  /** More options of `mender.train`; none means its own defaults. */
  readonly network: Readonly<Record<string, number | true>>;
  /** Share of the time in which the learning rate goes down to zero. */
  readonly descent: number;
  /** Samples drawn from each function of the evaluation, and how many functions of each set. */
  readonly draws: number;
  readonly itemsPerSet: number | undefined;
  readonly parityPrompts: number;
  /** Options of `mender.lora` and sizes of its two sets. */
  readonly adapter: { readonly samples: number; readonly steps: number; readonly measured: number };
};

const FULL: Sizes = {
  seeds: [7103, 7104, 7105, 7206, 7307, 7308, 7309],
  samplesPerFile: 40_000,
  network: {},
  descent: 0.75,
  draws: 50,
  itemsPerSet: undefined,
  parityPrompts: 200,
  adapter: { samples: 1500, steps: 120, measured: 100 },
};

/** Everything in seconds: shows that the recipe works, makes a model that does not. */
const QUICK: Sizes = {
  seeds: [1, 2],
  samplesPerFile: 150,
  network: { width: 96, head: 32, layers: 3, inner: 96, vocab: 400, 'no-compile': true },
  descent: 0.5,
  draws: 2,
  itemsPerSet: 3,
  parityPrompts: 4,
  adapter: { samples: 40, steps: 3, measured: 3 },
};

/** What is to be done, and where. */
export type Plan = {
  readonly stages: readonly StageName[];
  /** Do stages again whose results are there. */
  readonly again: boolean;
  readonly minutes: number;
  readonly seed: number;
  readonly sizes: Sizes;
  /** A model file to begin with, in place of random weights. */
  readonly startFrom: string | undefined;
  /** Sentence for the card about the machine, and what the stretch was taught. */
  readonly machine: string;
  readonly what: string;
  /** Where data and checkpoints are kept. */
  readonly work: string;
  /** The agent's folder, which gets the model file, the card and `training/results`. */
  readonly out: string;
  /** A Python that has the packages of requirements.txt; `undefined`: one is made in `work`. */
  readonly python: string | undefined;
};

export const DEFAULT_SEED = 7;

const TRAINING = fileURLToPath(new URL('../', import.meta.url));

/** Sources whose words vary those of the samples: the product's own. */
export const wordsFolder = resolve(TRAINING, '../../../src');
/** The folder with the Python package. */
export const trainingFolder = TRAINING;
/** The agent's folder in the repository. */
export const agentFolder = resolve(TRAINING, '..');

export type Choices = {
  readonly quick: boolean;
  readonly again: boolean;
  readonly minutes?: string;
  readonly seed?: string;
  readonly stages?: string;
  readonly from?: string;
  readonly 'start-from'?: string;
  readonly machine?: string;
  readonly what?: string;
  readonly work?: string;
  readonly out?: string;
};

/** The plan for what was asked for; throws an `Error` that says what is wrong with it. */
export function planOf(choices: Choices, env: NodeJS.ProcessEnv): Plan {
  const work = resolve(choices.work ?? join(TRAINING, '.work'));
  // A quick model must never take the place of a real one.
  const out = resolve(choices.out ?? (choices.quick ? join(work, 'out') : agentFolder));
  if (choices.quick && out === agentFolder)
    throw new Error('--quick makes a model that mends nothing: give another folder with --out');
  return {
    stages: stagesOf(choices.stages, choices.from),
    again: choices.again,
    minutes: numberOf('--minutes', choices.minutes ?? (choices.quick ? '0.5' : '120')),
    seed: numberOf('--seed', choices.seed ?? String(DEFAULT_SEED)),
    sizes: choices.quick ? QUICK : FULL,
    startFrom: choices['start-from'] === undefined ? undefined : resolve(choices['start-from']),
    machine: choices.machine ?? 'Trained on two CPU cores beside other work.',
    what: choices.what ?? 'written shapes and the grammar',
    work,
    out,
    python: env['MENDER_PYTHON'],
  };
}

function stagesOf(names: string | undefined, from: string | undefined): StageName[] {
  if (names !== undefined && from !== undefined) throw new Error('give either --stages or --from');
  if (from !== undefined) return STAGES.slice(STAGES.indexOf(stageOf(from)));
  if (names === undefined) return [...STAGES];
  const wanted = names.split(',').map(stageOf);
  return STAGES.filter((stage) => wanted.includes(stage));
}

function stageOf(name: string): StageName {
  const stage = STAGES.find((each) => each === name.trim());
  if (stage === undefined) throw new Error(`no stage is called "${name}"; there are ${STAGES.join(', ')}`);
  return stage;
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${option} needs a number above zero, not "${text}"`);
  return number;
}
