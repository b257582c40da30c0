import * as z from 'zod';

/** What shows that a result works. Durations in milliseconds; `tree` is the tree the command ran on. */
export const Evidence = z.object({
  check: z.string(),
  command: z.array(z.string()),
  exitCode: z.number().nullable(),
  testsFixed: z.array(z.string()),
  testsBroken: z.array(z.string()),
  tree: z.string(),
  durationMs: z.number(),
  passed: z.boolean(),
  repeats: z.number().int(),
  sandboxed: z.boolean(),
  /** Tests that changed their result between repeats. */
  flaky: z.array(z.string()).optional(),
  /** One plain line for a person: why there was no sandbox, that edits were taken back … */
  note: z.string().optional(),
  log: z.string().optional(),
});
export type Evidence = z.infer<typeof Evidence>;

export const Totals = z.object({
  calls: z.number().int(),
  promptTokens: z.number().int(),
  answerTokens: z.number().int(),
  modelSwaps: z.number().int(),
  memoHits: z.number().int(),
  retries: z.number().int(),
  modelMs: z.number(),
  checkMs: z.number(),
  wallMs: z.number(),
});
export type Totals = z.infer<typeof Totals>;

export const NodeOutcome = z.enum(['succeeded', 'failed', 'abstained', 'skipped', 'held', 'cancelled']);
export type NodeOutcome = z.infer<typeof NodeOutcome>;
export const RunOutcome = z.enum(['succeeded', 'succeeded-with-skips', 'failed', 'held', 'cancelled']);
export type RunOutcome = z.infer<typeof RunOutcome>;

export const RunNodeView = z.object({
  address: z.string(),
  /** How many items its node has, where it is one of them. */
  of: z.number().int().positive().optional(),
  /** What it is about, for example `src/lists.js lastOf`. */
  title: z.string().optional(),
  kind: z.string(),
  outcome: NodeOutcome.optional(),
  attempts: z.number().int(),
  evidence: z.array(Evidence).optional(),
  /** What is happening or why it ended so, in a sentence. */
  detail: z.string().optional(),
});
export type RunNodeView = z.infer<typeof RunNodeView>;

export const RunView = z.object({
  schema: z.literal('pantheon.run/1'),
  id: z.string(),
  flow: z.string(),
  workspace: z.string(),
  /** `night`: it was queued for its window; `interactive`: somebody waited for it. Absent before it began. */
  priority: z.enum(['interactive', 'night']).optional(),
  state: z.enum(['queued', 'running', 'finished']),
  outcome: RunOutcome.optional(),
  /** Why it failed or was held, in a sentence. */
  detail: z.string().optional(),
  /** It failed because something that it needs on this machine was not there: a model, its server, git, a test runner. */
  cause: z.literal('environment').optional(),
  baseTree: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  nodes: z.array(RunNodeView),
  proposals: z.array(z.string()),
  totals: Totals,
});
export type RunView = z.infer<typeof RunView>;

export const QueueItemView = z.object({
  id: z.string(),
  flow: z.string(),
  workspace: z.string(),
  priority: z.number(),
  state: z.enum(['waiting', 'running', 'paused']),
  run: z.string().optional(),
  notBefore: z.string().optional(),
  window: z.string().optional(),
  cron: z.string().optional(),
  waitingFor: z.string().optional(),
  /** `now`: it only waits for a free place; `later`: for a time or a person. Absent if it runs, or somebody waits for it. */
  next: z.enum(['now', 'later']).optional(),
});
export type QueueItemView = z.infer<typeof QueueItemView>;
export const QueueView = z.object({
  schema: z.literal('pantheon.queue/1'),
  paused: z.boolean(),
  items: z.array(QueueItemView),
});
export type QueueView = z.infer<typeof QueueView>;

export const HunkState = z.enum([
  'waiting',
  'open',
  'accepted',
  'accepted-edited',
  'rejected',
  'conflicted',
  'withdrawn',
  'committed-undecided',
]);
export type HunkState = z.infer<typeof HunkState>;

