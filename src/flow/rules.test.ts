import assert from 'node:assert/strict';

import { evolve, next, outcomeOf, parseAddress, startState } from './index.ts';
import { answer, calm, flowOf, node, output, play, usesBody } from './testing/play.ts';

describe('a flow', () => {
  it('lets a fast branch go on while a slow one still works', () => {
    const flow = flowOf([node('slow', []), node('fast', []), node('after', ['fast'])]);
    let state = startState(flow);
    for (const due of next(state)) state = evolve(state, answer(due, calm));
    state = evolve(state, { type: 'ended', node: 'fast', item: null, attempt: 1, outcome: 'succeeded' });
    assert.deepEqual(next(state), [{ do: 'start', node: 'after', item: null, attempt: 1, notBefore: 0 }]);
  });

  it('skips what comes after a failure and says failed', () => {
    const { state } = play(flowOf([node('a', []), node('b', ['a']), node('c', ['b'])]), {
      ...calm,
      result: () => ({ outcome: 'failed' }),
    });
    assert.deepEqual(
      [...state.nodes.values()].map((each) => each.outcome),
      ['failed', 'skipped', 'skipped'],
    );
    assert.equal(outcomeOf(state), 'failed');
  });

  it('goes on after an abstention and after a condition that said no, and says so', () => {
    const flow = flowOf([node('a', []), node('b', [], { if: 'false' }), node('c', ['a', 'b'])]);
    const { state } = play(flow, {
      ...calm,
      condition: () => false,
      result: (address) => ({ outcome: address.startsWith('a') ? 'abstained' : 'succeeded' }),
    });
    assert.equal(state.nodes.get('c')?.outcome, 'succeeded');
    assert.equal(outcomeOf(state), 'succeeded-with-skips');
  });

  it('asks a condition that speaks of failure even if a need failed', () => {
    const flow = flowOf([node('a', [], { continueOnFail: false }), node('b', ['a'], { if: 'failure()' })]);
    const { state } = play(flow, {
      ...calm,
      result: (address) => ({ outcome: address.startsWith('a') ? 'failed' : 'succeeded' }),
    });
    assert.equal(state.nodes.get('b')?.outcome, 'succeeded');
    assert.equal(outcomeOf(state), 'failed');
  });

  it('retries only named causes, up to the maximum, not before the time', () => {
    const retry = { max: 1, backoffMs: [5, 5] as const, on: ['timeout'] as const };
    let state = startState(flowOf([node('a', [], { retry })]));
    state = evolve(state, { type: 'started', node: 'a', item: null, attempt: 1 });
    const failed = { type: 'ended', node: 'a', item: null, outcome: 'failed', cause: 'timeout' } as const;
    state = evolve(state, { ...failed, attempt: 1, retryAt: 77 });
    assert.deepEqual(next(state), [{ do: 'start', node: 'a', item: null, attempt: 2, notBefore: 77 }]);
    state = evolve(state, { type: 'started', node: 'a', item: null, attempt: 2 });
    assert.throws(() => evolve(state, { ...failed, attempt: 1 }), /not the current attempt/);
    state = evolve(state, { ...failed, attempt: 2 });
    assert.equal(outcomeOf(state), 'failed');
  });

  it('stops model calls, but lets what is there be checked and proposed', () => {
    const flow = flowOf(
      [
        node('mend', [], { forEach: 'xs', maxParallel: 1, body: usesBody }),
        node('suite', ['mend'], { join: 'settled' }),
      ],
      [output('inbox', ['suite'])],
    );
    const { state, events } = play(flow, { ...calm, count: () => 5, stopAt: 4 });
    assert.deepEqual(
      state.nodes.get('mend')?.items.map((item) => item.outcome),
      ['succeeded', 'succeeded', 'skipped', 'skipped', 'skipped'],
    );
    assert.equal(events.filter((event) => event.type === 'settled').length, 1);
    assert.equal(state.nodes.get('suite')?.outcome, 'succeeded');
    assert.equal(state.outputs.get('inbox')?.result, 'done');
    assert.equal(outcomeOf(state), 'succeeded-with-skips');
  });

  it('takes an edit back after the node has ended', () => {
    const { state } = play(flowOf([node('mend', [], { forEach: 'xs' })]), calm);
    assert.equal(outcomeOf(state), 'succeeded');
    evolve(state, { type: 'revised', node: 'mend', item: 1, outcome: 'abstained' });
    assert.equal(outcomeOf(state), 'succeeded-with-skips');
  });

  it('with an empty list succeeds', () => {
    const { state } = play(flowOf([node('mend', [], { forEach: 'xs' }), node('after', ['mend'])]), {
      ...calm,
      count: () => 0,
    });
    assert.equal(outcomeOf(state), 'succeeded');
  });
});

describe('an address', () => {
  it('is read back as it was written', () => {
    assert.deepEqual(parseAddress('mend[2]#1/check.3'), {
      node: 'mend',
      item: 2,
      attempt: 1,
      step: 'check.3',
    });
    assert.deepEqual(parseAddress('/baseline.1f'), {
      node: '',
      item: null,
      attempt: null,
      step: 'baseline.1f',
    });
    assert.throws(() => parseAddress('Not one'), /not an address/);
  });
});
