/**
 * Does the commands 1 … n on a data file, each with a content and two streams, and says each number once it is
 * committed. Started again, it does all of them again: repeated commands must change nothing.
 * Arguments: file, n. Says `error CODE REMEDY` for a `UserError`.
 */
import { writeSync } from 'node:fs';

import { checkFailpoint, registerFailpoints, UserError } from '../../src/common/index.ts';
import { openStore, STORE_FAILPOINTS } from '../../src/store/index.ts';
import { counting } from './counting.ts';

const [file = '', count = '0'] = process.argv.slice(2);
registerFailpoints(STORE_FAILPOINTS);
checkFailpoint();

try {
  const store = openStore({ file, projectors: [counting], upcasters: [] });
  for (let n = 1; n <= Number(count); n += 1) {
    const ref = store.putContent(`content of ${n} `.repeat(200), { owner: `command/${n}` });
    const options = {
      actor: 'test',
      durability: n % 3 === 0 ? 'decision' : 'step',
      expected: 'any',
    } as const;
    store.appendAll([
      {
        stream: 'a',
        events: [{ type: 'did', v: 1, body: { n, ref } }],
        options: { ...options, commandId: `c${n}` },
      },
      {
        stream: `b/${n % 2}`,
        events: [
          { type: 'did', v: 1, body: { n } },
          { type: 'did', v: 1, body: { n: 0 } },
        ],
        options,
      },
    ]);
    writeSync(1, `${n}\n`);
  }
  store.rebuild();
  await store.backup(`${file}.backup`);
  await store.dispose();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  writeSync(1, `error ${error.code} ${error.remedy}\n`);
}
