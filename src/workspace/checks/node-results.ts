import { readdir } from 'node:fs/promises';
import path from 'node:path';

import * as z from 'zod';

import type { FoundTest } from './found-test.ts';
import { readPlainFile } from './plain-file.ts';

const line = z.object({
  file: z.string().optional(),
  titles: z.array(z.string()),
  passed: z.boolean(),
  skipped: z.boolean(),
  fileLevel: z.boolean(),
  durationMs: z.number(),
  message: z.string().optional(),
});

/** Reads what our reporter for Node's test runner wrote below `dir`, one file per test process. */
export async function readNodeResults(dir: string): Promise<FoundTest[]> {
  const tests: FoundTest[] = [];
  for (const name of (await readdir(dir)).toSorted()) {
    const text = (await readPlainFile(path.join(dir, name), dir)) ?? '';
    for (const row of text.split('\n')) {
      const parsed = line.safeParse(parseJson(row));
      if (!parsed.success) continue; // The last line of a process that was killed.
      const { file, message, ...rest } = parsed.data;
      tests.push({
        ...rest,
        ...(file === undefined ? {} : { file }),
        ...(message === undefined ? {} : { message }),
      });
    }
  }
  return tests;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
