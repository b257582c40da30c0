import assert from 'node:assert/strict';

import type { TraceView } from '../protocol/index.ts';
import { otelOf } from './otel.ts';

const at = '2030-01-31T22:00:00.000Z';
const trace: TraceView = {
  address: 'r1',
  kind: 'run',
  startedAt: at,
  durationMs: 1500,
  outcome: 'failed',
  children: [
    { address: 'never', kind: 'node', outcome: 'skipped', startedAt: null, durationMs: null, children: [] },
    {
      address: 'mend',
      kind: 'node',
      startedAt: at,
      durationMs: null,
      children: [
        {
          address: 'mend#1/call.1',
          kind: 'call',
          outcome: 'edit',
          startedAt: at,
          durationMs: 20,
          call: {
            agent: 'mender',
            model: 'pantheon-mender',
            digest: 'd',
            numCtx: 1024,
            seed: 7,
            temperature: 0.8,
            promptTokens: 120,
            answerTokens: 9,
            prompt: 'the secret prompt',
            answer: 'the secret answer',
            validation: 'edit',
          },
          children: [],
        },
      ],
    },
  ],
};

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code: number };
}

describe('a run for OpenTelemetry', () => {
  const options = { run: 'r1', flow: 'mend', version: '0.1.0', now: Date.parse(at) + 5000 };
  const text = otelOf(trace, options);
  const spans = (
    JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
  ).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));

  it('is one line with a span for everything that began, each inside its parent', () => {
    assert.equal(text.split('\n').length, 2);
    assert.deepEqual(
      spans.map(({ name }) => name),
      ['flow mend', 'node mend', 'chat pantheon-mender'],
    );
    const [run, node, call] = spans;
    assert.deepEqual(
      [run?.parentSpanId, node?.parentSpanId, call?.parentSpanId],
      [undefined, run?.spanId, node?.spanId],
    );
    for (const { traceId, spanId } of spans) {
      assert.match(traceId, /^[0-9a-f]{32}$/);
      assert.match(spanId, /^[0-9a-f]{16}$/);
    }
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 3);
    assert.equal(otelOf(trace, options), text);
  });

  it('has times in nanoseconds as texts, a failed status, and an end for what still runs', () => {
    const [run, node] = spans;
    assert.deepEqual(
      [run?.startTimeUnixNano, run?.endTimeUnixNano, run?.status?.code],
      ['1896127200000000000', '1896127201500000000', 2],
    );
    assert.equal(node?.endTimeUnixNano, '1896127205000000000');
  });

  it('names models and tokens by the conventions, and says nothing of prompts', () => {
    const call = Object.fromEntries((spans[2]?.attributes ?? []).map(({ key, value }) => [key, value]));
    assert.deepEqual(call['gen_ai.request.model'], { stringValue: 'pantheon-mender' });
    assert.deepEqual(call['gen_ai.usage.input_tokens'], { intValue: '120' });
    assert.deepEqual(call['gen_ai.request.temperature'], { doubleValue: 0.8 });
    assert.equal(spans[2]?.kind, 3);
    assert.ok(!text.includes('secret'));
  });
});
