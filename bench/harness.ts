import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One median of one contender at one workload. Equal `workload`s are compared with each other. */
export interface Figure {
  readonly workload: string;
  /** `pantheon`, `plain journal`, or the name and version of a peer. */
  readonly who: string;
  readonly value: number;
  readonly unit: 'ms' | 'µs each' | 'MB' | '/s' | 'x';
  /** What Pantheon promises; only on its own figures. */
  readonly budget?: number;
}

/** What a file of this folder exports as `suite`. It runs in a process of its own, so that memory figures are its own. */
export interface Suite {
  /** What is measured, in a sentence. */
  readonly about: string;
  run(): Promise<readonly Figure[]>;
}

/** One contender: does the whole workload once in the given empty folder and returns the value, usually elapsed time. */
export type Contender = (folder: string) => number | Promise<number>;

/**
 * Runs all contenders in turn, round after round, so that a slow moment of the machine meets all of them, and returns
 * their medians. The first round warms up and does not count.
 */
export async function compare(
  workload: string,
  unit: Figure['unit'],
  contenders: Readonly<Record<string, Contender>>,
  options: { readonly rounds?: number; readonly budget?: number } = {},
): Promise<readonly Figure[]> {
  const { rounds = 5, budget } = options;
  const values = new Map(Object.keys(contenders).map((who) => [who, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [who, contender] of Object.entries(contenders)) {
      const value = await inFolder(contender);
      if (round > 0) values.get(who)?.push(value);
    }
  }
  return [...values].map(([who, list]) => ({
    workload,
    who,
    unit,
    value: median(list),
    ...(budget === undefined || who !== 'pantheon' ? {} : { budget }),
  }));
}

/** Milliseconds that the work takes. */
export async function elapsedMs(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

async function inFolder(contender: Contender): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-bench-'));
  try {
    return await contender(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** True if files land in memory there, so that syncing costs nothing and FULL figures mean little. */
export function isInMemory(): boolean {
  const TMPFS = 0x01021994;
  return statfsSync(tmpdir()).type === TMPFS;
}

/** Text like source code, which packs as such text does; different for each seed. */
export function sourceText(sizeBytes: number, seed: number): string {
  const words = [
    'const',
    'return',
    'index',
    'await',
    'result',
    'value',
    'if',
    'length',
    'items',
    'error',
    'function',
  ];
  let state = seed * 2_654_435_761 + 1;
  let text = '';
  while (text.length < sizeBytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += `${words[(state >>> 8) % words.length]}${state % 7 === 0 ? `_${(state >>> 4).toString(36)};\n  ` : ' '}`;
  }
  return text.slice(0, sizeBytes);
}
