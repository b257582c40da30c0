import type { RunView } from '../../protocol/index.ts';

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
    totals: {
      calls: 0,
      promptTokens: 0,
      answerTokens: 0,
      modelSwaps: 0,
      memoHits: 0,
      retries: 0,
      modelMs: 0,
      checkMs: 0,
      wallMs: 0,
    },
  };
}
