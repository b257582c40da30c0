import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { openStore } from '../src/store/index.ts';
import { compare, elapsedMs, sourceText, type Figure, type Suite } from './harness.ts';
import { PlainJournal } from './plain-journal.ts';

const NODES = 300;
const SIZE_BYTES = 16 * 1024;
const TEXTS = Array.from({ length: NODES }, (_, n) => sourceText(SIZE_BYTES, n));

/** Stores all outputs as contents with an event each; returns the milliseconds it took. */
export async function contents(folder: string): Promise<number> {
  const store = openStore({ file: join(folder, 'p.db'), projectors: [], upcasters: [] });
  const ms = await elapsedMs(() => {
    for (const [n, text] of TEXTS.entries()) {
      const ref = store.putContent(text, { owner: 'run/1' });
      const event = {
        type: 'node.finished',
        v: 1,
        address: `n${n}`,
        body: { outcome: 'succeeded', output: ref },
      };
      store.append('run/1', [event], { actor: 'bench', durability: 'step', expected: n });
    }
  });
  await store.dispose();
  return ms;
}

async function bodies(folder: string): Promise<number> {
  const journal = new PlainJournal(join(folder, 'j.db'), 'NORMAL');
  const ms = await elapsedMs(() => {
    for (const text of TEXTS) journal.append('run/1', 'node.finished', { output: text });
  });
  journal.close();
  return ms;
}

function sizeMb(folder: string): number {
  const bytes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  return bytes.reduce((sum, size) => sum + size, 0) / 1e6;
}

const onDisk = (write: typeof contents) => async (folder: string) => {
  await write(folder);
  return sizeMb(folder);
};

export const suite: Suite = {
  about: `${NODES} outputs of 16 KB each, text like source code; the plain journal keeps them in its event bodies.`,
  run: async () => {
    const workload = '300 outputs of 16 KB';
    const figures: Figure[] = [
      ...(await compare(workload, 'ms', { pantheon: contents, 'plain journal': bodies }, { budget: 300 })),
      ...(await compare(
        `${workload}, on disk`,
        'MB',
        { pantheon: onDisk(contents), 'plain journal': onDisk(bodies) },
        { rounds: 1, budget: 10 },
      )),
    ];
    return figures;
  },
};
