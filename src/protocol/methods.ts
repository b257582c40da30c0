import * as z from 'zod';

import { BufferView, editingMethods, FileInReviewView, RefusedHunk, WindowEditsView } from './editing.ts';
import { mutation, query } from './method.ts';
import {
  DaemonView,
  InboxView,
  ProposalView,
  QueueItemView,
  QueueView,
  RejectReason,
  ReportView,
  RunView,
  ServerView,
} from './shapes.ts';
import { threadMethods } from './threads.ts';
import { EventView, TraceView } from './trace.ts';

/** Version of this protocol; a client and a daemon with different numbers do not talk. */
export const PROTOCOL_VERSION = 1;

const workspace = z.string().min(1);
const empty = z.object({});

export const JsonValue: z.ZodType<unknown> = z.unknown();

/** What is found by names: agents and flows of the workspace, the person's own, and the bundled ones. */
export const SpecsView = z.object({
  schema: z.literal('pantheon.specs/1'),
  agents: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      origin: z.enum(['workspace', 'user', 'bundled']),
      path: z.string(),
      hash: z.string(),
      version: z.string(),
      models: z.array(z.string()),
      /** Places that this version of it worked on in the workspace, and those whose result held. */
      tried: z.number().int(),
      succeeded: z.number().int(),
      /** Hunks and remarks of it that the person decided, and those accepted. */
      decided: z.number().int(),
      accepted: z.number().int(),
      inputs: z.record(z.string(), z.object({ type: z.string(), optional: z.boolean() })),
      output: z.string(),
    }),
  ),
  flows: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      origin: z.enum(['workspace', 'user', 'bundled']),
      path: z.string(),
      hash: z.string(),
      inputs: z.record(z.string(), z.object({ type: z.string(), optional: z.boolean() })),
    }),
  ),
  diagnostics: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['error', 'warning', 'info']),
      message: z.string(),
      path: z.string(),
      /** 1-based, as people and editors' status bars count. */
      line: z.number().int(),
      column: z.number().int(),
      endLine: z.number().int(),
      endColumn: z.number().int(),
    }),
  ),
});
export type SpecsView = z.infer<typeof SpecsView>;

export const ModelsView = z.object({
  schema: z.literal('pantheon.models/1'),
  servers: z.array(ServerView),
  models: z.array(
    z.object({
      name: z.string(),
      server: z.string(),
      kind: z.enum(['ollama', 'embedded']),
      digest: z.string(),
      sizeBytes: z.number(),
      /** Names of agents whose first installed model it is. */
      usedBy: z.array(z.string()),
    }),
  ),
});
export type ModelsView = z.infer<typeof ModelsView>;

export const DoctorView = z.object({
  schema: z.literal('pantheon.doctor/1'),
  lines: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warn', 'mend']),
      text: z.string(),
      /** What to run or to do. */
      remedy: z.string().optional(),
    }),
  ),
});
export type DoctorView = z.infer<typeof DoctorView>;

export const TrustView = z.object({
  schema: z.literal('pantheon.trust/1'),
  workspace: z.string(),
  trusted: z.boolean(),
  /** Hash of the command lists that the answer was made for; the grant repeats it. */
  hash: z.string(),
  commands: z.array(z.object({ from: z.string(), command: z.array(z.string()) })),
  /** Whether checks can be isolated here, and if not, why. */
  sandbox: z.object({ available: z.boolean(), note: z.string().optional() }),
});
export type TrustView = z.infer<typeof TrustView>;

export const TryView = z.object({
  schema: z.literal('pantheon.try/1'),
  agent: z.string(),
  model: z.string(),
  server: z.string(),
  system: z.string(),
  prompt: z.string(),
  leftOut: z.array(z.string()),
  answer: z.string(),
  /** What was made of the answer, in a sentence. */
  validation: z.string(),
  valid: z.boolean(),
  /** Unified diff of the edit, if the answer is one. Nothing is proposed. */
  patch: z.string().optional(),
  data: JsonValue.optional(),
  promptTokens: z.number().int(),
  answerTokens: z.number().int(),
  ms: z.number(),
});
export type TryView = z.infer<typeof TryView>;

const When = z.object({
  /** ISO time before which it does not start. */
  notBefore: z.string().optional(),
  /** `22:00-07:00`, local time. */
  window: z.string().optional(),
  cron: z.string().optional(),
});
export const Queued = z.object({ item: QueueItemView, run: RunView });
export type Queued = z.infer<typeof Queued>;

export const DecisionResult = z.object({
  proposal: ProposalView,
  decided: z.array(z.string()),
  refused: z.array(RefusedHunk),
  /** Files under review as they are, or will be once the edits are in. */
  files: z.array(FileInReviewView).optional(),
  /** For the window that gave unsaved text: hunks of these files are decided when it has made the edits and reported. */
  edits: z.array(WindowEditsView).optional(),
});
export type DecisionResult = z.infer<typeof DecisionResult>;

