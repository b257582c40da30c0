// Runs in the extension host of a real VS Code and writes what it measured, in milliseconds, to the file of the variable
// PANTHEON_BENCH_FIGURES.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import * as vscode from 'vscode';

import { Desk } from '../../test/support/editor/host/desk.ts';
import { pantheon } from '../../test/support/editor/host/pantheon.ts';
import { until } from '../../test/support/editor/host/until.ts';
import { elapsedMs, median } from '../harness.ts';

export interface Measured {
  readonly activation: number;
  readonly accept: number;
  readonly reject: number;
  readonly open50: number;
}

const decisions = 12;
const line = (n: number) => `const value${n} = ${n};\n`;
/** Every tenth line differs, so that each is a hunk of its own. */
const before = Array.from({ length: decisions * 10 }, (_, n) => line(n)).join('');
const after = Array.from({ length: decisions * 10 }, (_, n) =>
  n % 10 === 5 ? line(n + 1_000) : line(n),
).join('');
/** As a flow that mends a function or two in each file leaves it. */
const twoHunks = before.replace(line(15), line(1_015)).replace(line(75), line(1_075));

describe('figures of the editor', function () {
  this.timeout(300_000);

  it('are measured', async () => {
    const { activationMs: activation } = await pantheon();
    const desk = await Desk.open();
    const accept = await decide(desk, 'accept');
    const reject = await decide(desk, 'reject');
    const open50 = await openFiles(desk, 50);
    const measured: Measured = { activation, accept, reject, open50 };
    writeFileSync(process.env['PANTHEON_BENCH_FIGURES'] ?? '', JSON.stringify(measured));
    await desk.dispose();
  });
});

/** From the click in the gutter until the editor has the other side of its comparison anew. Median of some decisions. */
async function decide(desk: Desk, decision: 'accept' | 'reject'): Promise<number> {
  const path = `bench/${decision}.js`;
  desk.write(path, before);
  await desk.reviewInPlace(await desk.propose({ [path]: [before, after] }));
  await desk.show(path);
  const times: number[] = [];
  while (desk.open(path).length > 1) {
    const base = await vscode.workspace.openTextDocument(desk.uri(path).with({ scheme: 'pantheon-base' }));
    const [old, shown] = [await desk.base(path), await desk.shown(path)];
    const wanted = decision === 'accept' ? 'base' : 'text';
    times.push(
      await elapsedMs(async () => {
        const deciding = desk.gutter(path, decision, 0);
        await until(async () => {
          const now = wanted === 'base' ? base.getText() : await desk.shown(path);
          return now === (wanted === 'base' ? old : shown) ? undefined : true;
        }, vscode.workspace.onDidChangeTextDocument);
        await deciding;
      }),
    );
  }
  return median(times.slice(1));
}

async function openFiles(desk: Desk, amount: number): Promise<number> {
  const paths = Array.from({ length: amount }, (_, n) => `bench/many/${n}.js`);
  for (const path of paths) desk.write(path, before);
  const proposal = await desk.propose(Object.fromEntries(paths.map((path) => [path, [before, twoHunks]])));
  const ms = await elapsedMs(() => desk.reviewInPlace(proposal));
  for (const path of paths) assert.equal(desk.open(path).length, 2, path);
  return ms;
}
