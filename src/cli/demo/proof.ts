import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../../common/index.ts';
import type { HunkView } from '../../protocol/index.ts';
import { git } from './project.ts';

/** An accepted hunk and the bytes of its file before. */
export interface Accepted {
  readonly path: string;
  readonly before: Uint8Array;
  readonly hunk: HunkView;
}

/**
 * Throws unless the hunk, put into the old bytes line by line here and by other code than the one that wrote it, gives
 * exactly the bytes that are there now, and unless git sees no other change in the project.
 */
export async function proveAccepted(
  workspace: string,
  accepted: Accepted,
  signal: AbortSignal,
): Promise<void> {
  const now = await readFile(join(workspace, accepted.path));
  const lines = Buffer.from(accepted.before).toString('utf8').split('\n');
  const { baseStart, removed, added } = accepted.hunk;
  const same = removed.every((line, i) => lines[baseStart + i] === line);
  lines.splice(baseStart, removed.length, ...added);
  const expected = Buffer.from(lines.join('\n'), 'utf8');
  const changed = (await git(workspace, ['status', '--porcelain', '-z'], signal))
    .split('\0')
    .filter((line) => line !== '');
  if (!same || !expected.equals(now) || changed.length !== 1 || changed[0]?.slice(3) !== accepted.path) {
    throw new UserError(
      'demo-proof',
      'The project is not exactly what was accepted. This is a defect of Pantheon.',
      `Compare ${join(workspace, accepted.path)} with the hunk above.`,
      { exitCode: 1 },
    );
  }
}
