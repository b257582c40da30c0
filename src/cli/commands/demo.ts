import type { Command } from 'commander';

import type { Act } from '../cli.ts';
import { runDemo } from '../demo/demo.ts';

export function registerDemo(program: Command, act: Act): void {
  program
    .command('demo')
    .description('a night on a small real project, from queue to accepted hunk')
    .action(() => act(runDemo));
}
