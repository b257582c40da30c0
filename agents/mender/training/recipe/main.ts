/**
 * Makes the specialist: samples, training, model file, figures, frozen answers, adapter, card. `npm run train -- --help` says
 * how. It can be stopped at any time and goes on where it was: each stage leaves out what is there.
 */
import { parseArgs } from 'node:util';

import { type Choices, planOf, STAGES } from './plan.ts';
import { stages } from './stages.ts';
import { Tools } from './tools.ts';

const HELP = `npm run train -- [options]

  --minutes N        how long to train (120)
  --stages A,B       only these stages; --from A: this one and all after it
                     ${STAGES.join(', ')}
  --again            do stages again whose results are there
  --start-from FILE  begin with the weights of a model file
  --seed N           of the training (7)
  --what TEXT        what this stretch is taught, for the card; --machine TEXT: where it ran
  --work DIR         data, checkpoints and Python packages (agents/mender/training/.work)
  --out DIR          gets model.gguf, MODEL_CARD.md and training/results (agents/mender)
  --quick            everything tiny, in seconds, into WORK/out: shows that the recipe works

MENDER_PYTHON names a Python that has the packages of requirements.txt; without it they are installed into WORK/venv.
Figures for a model file that is there already: npm run train -- --from evaluate
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    stages: { type: 'string' },
    from: { type: 'string' },
    'start-from': { type: 'string' },
    machine: { type: 'string' },
    what: { type: 'string' },
    work: { type: 'string' },
    out: { type: 'string' },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main(values);

async function main(choices: Choices): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; the same command goes on from here')));
  try {
    const plan = planOf(choices, process.env);
    const tools = new Tools(plan, stop.signal);
    for (const [i, name] of plan.stages.entries()) {
      const { what, done, run } = stages[name];
      const present = plan.again ? undefined : done(plan);
      process.stdout.write(
        `\n[${i + 1}/${plan.stages.length}] ${name}: ${present === undefined ? what : `nothing to do, ${present}`}\n`,
      );
      if (present === undefined) await run(plan, tools);
    }
    process.stdout.write(`\nReady: ${plan.out}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
