import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readRunEvent, RUN_STREAM } from '../../src/runner/index.ts';
import type { ContentRef, Store } from '../../src/store/index.ts';

/** Fields that differ between two runs of the same: times, places, versions of the machine. */
const VOLATILE = new Set([
  'ms',
  'startedAt',
  'epoch',
  'env',
  'workspaceId',
  'workspace',
  'retryAt',
  'loadMs',
  'totalMs',
  'flowHash',
  'agents',
  'proposal',
]);
const REFERENCE = /^[0-9a-f]{64}$/;

/** A run's journal as text that people read in diffs: one event a line, its texts below it. */
export function journalText(store: Store, run: string): string {
  const lines: string[] = [];
  for (const event of store.readStream(RUN_STREAM + run).map(readRunEvent)) {
    const { type, address = '', body } = event;
    const fields = Object.entries(body).filter(
      ([name]) => !VOLATILE.has(name) && name !== 'call' && name !== 'pin',
    );
    const plain = fields.filter(([, value]) => !(typeof value === 'string' && REFERENCE.test(value)));
    const said = plain.map(([name, value]) => `${name}=${JSON.stringify(steady(value))}`);
    lines.push([type, address, ...said].filter((word) => word !== '').join(' '));
    for (const [name, value] of fields) {
      if (typeof value === 'string' && REFERENCE.test(value))
        lines.push(`    ${name}: ${textOf(store, value)}`);
    }
    if (type === 'step.ended' && body.call !== undefined) {
      lines.push(
        `    prompt: ${textOf(store, body.call.prompt)}`,
        `    sampling: ${JSON.stringify(body.call.sampling)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function textOf(store: Store, ref: string): string {
  const text = store.getText(ref as ContentRef) ?? '(erased)';
  try {
    return JSON.stringify(steady(JSON.parse(text) as unknown));
  } catch {
    return JSON.stringify(text);
  }
}

function steady(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'durationMs') return undefined;
      if (key === 'log' || key === 'stderr') return '…';
      if (typeof inner === 'string') return REFERENCE.test(inner) ? inner.slice(0, 8) : inner;
      return inner;
    }),
  );
}

/** Compares with a file of test/golden; PANTHEON_GOLDEN=update writes it anew. */
export function assertGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
  if (process.env['PANTHEON_GOLDEN'] === 'update') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, 'utf8'), `differs from ${file}; npm run golden writes it anew`);
}
