import { DatabaseSync } from 'node:sqlite';

import { homePaths } from '../../../src/protocol/index.ts';

/**
 * The finished steps of every run of a data folder: address and what was recorded. Throws when one stands there twice.
 * Reads beside a daemon that works, by a connection of its own.
 */
export function finishedSteps(home: string): Map<string, string> {
  const db = new DatabaseSync(homePaths(home).database, { readOnly: true });
  try {
    const rows = db
      .prepare("SELECT stream, address, at, body FROM events WHERE type = 'step.ended' ORDER BY seq")
      .all() as { stream: string; address: string; at: number; body: string }[];
    const steps = new Map<string, string>();
    for (const { stream, address, at, body } of rows) {
      const key = `${stream} ${address}`;
      if (steps.has(key)) throw new Error(`${key} was recorded twice`);
      steps.set(key, `${at} ${body}`);
    }
    return steps;
  } finally {
    db.close();
  }
}
