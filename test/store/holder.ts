/** Takes the data lock, says `held`, lets it go at a line on its input. Says `error CODE` otherwise. Arguments: file, waitMs. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';

import { UserError } from '../../src/common/index.ts';
import { takeDataLock } from '../../src/store/index.ts';

const [file = '', waitMs = '2000'] = process.argv.slice(2);
try {
  const lock = await takeDataLock(file, { waitMs: Number(waitMs) });
  writeSync(1, 'held\n');
  await once(process.stdin, 'data');
  await lock.dispose();
  writeSync(1, 'freed\n');
  await once(process.stdin, 'data');
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  writeSync(1, `error ${error.code}\n`);
}
process.stdin.destroy();
