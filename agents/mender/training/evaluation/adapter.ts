/**
 * Measures an adapter as it is served: `node adapter.ts --model model.gguf --work DIR --out adapter.json`, with what
 * `mender.lora` left in DIR. Greedy answers of four: the model, the model with the adapter in a real Ollama, the merged file
 * and the naive one in the embedded server. Without an Ollama the second is left out, and the results say so.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { serviceFor } from '../../../../test/models/support/backends.ts';
import { findOllama, startRealOllama } from '../../../../test/models/support/real-ollama.ts';
import { shippedModelfile } from '../../../../test/mender/support/imported.ts';
import type { Sample } from '../generator/sample.ts';
import { digestOf } from '../recipe/tools.ts';
import type { Adapter, AdapterRow } from './card.ts';
import { generatedItem } from './freeze.ts';
import type { Item } from './item.ts';
import { readJsonLines } from './read.ts';
import { createJudge, type Verdict } from './score.ts';
import { askServed, withServed } from './served.ts';

/** A sample as the generator writes it with `--calls`. */
type Written = Omit<Sample, 'kind'> & { readonly slip: string | null };
type Rows = { readonly what: string; readonly items: readonly Item[]; readonly right: Verdict };

const GREEDY = { temperature: 0 };

/** The verdict on the greedy answer to each item, by id. */
type Verdicts = ReadonlyMap<string, Verdict>;

function judged(items: readonly Item[], answers: readonly { greedy: string }[]): Verdicts {
  return new Map(items.map((item, i) => [item.id, createJudge(item)(answers[i]?.greedy ?? '')]));
}

function askFile(path: string, items: readonly Item[]): Promise<Verdicts> {
  return withServed(path, async (service) => judged(items, await askServed(service, items, 0, GREEDY)));
}

async function askOllama(
  binary: string,
  model: string,
  adapter: string,
  items: readonly Item[],
): Promise<Verdicts> {
  const ollama = await startRealOllama(binary);
  try {
    await ollama.create('mender', model, `ADAPTER ${adapter}\n${shippedModelfile()}`);
    const service = serviceFor(ollama.url);
    try {
      return judged(items, await askServed(service, items, 0, GREEDY));
    } finally {
      await service.dispose();
    }
  } finally {
    await ollama.dispose();
  }
}

function itemsOf(work: string, name: string): Item[] {
  return readJsonLines<Written>(join(work, `${name}-asked.jsonl`)).map((written, i) =>
    generatedItem({ ...written, kind: written.slip ?? 'none' }, `${name}-${i + 1}`),
  );
}

async function measure(model: string, work: string): Promise<Adapter> {
  const old = itemsOf(work, 'old');
  const rows: readonly Rows[] = [
    { what: 'the new kind', items: itemsOf(work, 'new'), right: 'R' },
    { what: 'the old kinds', items: old.filter(({ slip }) => slip !== null), right: 'R' },
    { what: 'no slip, answered `ok`', items: old.filter(({ slip }) => slip === null), right: 'O' },
  ];
  const items = rows.flatMap((row) => row.items);
  const say = (what: string) => process.stdout.write(`asking ${items.length} functions: ${what}\n`);
  say('the model');
  const before = await askFile(model, items);
  say('the merged file');
  const merged = await askFile(join(work, 'merged.gguf'), items);
  say('the naive one');
  const naive = await askFile(join(work, 'naive.gguf'), items);
  const binary = findOllama();
  say(binary === undefined ? 'no Ollama is here, the adapter in it is left out' : 'the adapter in Ollama');
  const after =
    binary === undefined ? undefined : await askOllama(binary, model, join(work, 'adapter.gguf'), items);
  const facts = JSON.parse(readFileSync(join(work, 'lora.json'), 'utf8')) as Omit<Adapter, 'model' | 'rows'>;
  return {
    model: digestOf(model),
    ...facts,
    rows: rows
      .filter((row) => row.items.length > 0)
      .map((row): AdapterRow => {
        const count = (verdicts: Verdicts): number =>
          row.items.filter(({ id }) => verdicts.get(id) === row.right).length;
        return {
          what: row.what,
          of: row.items.length,
          before: count(before),
          ...(after === undefined ? {} : { after: count(after) }),
          merged: count(merged),
          naive: count(naive),
        };
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // A promise that a judged function forgets about may fail with nobody listening.
  process.on('unhandledRejection', () => {});
  const { values } = parseArgs({
    options: { model: { type: 'string' }, work: { type: 'string' }, out: { type: 'string' } },
  });
  const { model, work, out } = values;
  if (!model || !work || !out) throw new Error('--model, --work and --out are needed');
  writeFileSync(out, `${JSON.stringify(await measure(model, work), null, 2)}\n`);
}
