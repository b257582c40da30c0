import * as z from 'zod';

/** One thing that happened in a run, with what happened inside it. Texts are absent when they were erased. */
export interface TraceView {
  readonly address: string;
  readonly kind: 'run' | 'node' | 'item' | 'attempt' | 'call' | 'check' | 'expression' | 'command' | 'effect';
  readonly outcome?: string | undefined;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly detail?: string | undefined;
  readonly call?: TraceCall | undefined;
  readonly children: readonly TraceView[];
}

/** One model call of a trace. */
export interface TraceCall {
  readonly agent: string;
  readonly model: string;
  readonly digest: string;
  readonly numCtx: number;
  readonly seed: number | null;
  readonly temperature: number | null;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly prompt?: string | undefined;
  readonly answer?: string | undefined;
  readonly validation: string;
}

/** One event of a run as it was recorded. What people, models and commands said stands in the body by its hash only. */
export const EventView = z.object({
  schema: z.literal('pantheon.event/1'),
  run: z.string(),
  /** Place in the whole log, and in the run: from 1. */
  seq: z.number().int(),
  number: z.number().int(),
  at: z.string(),
  actor: z.string(),
  type: z.string(),
  /** Version of the body's shape. */
  v: z.number().int(),
  /** Node, item, attempt, step as text. */
  address: z.string().optional(),
  body: z.unknown(),
});
export type EventView = z.infer<typeof EventView>;

const TraceCall: z.ZodType<TraceCall> = z.object({
  agent: z.string(),
  model: z.string(),
  digest: z.string(),
  numCtx: z.number().int(),
  seed: z.number().nullable(),
  temperature: z.number().nullable(),
  promptTokens: z.number().int(),
  answerTokens: z.number().int(),
  prompt: z.string().optional(),
  answer: z.string().optional(),
  validation: z.string(),
});

export const TraceView: z.ZodType<TraceView> = z.lazy(() =>
  z.object({
    address: z.string(),
    kind: z.enum(['run', 'node', 'item', 'attempt', 'call', 'check', 'expression', 'command', 'effect']),
    outcome: z.string().optional(),
    startedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    detail: z.string().optional(),
    call: TraceCall.optional(),
    children: z.array(TraceView),
  }),
);
