import * as z from 'zod';

import { RefusedHunk } from './editing.ts';
import { DoctorView, methods, ModelsView, SpecsView, TrustView, TryView } from './methods.ts';
import { DaemonView, InboxView, ProposalView, QueueView, ReportView, RunView } from './shapes.ts';
import { EventView, TraceView } from './trace.ts';

/** Whether the background runner starts with the person's session. */
export const AutostartView = z.object({
  schema: z.literal('pantheon.autostart/1'),
  installed: z.boolean(),
  how: z.enum(['systemd', 'launchd', 'run-key']),
  /** The file, or the value of the registry. */
  place: z.string(),
});
export type AutostartView = z.infer<typeof AutostartView>;

/**
 * What the command line prints with `--json`, by the kind in `schema: pantheon.KIND/1`. More fields may come; these stay.
 * `docs/json` has them as JSON Schemas.
 */
export const documents = {
  autostart: AutostartView,
  daemon: DaemonView,
  doctor: DoctorView,
  /** A line of the file that `trace --journal` writes. */
  event: EventView,
  inbox: InboxView,
  models: ModelsView,
  patch: z.object({
    schema: z.literal('pantheon.patch/1'),
    /** The patch itself, or the file that it was written to. */
    patch: z.string().optional(),
    file: z.string().optional(),
  }),
  /** One proposal; after decisions with what was decided and what was not, by the ids of hunks and remarks. */
  proposal: ProposalView.extend({
    schema: z.literal('pantheon.proposal/1'),
    decided: z.array(z.string()).optional(),
    refused: z.array(RefusedHunk).optional(),
  }),
  queue: QueueView,
  /** With `--html` also the file that it was written to. */
  report: ReportView.extend({ html: z.string().optional() }),
  run: RunView,
  runs: methods['runs.list'].result,
  specs: SpecsView,
  /** With `--journal` or `--otel` also the file that was written. */
  trace: z.intersection(
    z.object({
      schema: z.literal('pantheon.trace/1'),
      journal: z.string().optional(),
      otel: z.string().optional(),
    }),
    TraceView,
  ),
  trust: TrustView,
  try: TryView,
  validate: z.object({
    schema: z.literal('pantheon.validate/1'),
    errors: z.number().int(),
    diagnostics: SpecsView.shape.diagnostics,
  }),
} as const;

export type DocumentKind = keyof typeof documents;

/** The JSON Schema (2020-12) of a kind, as text for its file. */
export function documentSchema(kind: DocumentKind): string {
  const schema = z.toJSONSchema(documents[kind], { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ title: `pantheon.${kind}/1`, ...schema }, null, 2)}\n`;
}
