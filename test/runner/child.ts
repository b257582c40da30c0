// Works one run to its end and accepts its first hunk, in a process of its own, so that a test can kill it:
// node child.ts HOME ROOT SERVER
import { checkFailpoint, registerFailpoints } from '../../src/common/index.ts';
import { REVIEW_FAILPOINTS } from '../../src/review/index.ts';
import { RUNNER_FAILPOINTS } from '../../src/runner/index.ts';
import { STORE_FAILPOINTS } from '../../src/store/index.ts';
import { openStage, requestFor } from './stage.ts';

const [home = '', root = '', serverUrl = ''] = process.argv.slice(2);
registerFailpoints(RUNNER_FAILPOINTS);
registerFailpoints(REVIEW_FAILPOINTS);
registerFailpoints(STORE_FAILPOINTS);
checkFailpoint();
const stage = openStage({ home, serverUrl });
const { signal } = new AbortController();
await stage.review.recover(signal);
const view = await stage.runner.execute(requestFor(root), signal);
const [proposal] = stage.review.inbox().proposals;
const hunk = proposal?.files[0]?.hunks[0];
if (proposal !== undefined && hunk !== undefined) {
  const command = { way: 'command-line', commandId: 'accept the first' } as const;
  const answer = await stage.review.decide(
    { proposal: proposal.id, hunks: [hunk.id], decision: 'accept', ...command },
    signal,
  );
  if (answer.refused.length > 0) throw new Error(JSON.stringify(answer.refused));
}
process.stdout.write(`${view.outcome ?? 'none'}\n${stage.problems.join('\n')}`);
await stage.dispose();
