import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { makeCard } from '../../agents/mender/training/evaluation/card.ts';
import { agentFolder, planOf, STAGES } from '../../agents/mender/training/recipe/plan.ts';
import { leaveOut } from '../support/leave-out.ts';

const TRAINING = fileURLToPath(new URL('../../agents/mender/training/', import.meta.url));
const RECIPE = join(TRAINING, 'recipe', 'main.ts');

const WITHOUT_PYTHON = 'no Python with PyTorch (training/README.md); MENDER_PYTHON names one';

/** A Python that has what requirements.txt says; nothing of it is needed to use or to test the extension. */
function trainingPython(): string | undefined {
  const known = [process.env['MENDER_PYTHON'], join(TRAINING, '.work', 'venv', 'bin', 'python')];
  const imports = 'import torch, transformers, peft, gguf, tokenizers';
  return known.find(
    (python) => python !== undefined && existsSync(python) && spawnSync(python, ['-c', imports]).status === 0,
  );
}

async function train(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [RECIPE, ...args], { env: { ...process.env, ...env } });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}

describe('the plan of a training', () => {
  const plan = (choices: object) => planOf({ quick: false, again: false, ...choices }, {});

  it('is all stages in their order, or those that were asked for', () => {
    assert.deepEqual(plan({}).stages, STAGES);
    assert.deepEqual(plan({ from: 'adapter' }).stages, ['adapter', 'card']);
    assert.deepEqual(plan({ stages: 'card,evaluate' }).stages, ['evaluate', 'card']);
    assert.equal(plan({}).out, agentFolder);
  });

  it('is refused where it makes no sense', () => {
    assert.throws(() => plan({ stages: 'tarin' }), /no stage is called "tarin"; there are data, train,/);
    assert.throws(() => plan({ stages: 'data', from: 'train' }), /either --stages or --from/);
    assert.throws(() => plan({ minutes: 'long' }), /--minutes needs a number above zero, not "long"/);
  });

  it('never puts a quick model in the place of the real one', () => {
    assert.throws(() => plan({ quick: true, out: agentFolder }), /mends nothing/);
    assert.notEqual(plan({ quick: true }).out, agentFolder);
  });
});

describe('the recipe of the specialist', function () {
  this.timeout(900_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pantheon-train-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says which stage makes what is missing', async () => {
    const { err, code } = await train(['--stages', 'evaluate', '--out', folder]);
    assert.equal(code, 1);
    assert.match(err, /model\.gguf is missing; the stage "convert" makes it/);
  });

  it('has a Python part whose own tests pass', function () {
    const python = trainingPython() ?? leaveOut(this, WITHOUT_PYTHON, { installable: false });
    const { status, stdout } = spawnSync(python, ['-m', 'pytest', '-q', 'tests'], {
      cwd: TRAINING,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  });

  it('goes from nothing to a card in one command, and a second time has nothing to do', async function () {
    const python = trainingPython() ?? leaveOut(this, WITHOUT_PYTHON, { installable: false });
    const args = ['--quick', '--work', folder, '--what', 'a try'];
    const first = await train(args, { MENDER_PYTHON: python });
    assert.equal(first.code, 0, first.out + first.err);
    const out = join(folder, 'out');
    const { card } = await makeCard(out);
    assert.equal(readFileSync(join(out, 'MODEL_CARD.md'), 'utf8'), card);
    assert.match(card, /^\| a try +\| +7 \| +[1-9]/m);
    assert.match(card, /^\| the new kind +\| +3 \|/m);
    const second = await train(args, { MENDER_PYTHON: python });
    assert.equal(second.code, 0, second.err);
    for (const stage of ['data', 'train', 'evaluate', 'parity', 'adapter'])
      assert.match(second.out, new RegExp(`${stage}: nothing to do, `));
  });
});
