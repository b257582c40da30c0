/**
 * One start of a daemon over a queue: adds what is missing of n items, recovers, then claims, "runs" and finishes all.
 * A run writes `began RUN` and `ended RUN` to its output. Arguments: data file, epoch, n.
 */
import { writeSync } from 'node:fs';

import { checkFailpoint, registerFailpoints, systemClock } from '../../src/common/index.ts';
import { Queue, queueProjector, SCHEDULE_FAILPOINTS, type Claim } from '../../src/schedule/index.ts';
import { openStore } from '../../src/store/index.ts';

const [file = '', epoch = '', count = '0'] = process.argv.slice(2);
registerFailpoints(SCHEDULE_FAILPOINTS);
checkFailpoint();

const store = openStore({ file, projectors: [queueProjector], upcasters: [] });
const queue = new Queue({ store, clock: systemClock, epoch });
for (let n = 1; n <= Number(count); n += 1) {
  const item = { id: `i${n}`, run: `r${n}`, flow: 'f', workspace: 'w', interactive: false, job: null };
  queue.add(item, { actor: 'test', commandId: `add ${n}` });
}

function run(claim: Claim): void {
  writeSync(1, `began ${claim.run}${claim.resumed ? ' again' : ''}\n`);
  queue.finish(claim.item, 'succeeded');
  writeSync(1, `ended ${claim.run}\n`);
}

for (const claim of queue.recover().resumed) run(claim);
for (let claim = queue.claimNext(); claim !== undefined; claim = queue.claimNext()) run(claim);
await store.dispose();
