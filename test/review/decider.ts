/**
 * One start of a daemon over a review: recovers, proposes (once), then accepts two hunks and rejects one, each by a command
 * that is always the same. Arguments: data file, workspace.
 */
import { writeSync } from 'node:fs';

import { checkFailpoint, registerFailpoints, systemClock } from '../../src/common/index.ts';
import { createReview, REVIEW_FAILPOINTS, reviewProjector } from '../../src/review/index.ts';
import { openStore } from '../../src/store/index.ts';
import { BASE, PROPOSED } from './texts.ts';

const [file = '', root = ''] = process.argv.slice(2);
registerFailpoints(REVIEW_FAILPOINTS);
checkFailpoint();

const { signal } = new AbortController();
const bytes = (text: string) => new TextEncoder().encode(text);
const store = openStore({ file, projectors: [reviewProjector], upcasters: [] });
const review = createReview({ store, clock: systemClock });
await review.recover(signal);
const proposal = await review.propose({
  key: 'run 1/inbox',
  run: 'r1',
  flow: 'mend',
  workspaceId: 'w',
  workspaceRoot: root,
  title: 'Mended',
  files: [
    { path: 'a.js', base: bytes(BASE), proposed: bytes(PROPOSED), edits: [] },
    { path: 'new.js', from: 'old.js', base: bytes('old\n'), proposed: bytes('new\n'), edits: [] },
  ],
  findings: [],
  evidence: [],
});
const decisions = [
  ['accept', ['1']],
  ['reject', ['2']],
  ['accept', ['3']],
] as const;
for (const [i, [decision, numbers]] of decisions.entries()) {
  const hunks = numbers.map((n) => `${proposal}.${n}`);
  const input = { proposal, hunks, decision, way: 'command-line' as const, commandId: `command ${i}` };
  const { decided, refused } = await review.decide(input, signal);
  writeSync(1, `${decision} ${decided.length} ${refused.length}\n`);
}
await review.dispose();
await store.dispose();
