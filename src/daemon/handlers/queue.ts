import { UserError, type Json } from '../../common/index.ts';
import type { ParamsOf, QueueItemView, QueueView, ResultOf, RunView } from '../../protocol/index.ts';
import type { ListedItem, When } from '../../schedule/index.ts';
import type { Job } from '../loop.ts';
import { newId } from '../new-id.ts';
import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import { queuedRun } from './queued-run.ts';

type QueueHandlers = Pick<
  Handlers,
  'run.start' | 'queue.list' | 'queue.move' | 'queue.remove' | 'queue.pause' | 'queue.resume'
>;

/** Requests about what waits. */
export function queueHandlers(rooms: Rooms): QueueHandlers {
  const { queue } = rooms;
  const by = (commandId: string) => ({ actor: 'person', commandId });
  const view = () => queueView(rooms);
  return {
    'run.start': (params) => start(rooms, params),
    'queue.list': view,
    'queue.move': ({ item, priority, commandId }) => (queue.move(item, { priority }, by(commandId)), view()),
    'queue.remove': ({ item, commandId }) => (queue.remove(item, by(commandId)), view()),
    'queue.pause': ({ item, commandId }) => (queue.pause(item, by(commandId)), view()),
    'queue.resume': ({ item, commandId }) => (queue.resume(item, by(commandId)), view()),
  };
}

async function start(rooms: Rooms, params: ParamsOf<'run.start'>): Promise<ResultOf<'run.start'>> {
  const workspace = rooms.realRoot(params.workspace);
  const specs = await rooms.specs(workspace);
  const agent = /^agents\/(.+)$/.exec(params.flow)?.[1];
  const known = agent === undefined ? specs.flows.has(params.flow) : specs.agents.has(agent);
  if (!known) throw unknownFlow(params.flow, [...specs.flows.keys()], specs.diagnostics);
  rooms.trust.require(workspace, specs);
  const job: Job = { inputs: params.inputs as Readonly<Record<string, Json>>, env: params.env };
  const interactive = params.priority === 'interactive';
  // Who names a time means that time, not the night after it.
  const hasOwnTime = params.when?.notBefore !== undefined || params.when?.cron !== undefined;
  const window = params.when?.window ?? (interactive || hasOwnTime ? undefined : rooms.nightWindow(specs));
  const when: When = {
    ...(params.when?.notBefore === undefined ? {} : { notBeforeMs: Date.parse(params.when.notBefore) }),
    ...(window === undefined ? {} : { window }),
    ...(params.when?.cron === undefined ? {} : { cron: params.when.cron }),
  };
  const added = rooms.queue.add(
    {
      id: newId('q'),
      run: newId('r'),
      flow: params.flow,
      workspace,
      interactive,
      priority: params.rank ?? 0,
      job: job as unknown as Json,
      ...when,
    },
    { actor: 'person', commandId: params.commandId },
  );
  const item = rooms.queue.list().find(({ id }) => id === added.id);
  const run: RunView = rooms.runner.view(added.run) ?? queuedRun(added.run, params.flow, workspace);
  return { item: item === undefined ? gone(added.id, params.flow, workspace) : itemView(item), run };
}

/** The item of a repeated command whose run is over already. */
function gone(id: string, flow: string, workspace: string): QueueItemView {
  return { id, flow, workspace, priority: 0, state: 'running' };
}

function unknownFlow(
  name: string,
  flows: readonly string[],
  diagnostics: readonly { readonly path: string; readonly severity: string; readonly message: string }[],
): UserError {
  const short = name.replace(/^agents\//, '');
  const broken = diagnostics.find(
    ({ path, severity }) => severity === 'error' && path.includes(`/${short}.`),
  );
  return broken === undefined
    ? new UserError(
        'no-such-flow',
        `There is no ${name.startsWith('agents/') ? 'agent' : 'flow'} ${short}.`,
        `Flows here: ${flows.join(', ')}.`,
        { exitCode: 2 },
      )
    : new UserError(
        'flow-broken',
        `${short} has errors: ${broken.message}`,
        '`pantheon validate` lists them with their places.',
        { exitCode: 1 },
      );
}

/** The queue for clients. */
export function queueView({ queue }: Rooms): QueueView {
  return { schema: 'pantheon.queue/1', paused: queue.paused, items: queue.list().map(itemView) };
}

function itemView(item: ListedItem): QueueItemView {
  return {
    id: item.id,
    flow: item.flow,
    workspace: item.workspace,
    priority: item.priority,
    state: item.state === 'running' ? 'running' : item.paused ? 'paused' : 'waiting',
    run: item.currentRun ?? item.run,
    ...(item.notBeforeMs === null ? {} : { notBefore: new Date(item.notBeforeMs).toISOString() }),
    ...(item.window === null ? {} : { window: item.window }),
    ...(item.cron === null ? {} : { cron: item.cron }),
    ...(item.waitingFor === undefined ? {} : { waitingFor: item.waitingFor }),
    ...(item.next === undefined ? {} : { next: item.next }),
  };
}
