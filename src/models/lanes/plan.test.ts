import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  INTERACTIVE_WAIT_MS,
  planLanes,
  sharedPrefix,
  type Lane,
  type LaneJob,
  type LaneState,
} from './plan.ts';

const job = fc.record({
  model: fc.constantFrom('a', 'b', 'c'),
  numCtx: fc.constantFrom(2048, 4096, 8192),
  priority: fc.constantFrom('interactive' as const, 'night' as const),
  submittedMs: fc.nat(1000),
  prompt: fc.string({ maxLength: 4 }),
});

/** Carries plans out one after the other, each call ending before the next plan; says what was opened and sent. */
function drain(jobs: readonly LaneJob[]): {
  readonly sent: readonly LaneJob[];
  readonly opened: readonly Lane[];
} {
  const opened: Lane[] = [];
  const sent: LaneJob[] = [];
  let state: LaneState = { waiting: jobs, running: [], lane: undefined, lastPrompt: '', parallel: 1 };
  for (;;) {
    const plan = planLanes(state, 1000);
    if (plan.kind !== 'start') return { sent, opened };
    if (plan.switched) opened.push(plan.lane);
    assert.ok(plan.job.model === plan.lane.model && plan.job.numCtx <= plan.lane.numCtx);
    sent.push(plan.job);
    state = {
      ...state,
      waiting: state.waiting.filter((each) => each !== plan.job),
      lane: plan.lane,
      lastPrompt: plan.job.prompt,
    };
  }
}

describe('the plan of lanes', () => {
  const jobs = fc.array(job, { maxLength: 12 }).map((all) => all.map((each, id) => ({ ...each, id })));

  it('sends every call once, interactive ones first, with one lane per model and priority', () => {
    fc.assert(
      fc.property(jobs, (all) => {
        const { sent, opened } = drain(all);
        assert.deepEqual(
          [...sent].sort((a, b) => a.id - b.id),
          all,
        );
        const firstNight = sent.findIndex(({ priority }) => priority === 'night');
        if (firstNight >= 0) assert.ok(sent.slice(firstNight).every(({ priority }) => priority === 'night'));
        const models = (priority: string) =>
          new Set(all.filter((each) => each.priority === priority).map(({ model }) => model)).size;
        assert.ok(opened.length <= models('interactive') + models('night'));
        const night = all.filter(({ priority }) => priority === 'night');
        if (night.length === all.length) assert.equal(opened.length, models('night'));
      }),
    );
  });

  it('never runs calls of two lanes at once', () => {
    fc.assert(
      fc.property(jobs, jobs, fc.integer({ min: 1, max: 4 }), (waiting, others, parallel) => {
        const [first] = others;
        const lane = first === undefined ? undefined : { model: first.model, numCtx: 8192 };
        const running = others.filter(({ model }) => model === lane?.model);
        const plan = planLanes({ waiting, running, lane, lastPrompt: '', parallel }, 1000);
        if (plan.kind === 'start' && running.length > 0) {
          assert.equal(plan.switched, false);
          assert.equal(plan.job.model, lane?.model);
          assert.ok(running.length < parallel);
        }
        if (plan.kind === 'preempt') {
          assert.ok(plan.jobs.length > 0 && plan.jobs.every((each) => each.priority === 'night'));
          assert.ok(waiting.some(({ priority }) => priority === 'interactive'));
        }
      }),
    );
  });

  it('lets an interactive call wait for the lane of others up to its limit, and says when that is', () => {
    const each = { numCtx: 2048, priority: 'interactive', prompt: '' } as const;
    const other: LaneJob = { ...each, id: 1, model: 'b', submittedMs: 0 };
    const same: LaneJob = { ...each, id: 2, model: 'a', submittedMs: 5 };
    const running: LaneJob = { ...each, id: 3, model: 'a', submittedMs: 5 };
    const lane = { model: 'a', numCtx: 2048 };
    const full = { waiting: [other, same], running: [running], lane, lastPrompt: '', parallel: 1 };
    assert.deepEqual(planLanes(full, 10), { kind: 'wait', untilMs: INTERACTIVE_WAIT_MS });
    const free = { ...full, running: [] };
    assert.partialDeepStrictEqual(planLanes(free, 10), { kind: 'start', job: same, switched: false });
    assert.partialDeepStrictEqual(planLanes(free, INTERACTIVE_WAIT_MS), {
      kind: 'start',
      job: other,
      switched: true,
    });
  });

  it('finds the shared beginning of two texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (start, a, b) => {
        const length = sharedPrefix(start + a, start + b);
        assert.ok(length >= start.length);
        assert.equal((start + a).slice(0, length), (start + b).slice(0, length));
      }),
    );
  });
});
