/**
 * `npm run bench [-- [SUITE …] [--peers] [--json]]`: medians of every suite of this folder, beside the least that the
 * job could cost and, with `--peers`, beside other engines. Ends with 1 if a budget is missed.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { isInMemory, type Figure } from './harness.ts';
import { runPeers } from './peers.ts';
import { isWithin, tableOf } from './table.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** Files beside the suites. */
const PARTS = new Set(['workloads', 'run', 'suite', 'harness', 'table', 'peers', 'plain-journal']);

const args = process.argv.slice(2);
const asked = args.filter((arg) => !arg.startsWith('--'));
const suites = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !PARTS.has(name) && (asked.length === 0 || asked.includes(name)));

const figures: Figure[] = suites.flatMap(runSuite);
if (args.includes('--peers')) figures.push(...runPeers(fileURLToPath(new URL('peers/', import.meta.url))));

if (args.includes('--json')) {
  console.log(JSON.stringify(figures, null, 2));
} else {
  console.log(tableOf(figures));
  console.log(
    `\nNode ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), files in ${tmpdir()}`,
  );
  if (isInMemory())
    console.log('That folder is in memory: syncing costs nothing there. Set TMPDIR to a folder on a disk.');
}
process.exitCode = figures.every(isWithin) ? 0 : 1;

function runSuite(name: string): readonly Figure[] {
  const result = spawnSync(process.execPath, [`${FOLDER}suite.ts`, name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`the suite ${name} failed`);
  return JSON.parse(result.stdout) as Figure[];
}
