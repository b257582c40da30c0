import type { RunView } from '../../protocol/index.ts';
import { NO_TOTALS } from '../../report/index.ts';

/** A run that waits in the queue: it has begun nothing and pinned nothing. */
export function queuedRun(id: string, flow: string, workspace: string): RunView {
  return {
    schema: 'pantheon.run/1',
    id,
    flow,
    workspace,
    state: 'queued',
    baseTree: null,
    startedAt: null,
    endedAt: null,
    nodes: [],
    proposals: [],
    totals: NO_TOTALS,
  };
}
