import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { CompiledFlow, Join } from './compiled.ts';
import {
  evolve,
  isDone,
  next,
  outcomeOf,
  startState,
  type FlowEvent,
  type FlowState,
  type Outcome,
} from './index.ts';
import { answer, calm, flowOf, node, output, play, usesBody } from './testing/play.ts';

const joins = fc.constantFrom<Join>('all', 'any', 'settled', { quorum: 1 }, { quorum: 2 });
const outcomes = fc.constantFrom<Outcome>('succeeded', 'succeeded', 'failed', 'abstained', 'held');
const causes = fc.constantFrom<'timeout' | 'error' | undefined>('timeout', 'error', undefined);

const anyFlow = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      join: joins,
      condition: fc.boolean(),
      list: fc.boolean(),
      maxParallel: fc.integer({ min: 1, max: 3 }),
      retries: fc.integer({ min: 0, max: 2 }),
      continueOnFail: fc.boolean(),
      uses: fc.boolean(),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((shapes) =>
    flowOf(
      shapes.map((shape, index) => {
        const needs = index === 0 ? [] : [...new Set(shape.needs.map((need) => `n${need % index}`))];
        return node(`n${index}`, needs, {
          join: shape.join,
          ...(shape.condition ? { if: 'x' } : {}),
          ...(shape.list ? { forEach: 'xs' } : {}),
          maxParallel: shape.maxParallel,
          retry: { max: shape.retries, backoffMs: [0, 0], on: ['timeout'] },
          continueOnFail: shape.continueOnFail,
          ...(shape.uses ? { body: usesBody } : {}),
        });
      }),
      [output('inbox', ['n0'])],
    ),
  );

const anyPlay = fc.record({
  flow: anyFlow,
  seed: fc.infiniteStream(fc.nat({ max: 1000 })),
  results: fc.infiniteStream(fc.record({ outcome: outcomes, cause: causes })),
  cancelAt: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
  stopAt: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
});

function replay(flow: CompiledFlow, events: readonly FlowEvent[]): FlowState {
  let state = startState(flow);
  for (const event of events) state = evolve(state, event);
  return state;
}

function draw<T>(stream: Iterator<T>): T {
  return (stream.next() as IteratorYieldResult<T>).value;
}

function playAny({
  flow,
  seed,
  results,
  cancelAt,
  stopAt,
}: typeof anyPlay extends fc.Arbitrary<infer T> ? T : never) {
  return play(flow, {
    condition: () => draw(seed) % 4 > 0,
    count: () => draw(seed) % 5,
    result: () => {
      const { outcome, cause } = draw(results);
      return cause === undefined ? { outcome } : { outcome, cause };
    },
    pick: (running) => draw(seed) % running,
    ...(cancelAt === undefined ? {} : { cancelAt }),
    ...(stopAt === undefined ? {} : { stopAt }),
  });
}

describe('the state of a flow', () => {
  it('always comes to an end in which every node has an outcome', () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { state, afterCancel } = playAny(given);
        assert.ok(isDone(state));
        for (const each of state.nodes.values()) assert.notEqual(each.outcome, undefined, each.node.id);
        assert.deepEqual(next(state), []);
        assert.equal(afterCancel, 0, 'started after the cancellation');
      }),
      { numRuns: 300 },
    );
  });

  it('is a pure function of its events', () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { state, events } = playAny(given);
        assert.deepEqual(replay(given.flow, events), state);
        const half = events.slice(0, Math.floor(events.length / 2));
        assert.deepEqual(next(replay(given.flow, half)), next(replay(given.flow, half)));
      }),
    );
  });

  it('starts a node only when its join is satisfied, within its bounds, and never twice at once', () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { events } = playAny(given);
        const state = startState(given.flow);
        for (const event of events) {
          if (event.type === 'started') assertMayStart(state, event);
          evolve(state, event);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never calls a run succeeded in which a needed node failed', () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { state } = playAny(given);
        const outcome = outcomeOf(state);
        const failed = [...state.nodes.values()].filter(
          (each) => each.outcome === 'failed' && !each.node.continueOnFail,
        );
        if (outcome === 'succeeded') assert.equal(failed.length, 0);
        if (failed.some((each) => (state.dependents.get(each.node.id) ?? []).length === 0)) {
          assert.ok(outcome === 'failed' || outcome === 'cancelled');
        }
      }),
    );
  });

  it('asks in time that does not grow with the flow', () => {
    const countsPerNode = [100, 3000].map((size) => {
      const flow = flowOf(
        Array.from({ length: size }, (_, index) => node(`n${index}`, index === 0 ? [] : [`n${index - 1}`])),
      );
      let asked = 0;
      const state = startState(flow);
      while (!isDone(state)) {
        const due = next(state);
        asked += due.length;
        for (const what of due) {
          evolve(state, answer(what, calm));
          if (what.do === 'start') evolve(state, { type: 'ended', ...what, outcome: 'succeeded' });
        }
      }
      return asked / size;
    });
    assert.deepEqual(countsPerNode, [1, 1]);
  });
});

function assertMayStart(state: FlowState, event: Extract<FlowEvent, { type: 'started' }>): void {
  const found = state.nodes.get(event.node);
  assert.ok(found);
  const needs = found.node.needs.map((id) => state.nodes.get(id)?.outcome);
  const { join } = found.node;
  if (join === 'all' || join === 'settled') assert.ok(needs.every((outcome) => outcome !== undefined));
  if (join === 'all') assert.ok(!needs.includes('held') && !needs.includes('cancelled'));
  if (join === 'any') assert.ok(needs.length === 0 || needs.some((o) => o === 'succeeded' || o === 'failed'));
  if (typeof join === 'object' && needs.length > 0)
    assert.ok(needs.filter((o) => o === 'succeeded' || o === 'failed').length >= join.quorum);
  assert.ok(found.node.forEach === undefined || found.running < found.node.maxParallel);
  assert.ok(event.attempt <= found.node.retry.max + 1);
}
