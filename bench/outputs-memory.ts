import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Suite } from './harness.ts';
import { contents } from './outputs.ts';

export const suite: Suite = {
  about: 'Peak memory of a process that stores 300 outputs of 16 KB once, Node and the texts included.',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pantheon-bench-'));
    try {
      await contents(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const workload = '300 outputs of 16 KB, peak memory (RSS)';
    const value = process.resourceUsage().maxRSS / 1000;
    return [{ workload, who: 'pantheon', unit: 'MB', value, budget: 150 }];
  },
};
