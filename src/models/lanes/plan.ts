/** One call that waits or runs, as far as its place in the order is concerned. All calls of a plan go to one server. */
export interface LaneJob {
  readonly id: number;
  /** Model digest and adapter: what has to be in memory. */
  readonly model: string;
  /** The context that this call needs at least. */
  readonly numCtx: number;
  readonly priority: 'interactive' | 'night';
  /** When it was submitted, in milliseconds; calls that were aborted for others keep their time. */
  readonly submittedMs: number;
  /** The prompt as one text, stable part first: what the server's prefix cache can keep. */
  readonly prompt: string;
}

/** A lane: calls that can follow each other without a load. */
export interface Lane {
  readonly model: string;
  readonly numCtx: number;
}

export interface LaneState {
  readonly waiting: readonly LaneJob[];
  readonly running: readonly LaneJob[];
  /** The lane that the server is loaded for, as far as is known. */
  readonly lane: Lane | undefined;
  /** The prompt that was sent last, for prefixes. */
  readonly lastPrompt: string;
  /** Calls that the server works on at once for this lane. */
  readonly parallel: number;
}

export type LanePlan =
  /** Send this call now; `switched` when it opens a lane, which means a load. */
  | { readonly kind: 'start'; readonly job: LaneJob; readonly lane: Lane; readonly switched: boolean }
  /** Abort these night calls, they make room for interactive work. */
  | { readonly kind: 'preempt'; readonly jobs: readonly LaneJob[] }
  /** Nothing to do until a call ends, one comes, or at the latest `untilMs`. */
  | { readonly kind: 'wait'; readonly untilMs: number | undefined };

/** An interactive call waits at most this long for the lane of other interactive calls to drain. */
export const INTERACTIVE_WAIT_MS = 120_000;

/**
 * What to do next for one server. A lane is drained before another is opened; interactive calls overtake night calls and
 * abort those that run in their way; an interactive call that has waited for 120 s gets the next lane even if the present
 * one is not drained. In a lane the call that shares the longest prefix with the last prompt goes first, then the oldest.
 */
export function planLanes(state: LaneState, nowMs: number): LanePlan {
  const lane = state.lane;
  const interactive = state.waiting.filter(({ priority }) => priority === 'interactive');
  const pool = interactive.length > 0 ? interactive : state.waiting;
  if (pool.length === 0) return { kind: 'wait', untilMs: undefined };

  const fitting = lane === undefined ? [] : pool.filter((job) => fits(job, lane));
  const outside = lane === undefined ? pool : pool.filter((job) => !fits(job, lane));
  const overdue = outside.filter(
    ({ priority, submittedMs }) => priority === 'interactive' && nowMs - submittedMs >= INTERACTIVE_WAIT_MS,
  );
  if (lane !== undefined && fitting.length > 0 && overdue.length === 0) {
    if (state.running.length < state.parallel) {
      return { kind: 'start', job: bestOf(fitting, state.lastPrompt), lane, switched: false };
    }
    const nightJob = state.running.findLast(({ priority }) => priority === 'night');
    if (interactive.length > 0 && nightJob !== undefined) return { kind: 'preempt', jobs: [nightJob] };
    return { kind: 'wait', untilMs: deadlineOf(outside) };
  }
  if (state.running.length > 0) {
    const night = state.running.filter(({ priority }) => priority === 'night');
    if (interactive.length > 0 && night.length > 0) return { kind: 'preempt', jobs: night };
    return { kind: 'wait', untilMs: undefined };
  }
  const opener = oldest(overdue.length > 0 ? overdue : pool);
  const next = laneFor(opener, state);
  const members = pool.filter((job) => fits(job, next));
  return { kind: 'start', job: bestOf(members, state.lastPrompt), lane: next, switched: true };
}

function fits(job: LaneJob, lane: Lane): boolean {
  return job.model === lane.model && job.numCtx <= lane.numCtx;
}

/** One value of num_ctx per model: the largest that its waiting calls need, so that the lane is loaded once. */
function laneFor(opener: LaneJob, state: LaneState): Lane {
  const same = state.waiting.filter(({ model }) => model === opener.model);
  return { model: opener.model, numCtx: Math.max(...same.map(({ numCtx }) => numCtx)) };
}

function bestOf(jobs: readonly LaneJob[], lastPrompt: string): LaneJob {
  const ranked = jobs
    .map((job) => ({ job, shared: sharedPrefix(job.prompt, lastPrompt) }))
    .sort((a, b) => b.shared - a.shared || a.job.submittedMs - b.job.submittedMs || a.job.id - b.job.id);
  const [first] = ranked;
  if (first === undefined) throw new Error('A lane was opened without a call.');
  return first.job;
}

function oldest(jobs: readonly LaneJob[]): LaneJob {
  return jobs.reduce((a, b) =>
    b.submittedMs < a.submittedMs || (b.submittedMs === a.submittedMs && b.id < a.id) ? b : a,
  );
}

function deadlineOf(jobs: readonly LaneJob[]): number | undefined {
  const times = jobs
    .filter(({ priority }) => priority === 'interactive')
    .map(({ submittedMs }) => submittedMs);
  return times.length === 0 ? undefined : Math.min(...times) + INTERACTIVE_WAIT_MS;
}

/** Number of characters that two texts have in common at their beginning. */
export function sharedPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
