import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Figure } from './harness.ts';

/**
 * Runs every peer under `peers/NAME/`: a package of its own with pinned versions, installed only here, whose `run.mjs`
 * prints figures as JSON for the workloads that it shares with ours. One that cannot be installed or fails is left out and named.
 */
export function runPeers(folder: string): readonly Figure[] {
  const figures: Figure[] = [];
  for (const name of readdirSync(folder)) {
    const peer = join(folder, name);
    if (!existsSync(join(peer, 'package.json'))) continue;
    console.error(`peers/${name}`);
    try {
      if (!existsSync(join(peer, 'node_modules'))) inPeer(peer, 'npm', ['install']);
      figures.push(...(JSON.parse(inPeer(peer, process.execPath, ['run.mjs'])) as Figure[]));
    } catch (error) {
      // Ours are worth printing without it.
      console.error(`peers/${name} is left out: ${String(error)}`);
    }
  }
  return figures;
}

/** Peers see the same Node as we do, its npm and headers included: an older one silently resolves older versions. */
function inPeer(cwd: string, command: string, args: readonly string[]): string {
  const bin = dirname(process.execPath);
  const headers = dirname(bin);
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    ...(existsSync(join(headers, 'include', 'node', 'node.h')) ? { npm_config_nodedir: headers } : {}),
  };
  const result = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}`);
  return result.stdout;
}
