import { UserError } from '../../common/index.ts';
import type { EventView, ParamsOf, RunView } from '../../protocol/index.ts';
import { buildReport } from '../../report/index.ts';
import { RUN_STREAM } from '../../runner/index.ts';
import type { RunLoop } from '../loop.ts';
import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import { queuedRun } from './queued-run.ts';
import { tryHere } from './try.ts';

type RunHandlers = Pick<
  Handlers,
  | 'runs.list'
  | 'runs.show'
  | 'runs.wait'
  | 'runs.cancel'
  | 'runs.trace'
  | 'runs.events'
  | 'report.get'
  | 'try'
>;

const usualReportMs = 24 * 3_600_000;
const eventsAtOnce = 500;

/** Requests about runs and what they left. */
export function runHandlers(rooms: Rooms, loop: RunLoop): RunHandlers {
  return {
    'runs.list': (params) => ({ schema: 'pantheon.runs/1', runs: listRuns(rooms, params) }),
    'runs.show': ({ run }) => find(rooms, run),
    'runs.wait': ({ run }, signal) => wait(rooms, run, signal),
    'runs.cancel': ({ run, commandId }) => cancel(rooms, loop, run, commandId),
    'runs.trace': ({ run }) => {
      find(rooms, run);
      return (
        rooms.runner.trace(run) ?? {
          address: run,
          kind: 'run',
          startedAt: null,
          durationMs: null,
          children: [],
        }
      );
    },
    'runs.events': ({ run, after }) => {
      find(rooms, run);
      return { events: eventsAfter(rooms, run, after) };
    },
    'report.get': ({ since, workspace }) => {
      const to = new Date();
      const from = since === undefined ? new Date(to.getTime() - usualReportMs) : new Date(since);
      const root = workspace === undefined ? undefined : rooms.realRoot(workspace);
      const runs = rooms.runner
        .list({ limit: 1000, ...(root === undefined ? {} : { workspaceRoot: root }) })
        .filter((run) => run.startedAt !== null && (run.endedAt ?? to.toISOString()) >= from.toISOString())
        .toReversed();
      const { runner } = rooms;
      return buildReport(
        { runs, items: (run) => runner.reportItems(run), notes: (run) => runner.notes(run) },
        from.toISOString(),
        to.toISOString(),
      );
    },
    try: (params, signal) => tryHere(rooms, params, signal),
  };
}

function eventsAfter(rooms: Rooms, run: string, after: number): EventView[] {
  return rooms.store
    .readStream(RUN_STREAM + run, after)
    .slice(0, eventsAtOnce)
    .map(({ seq, streamVersion, at, actor, type, v, address, body }) => ({
      schema: 'pantheon.event/1',
      run,
      seq,
      number: streamVersion,
      at: new Date(at).toISOString(),
      actor,
      type,
      v,
      ...(address === undefined ? {} : { address }),
      body,
    }));
}

function listRuns(rooms: Rooms, { workspace, states, limit = 20 }: ParamsOf<'runs.list'>): RunView[] {
  const root = workspace === undefined ? undefined : rooms.realRoot(workspace);
  const isAsked = (state: RunView['state']) => states === undefined || states.includes(state);
  const [running, finished] = [isAsked('running'), isAsked('finished')];
  const begun =
    running || finished
      ? rooms.runner.list({
          limit,
          ...(root === undefined ? {} : { workspaceRoot: root }),
          ...(running === finished ? {} : { finished }),
        })
      : [];
  const waiting = isAsked('queued')
    ? rooms.queue
        .list()
        // What comes again and again is no run before its time: the queue lists it.
        .filter(({ cron }) => cron === null)
        .filter(({ workspace: of }) => root === undefined || of === root)
        // Only what was claimed can have begun; the others need no look at the runs.
        .filter(({ state, run }) => state === 'waiting' || rooms.runner.view(run) === undefined)
        .map(({ run, flow, workspace: of }) => queuedRun(run, flow, of))
    : [];
  return [...waiting, ...begun].slice(0, limit);
}

function find(rooms: Rooms, run: string): RunView {
  const begun = rooms.runner.view(run);
  if (begun !== undefined) return begun;
  const item = rooms.queue.list().find((candidate) => candidate.run === run || candidate.currentRun === run);
  if (item !== undefined) return queuedRun(run, item.flow, item.workspace);
  throw new UserError('no-such-run', `There is no run ${run}.`, '`pantheon runs` lists them.', {
    exitCode: 2,
  });
}

/** Settles when the run is finished; rejects when its queue item was taken out before it began. */
async function wait(rooms: Rooms, run: string, signal: AbortSignal): Promise<RunView> {
  let look: () => void = () => {};
  const listener = rooms.store.onAppended(() => look());
  const onAbort = () => look();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const changed = new Promise<void>((resolve) => (look = resolve));
      const view = find(rooms, run);
      if (view.state === 'finished') return view;
      await changed;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await listener.dispose();
  }
}

async function cancel(rooms: Rooms, loop: RunLoop, run: string, commandId: string): Promise<RunView> {
  const view = find(rooms, run);
  if (view.state === 'finished') return view;
  if (await loop.cancel(run)) return find(rooms, run);
  const item = rooms.queue.list().find((candidate) => candidate.run === run || candidate.currentRun === run);
  if (item !== undefined && item.cron !== null) {
    throw new UserError(
      'not-a-run',
      `${run} is no run but a plan, which comes again and again.`,
      `\`pantheon queue remove ${item.id}\` ends it; a run of it is cancelled by its own id.`,
      { exitCode: 2 },
    );
  }
  if (item !== undefined) rooms.queue.remove(item.id, { actor: 'person', commandId });
  return {
    ...view,
    state: 'finished',
    outcome: 'cancelled',
    detail: 'Taken out of the queue before it began.',
  };
}
