import { Disposables, explainDiskError, systemClock } from '../common/index.ts';
import { homePaths, type DaemonView } from '../protocol/index.ts';
import { takeDataLock } from '../store/index.ts';
import { Announcer } from './announcer.ts';
import { editorHandlers } from './handlers/editor.ts';
import { queueHandlers } from './handlers/queue.ts';
import { reviewHandlers } from './handlers/review.ts';
import { runHandlers } from './handlers/runs.ts';
import { specHandlers } from './handlers/specs.ts';
import { threadHandlers } from './handlers/threads.ts';
import { FollowUps } from './follow-ups.ts';
import { chooseSocket, makeHome, publishEndpoint, readBuild, takeToken } from './home-files.ts';
import { IdleTimer, watchOwner } from './lifecycle.ts';
import { openLog, type Log } from './log.ts';
import { RunLoop } from './loop.ts';
import { Rooms } from './rooms.ts';
import { Rounds } from './rounds.ts';
import { RpcServer, type Handlers } from './rpc-server.ts';
import { serverView } from './server-view.ts';
import { UnsavedFiles } from './unsaved-files.ts';

export interface DaemonOptions {
  readonly home: string;
  /** The running bundle, beside which `build.json` lies. */
  readonly bundle: string;
  readonly runtimeRoot: string;
  /** The daemon ends when this process is gone. */
  readonly ownerPid?: number;
  readonly idleMs?: number;
}

export interface Daemon {
  /** Begins to end; harmless when it has begun. */
  stop(): void;
  /** Resolves when everything has ended and the lock is free. */
  readonly stopped: Promise<void>;
}

const usualIdleMs = 10 * 60_000;

/**
 * Takes the data folder, puts the rooms together and answers clients until it is stopped, its owner is gone, or there was
 * nothing to do for ten minutes. Throws `UserError` `daemon-running` when another daemon has the folder.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { home } = options;
  const owned = new Disposables();
  const ending = new AbortController();
  try {
    makeHome(home);
    owned.add(await takeDataLock(homePaths(home).lock, { signal: ending.signal }));
    const log = openLog(homePaths(home).logs, new Date());
    const build = readBuild(options.bundle);
    const rooms = owned.add(await Rooms.open({ home, runtimeRoot: options.runtimeRoot, build, log }));
    await rooms.recover(ending.signal);
    const stop = () => ending.abort(new Error('The daemon ends.'));
    const loop = new RunLoop({
      queue: rooms.queue,
      runner: rooms.runner,
      log,
      onChanged: () => idle.touch(),
      onStuck: (run, text) => rpc.notify('progress', { run, stage: text, text }),
    });
    const followUps = owned.add(new FollowUps(rooms));
    const path = chooseSocket(home);
    const rpc = owned.add(
      await RpcServer.listen({
        path,
        token: takeToken(home),
        build,
        handlers: handlersOf(rooms, loop, followUps, log, (replace) => {
          if (!replace) rpc.notify('stopped', {});
          stop();
        }),
        onDefect: (where, error) =>
          log.error({ where, error: error instanceof Error ? error.stack : String(error) }, 'defect'),
        onClients: () => idle.touch(),
      }),
    );
    owned.add(new Announcer(rooms.store, rpc, rooms.runner, () => loop.runs));
    const idle: IdleTimer = owned.add(
      new IdleTimer({
        idleMs: options.idleMs ?? usualIdleMs,
        busy: () => rpc.clients > 0 || loop.runs.length > 0 || rooms.queue.list().length > 0,
        leave: stop,
      }),
    );
    if (options.ownerPid !== undefined) owned.add(watchOwner(options.ownerPid, stop));
    owned.add(new Rounds(systemClock, log, (signal) => rooms.retention.look(signal)));
    owned.add(loop);
    owned.add(publishEndpoint(home, path, build));
    loop.start();
    followUps.settle();
    log.info({ home, version: build.version, path }, 'started');
    return { stop, stopped: untilStopped(ending.signal, owned, log) };
  } catch (error) {
    await owned.dispose();
    throw explainDiskError(error, home);
  }
}

async function untilStopped(signal: AbortSignal, owned: Disposables, log: Log): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  log.info('ending');
  await owned.dispose();
}

function handlersOf(
  rooms: Rooms,
  loop: RunLoop,
  followUps: FollowUps,
  log: Log,
  stop: (replace: boolean) => void,
): Handlers {
  const windows = new UnsavedFiles(rooms.review.editor, (error) =>
    log.error({ error: String(error) }, 'a window could not be let go'),
  );
  return {
    ...specHandlers(rooms),
    ...queueHandlers(rooms),
    ...runHandlers(rooms, loop),
    ...reviewHandlers(rooms, windows),
    ...editorHandlers(rooms, windows),
    ...threadHandlers(rooms, followUps, windows),
    'daemon.status': async (_, signal) => status(rooms, loop, signal),
    'daemon.stop': ({ replace = false }) => {
      log.info('asked to end');
      // The answer goes out first; the connection closes when everything has ended.
      setImmediate(() => stop(replace));
      return {};
    },
    subscribe: (_, __, client) => {
      client.subscribed = true;
      return { seq: rooms.store.lastSeq() };
    },
  };
}

async function status(rooms: Rooms, loop: RunLoop, signal: AbortSignal): Promise<DaemonView> {
  const doing = loop.runs.map((run) => loop.stuck(run) ?? rooms.runner.doing(run)?.text ?? `running ${run}`);
  const waiting = rooms.queue.list().length - loop.runs.length;
  return {
    schema: 'pantheon.daemon/1',
    state: 'running',
    pid: process.pid,
    version: rooms.options.build.version,
    home: rooms.options.home,
    doing: doing.length > 0 ? doing.join('; ') : waiting > 0 ? `waiting for ${waiting} queued` : 'nothing',
    servers: (await rooms.models.servers(signal)).map(serverView),
  };
}
