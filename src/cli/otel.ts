import { createHash } from 'node:crypto';

import type { TraceView } from '../protocol/index.ts';

export interface OtelOptions {
  readonly run: string;
  readonly flow: string;
  readonly version: string;
  /** The end of what has not ended yet, in milliseconds since the epoch. */
  readonly now: number;
}

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number };
interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** `SpanKind` and `StatusCode` of the OpenTelemetry protocol. */
const [INTERNAL, CLIENT, ERROR] = [1, 3, 2];

/**
 * A run as one line of an OTLP JSON file, which collectors read. Model calls have the attributes of the conventions for
 * generative AI. Prompts and answers are left out: such files go to other machines. The same run has the same ids each time.
 */
export function otelOf(trace: TraceView, options: OtelOptions): string {
  const resource = {
    attributes: attributes({ 'service.name': 'pantheon', 'service.version': options.version }),
  };
  const scope = { name: 'pantheon', version: options.version };
  const spans = spansOf(trace, undefined, options);
  return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })}\n`;
}

/** What never began has no span. */
function spansOf(trace: TraceView, parent: string | undefined, options: OtelOptions): readonly object[] {
  const spanId = id(`${options.run} ${trace.kind} ${trace.address}`, 16);
  const inside = trace.children.flatMap((child) => spansOf(child, spanId, options));
  if (trace.startedAt === null) return inside;
  const start = Date.parse(trace.startedAt);
  const end = trace.durationMs === null ? Math.max(start, options.now) : start + trace.durationMs;
  const { call } = trace;
  const isBad = trace.outcome === 'failed';
  const span = {
    traceId: id(options.run, 32),
    spanId,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name: nameOf(trace, options),
    kind: call === undefined ? INTERNAL : CLIENT,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributes({
      'pantheon.run': options.run,
      'pantheon.flow': options.flow,
      'pantheon.address': trace.address,
      'pantheon.kind': trace.kind,
      'pantheon.outcome': trace.outcome ?? (trace.durationMs === null ? 'running' : undefined),
      ...(call === undefined
        ? {}
        : {
            'gen_ai.operation.name': 'chat',
            // Both servers speak its protocol.
            'gen_ai.provider.name': 'ollama',
            'gen_ai.output.type': 'text',
            'gen_ai.agent.name': call.agent,
            'gen_ai.request.model': call.model,
            'gen_ai.request.seed': whole(call.seed),
            'gen_ai.request.temperature': call.temperature ?? undefined,
            'gen_ai.usage.input_tokens': whole(call.promptTokens),
            'gen_ai.usage.output_tokens': whole(call.answerTokens),
            'pantheon.model.digest': call.digest,
            'pantheon.model.context': whole(call.numCtx),
            'pantheon.validation': call.validation,
          }),
    }),
    ...(isBad ? { status: { code: ERROR } } : {}),
  };
  return [span, ...inside];
}

function nameOf(trace: TraceView, { flow }: OtelOptions): string {
  if (trace.call !== undefined) return `chat ${trace.call.model}`;
  return trace.kind === 'run' ? `flow ${flow}` : `${trace.kind} ${trace.address}`;
}

function attributes(
  given: Readonly<Record<string, string | number | bigint | undefined>>,
): readonly Attribute[] {
  return Object.entries(given).flatMap(([key, value]): Attribute[] =>
    value === undefined ? [] : [{ key, value: valueOf(value) }],
  );
}

/** Whole numbers of 64 bits are texts in OTLP JSON. */
function valueOf(value: string | number | bigint): Value {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'bigint' ? { intValue: String(value) } : { doubleValue: value };
}

const whole = (value: number | null) => (value === null ? undefined : BigInt(Math.trunc(value)));
const nanoseconds = (ms: number) => String(BigInt(Math.round(ms)) * 1_000_000n);
const id = (text: string, digits: number) => createHash('sha256').update(text).digest('hex').slice(0, digits);
