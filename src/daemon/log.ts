import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { pino, type Logger } from 'pino';

const keptFiles = 7;
/** How much is held back while nothing can be written; what is said then is dropped. */
const heldChars = 64 * 1024;

export type Log = Logger;

/**
 * The daemon's own log: one file a day below `logs/`, the newest seven are kept. It never holds code, prompts or answers.
 * Writing to it never throws: a run must not end because its log found no space.
 */
export function openLog(folder: string, now: Date): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const earlier = readdirSync(folder)
    .filter((name) => /^daemon-\d{4}-\d{2}-\d{2}\.log$/.test(name))
    .toSorted();
  for (const name of earlier.slice(0, Math.max(0, earlier.length - keptFiles)))
    rmSync(join(folder, name), { force: true });
  const file = join(folder, `daemon-${now.toISOString().slice(0, 10)}.log`);
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600, maxLength: heldChars });
  // What could not be written is held back and written with the next line that can be.
  destination.on('error', () => {});
  return pino({ base: { pid: process.pid } }, destination);
}