export const RejectReason = z.enum([
  'wrong',
  'unneeded',
  'style',
  'too-large',
  'breaks-tests',
  'duplicate',
  'good-idea-bad-code',
]);
export type RejectReason = z.infer<typeof RejectReason>;

/** One contiguous change. `baseStart` is the 0-based line of the base file before which or at which it begins; lines carry no line ends. */
export const HunkView = z.object({
  id: z.string(),
  baseStart: z.number().int(),
  removed: z.array(z.string()),
  added: z.array(z.string()),
  state: HunkState,
  dependsOn: z.array(z.string()).optional(),
  evidence: z.array(Evidence),
  reason: z.string().optional(),
  /** The unit it mends, for example a function's name. */
  title: z.string().optional(),
});
export type HunkView = z.infer<typeof HunkView>;

export const FindingView = z.object({
  id: z.string(),
  path: z.string(),
  /** 0-based; `endLine` is the last line, if it is about several. */
  line: z.number().int(),
  endLine: z.number().int().optional(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  suggestion: z.string().optional(),
  /** Who made it. */
  agent: z.string().optional(),
  state: z.enum(['open', 'applied', 'dismissed', 'resolved', 'outdated']),
});
export type FindingView = z.infer<typeof FindingView>;

export const ProposalView = z.object({
  id: z.string(),
  run: z.string(),
  flow: z.string(),
  workspace: z.string(),
  title: z.string(),
  createdAt: z.string(),
  state: z.enum(['open', 'in-review', 'decided', 'superseded']),
  files: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['edit', 'add', 'delete', 'rename']),
      from: z.string().optional(),
      /** Decided as a whole by its only hunk: added, deleted, renamed, or not text. */
      whole: z.literal(true).optional(),
      hunks: z.array(HunkView),
    }),
  ),
  findings: z.array(FindingView),
  evidence: z.array(Evidence),
});
export type ProposalView = z.infer<typeof ProposalView>;
export const InboxView = z.object({
  schema: z.literal('pantheon.inbox/1'),
  proposals: z.array(ProposalView),
});
export type InboxView = z.infer<typeof InboxView>;

export const ReportItem = z.object({
  run: z.string(),
  /** What was worked on: `src/lists.js lastOf`. */
  title: z.string(),
  /** `reviewed`: looked at, with or without remarks, and nothing to mend. */
  result: z.enum(['mended', 'reviewed', 'abstained', 'failed', 'held']),
  /** Why nothing was proposed, or the line that sums up the evidence. */
  detail: z.string(),
  proposal: z.string().optional(),
  hunks: z.array(z.string()).optional(),
  evidence: z.array(Evidence).optional(),
});
export type ReportItem = z.infer<typeof ReportItem>;
export const ReportView = z.object({
  schema: z.literal('pantheon.report/1'),
  from: z.string(),
  to: z.string(),
  runs: z.array(
    z.object({
      id: z.string(),
      flow: z.string(),
      outcome: RunOutcome.nullable(),
      detail: z.string().optional(),
    }),
  ),
  items: z.array(ReportItem),
  mended: z.number().int(),
  reviewed: z.number().int(),
  abstained: z.number().int(),
  failed: z.number().int(),
  held: z.number().int(),
  proposals: z.number().int(),
  totals: Totals,
  /** Anything that a person must know: unfinished nights, missing sandbox, flaky tests, taken-back edits. */
  notes: z.array(z.string()),
});
export type ReportView = z.infer<typeof ReportView>;

export const ServerView = z.object({
  url: z.string(),
  kind: z.enum(['ollama', 'embedded']),
  version: z.string().nullable(),
  models: z.array(z.string()),
  /** Why it cannot be used, if it cannot. */
  problem: z.string().optional(),
});
export type ServerView = z.infer<typeof ServerView>;
export const DaemonView = z.object({
  schema: z.literal('pantheon.daemon/1'),
  state: z.enum(['stopped', 'starting', 'running', 'stopping']),
  pid: z.number().int().optional(),
  version: z.string(),
  home: z.string(),
  doing: z.string(),
  servers: z.array(ServerView),
});
export type DaemonView = z.infer<typeof DaemonView>;