/** Every request that a client can make. `hello` comes first on each connection. */
export const methods = {
  hello: query(
    z.object({
      protocol: z.number().int(),
      token: z.string(),
      client: z.enum(['cli', 'editor', 'test']),
      version: z.string(),
    }),
    z.object({
      protocol: z.number().int(),
      build: z.object({ version: z.string(), hash: z.string(), builtAt: z.number() }),
      pid: z.number().int(),
    }),
  ),
  'daemon.status': query(empty, DaemonView),
  /** `replace`: another one is started in its place at once. */
  'daemon.stop': mutation({ replace: z.boolean().optional() }, empty),
  doctor: query(z.object({ workspace }), DoctorView),
  'trust.describe': query(z.object({ workspace }), TrustView),
  'trust.grant': mutation({ workspace, hash: z.string() }, TrustView),
  specs: query(z.object({ workspace }), SpecsView),
  models: query(z.object({ workspace }), ModelsView),
  try: query(
    z.object({
      workspace,
      agent: z.string(),
      inputs: z.record(z.string(), JsonValue),
      model: z.string().optional(),
    }),
    TryView,
  ),
  'run.start': mutation(
    {
      workspace,
      /** A flow's name, or `agents/NAME` for an agent alone. */
      flow: z.string(),
      inputs: z.record(z.string(), JsonValue),
      /** `interactive` starts now; `night` waits for its window. */
      priority: z.enum(['interactive', 'night']),
      /** Order among equals in the queue; higher first. */
      rank: z.number().int().optional(),
      when: When.optional(),
      /** The allowed variables of the client's environment: `PATH`, `LANG`. */
      env: z.record(z.string(), z.string()),
    },
    Queued,
  ),
  'queue.list': query(empty, QueueView),
  'queue.move': mutation({ item: z.string(), priority: z.number().int() }, QueueView),
  'queue.remove': mutation({ item: z.string() }, QueueView),
  /** Without an item: the whole queue. */
  'queue.pause': mutation({ item: z.string().optional() }, QueueView),
  'queue.resume': mutation({ item: z.string().optional() }, QueueView),
  'runs.list': query(
    z.object({
      workspace: workspace.optional(),
      /** Only those; all without it. */
      states: z.array(RunView.shape.state).optional(),
      limit: z.number().int().positive().max(1000).optional(),
    }),
    z.object({ schema: z.literal('pantheon.runs/1'), runs: z.array(RunView) }),
  ),
  'runs.show': query(z.object({ run: z.string() }), RunView),
  /** Answers when the run is finished. */
  'runs.wait': query(z.object({ run: z.string() }), RunView),
  'runs.cancel': mutation({ run: z.string() }, RunView),
  'runs.trace': query(z.object({ run: z.string() }), TraceView),
  /** The run's events behind this number, oldest first; a part of them at a time, none at the end. */
  'runs.events': query(
    z.object({ run: z.string(), after: z.number().int().nonnegative() }),
    z.object({ events: z.array(EventView) }),
  ),
  'inbox.list': query(z.object({ workspace: workspace.optional() }), InboxView),
  'review.decide': mutation(
    {
      proposal: z.string(),
      hunks: z.union([z.literal('all'), z.array(z.string())]),
      decision: z.enum(['accept', 'reject']),
      way: z.enum(['gutter', 'tree', 'keyboard', 'code-action', 'command-line', 'bulk', 'policy']),
      reason: RejectReason.optional(),
      words: z.string().optional(),
      /** Texts of files that the asking window has not saved. */
      unsaved: z.array(BufferView).optional(),
      /** What shall stand in the place of the one hunk, where a reject would lose what the person typed. */
      instead: z.string().optional(),
    },
    DecisionResult,
  ),
  'review.patch': query(z.object({ proposal: z.string() }), z.object({ patch: z.string() })),
  /** Both sides of each file as text; `null` where a file does not exist or is no text. */
  'review.texts': query(
    z.object({ proposal: z.string() }),
    z.object({
      files: z.array(
        z.object({ path: z.string(), base: z.string().nullable(), proposed: z.string().nullable() }),
      ),
    }),
  ),
  ...editingMethods,
  ...threadMethods,
  'report.get': query(
    z.object({ since: z.string().optional(), workspace: workspace.optional() }),
    ReportView,
  ),
  /** From now on this connection hears `changed` and `progress`. */
  subscribe: query(z.object({ from: z.number().int().optional() }), z.object({ seq: z.number().int() })),
} as const;

export type MethodName = keyof typeof methods;
export type ParamsOf<M extends MethodName> = z.infer<(typeof methods)[M]['params']>;
export type ResultOf<M extends MethodName> = z.infer<(typeof methods)[M]['result']>;

/** What the daemon tells its subscribers. `views` are topics: `runs`, `queue`, `inbox`, `specs`, `run:<id>`, `file:<root>/<path>`. */
export const notifications = {
  changed: z.object({ seq: z.number().int(), views: z.array(z.string()) }),
  /** `text` says what is at hand; `stage` only what was finished, for places that keep every line. */
  progress: z.object({ run: z.string(), stage: z.string(), text: z.string() }),
  /** A person stopped it: who waits does not start it again. */
  stopped: z.object({}),
} as const;
export type NotificationName = keyof typeof notifications;
export type NotificationOf<N extends NotificationName> = z.infer<(typeof notifications)[N]>;

/** How a `UserError` crosses the wire, in the `data` of the JSON-RPC error. */
export const WireError = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** The exit code of the command line. */
  exit: z.number().int().optional(),
});
export type WireError = z.infer<typeof WireError>;
