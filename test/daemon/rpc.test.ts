import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Disposables, UserError } from '../../src/common/index.ts';
import { homePaths, PROTOCOL_VERSION, type QueueView } from '../../src/protocol/index.ts';
import { ConnectionLost, DaemonConnection } from '../../src/client/index.ts';
import { chooseSocket, publishEndpoint, takeToken } from '../../src/daemon/home-files.ts';
import { RpcServer, type Handlers } from '../../src/daemon/rpc-server.ts';

const build = { version: '0.0.1', hash: 'abc', builtAt: 1 };
const queue: QueueView = { schema: 'pantheon.queue/1', paused: false, items: [] };

describe('the protocol between client and daemon', () => {
  let owned: Disposables;
  let home: string;
  let signal: AbortSignal;

  beforeEach(() => {
    owned = new Disposables();
    home = mkdtempSync(join(tmpdir(), 'pantheon-rpc-'));
    owned.defer(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(homePaths(home).daemon, { recursive: true });
    signal = AbortSignal.timeout(20_000);
  });
  afterEach(() => owned.dispose());

  async function serve(
    handlers: Partial<Handlers>,
    onDefect: (where: string, error: unknown) => void = (_, error) => assert.fail(String(error)),
  ) {
    const path = chooseSocket(home);
    const server = await RpcServer.listen({
      path,
      token: takeToken(home),
      build,
      handlers: handlers as Handlers,
      onDefect,
      onClients: () => {},
    });
    owned.add(server);
    owned.add(publishEndpoint(home, path, build));
    return server;
  }
  async function connect(): Promise<DaemonConnection> {
    const connection = await DaemonConnection.open({ home, client: 'test', version: '0' }, signal);
    assert.ok(connection);
    return owned.add(connection);
  }

  it('answers a request and says hello with its build', async () => {
    await serve({ 'queue.list': () => queue });
    const client = await connect();
    assert.deepEqual(client.hello, { protocol: PROTOCOL_VERSION, build, pid: process.pid });
    assert.deepEqual(await client.call('queue.list', {}, signal), queue);
  });

  it('gives a person’s error through with its code, remedy and exit code', async () => {
    await serve({
      'queue.list': () => {
        throw new UserError('no-git', 'There is no git.', 'Install git.', { exitCode: 1 });
      },
    });
    const client = await connect();
    await assert.rejects(client.call('queue.list', {}, signal), (error) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual(
        [error.code, error.message, error.remedy, error.exitCode],
        ['no-git', 'There is no git.', 'Install git.', 1],
      );
      return true;
    });
  });

  it('reports a defect without ending', async () => {
    const defects: string[] = [];
    await serve(
      {
        'queue.list': () => {
          throw new TypeError('undefined is not a function');
        },
        'daemon.stop': () => ({}),
      },
      (where) => defects.push(where),
    );
    const client = await connect();
    await assert.rejects(client.call('queue.list', {}, signal), /queue\.list/);
    assert.deepEqual(defects, ['queue.list']);
    assert.deepEqual(await client.call('daemon.stop', { commandId: '12345678' }, signal), {});
  });

  it('does a mutation once, however often its command is sent', async () => {
    let done = 0;
    await serve({ 'queue.pause': () => ((done += 1), queue) });
    const [first, second] = [await connect(), await connect()];
    const params = { commandId: 'the-same-one' };
    await Promise.all([
      first.call('queue.pause', params, signal),
      second.call('queue.pause', params, signal),
    ]);
    await first.call('queue.pause', params, signal);
    assert.equal(done, 1);
    await first.call('queue.pause', { commandId: 'another-one' }, signal);
    assert.equal(done, 2);
  });

  it('lets a failed mutation be tried again', async () => {
    let tries = 0;
    await serve({
      'queue.pause': () => {
        tries += 1;
        if (tries === 1) throw new UserError('disk-full', 'The disk is full.', 'Free some space.');
        return queue;
      },
    });
    const client = await connect();
    await assert.rejects(client.call('queue.pause', { commandId: 'once-more' }, signal), /disk is full/);
    assert.deepEqual(await client.call('queue.pause', { commandId: 'once-more' }, signal), queue);
  });

  it('refuses bad parameters with the place that is bad', async () => {
    await serve({ 'queue.move': () => queue });
    const client = await connect();
    const bad = { commandId: '12345678', item: 'q1', priority: 'high' } as never;
    await assert.rejects(client.call('queue.move', bad, signal), /priority/);
  });

  it('refuses a wrong token and closes', async () => {
    await serve({ 'queue.list': () => queue });
    writeFileSync(homePaths(home).token, 'f'.repeat(64));
    await assert.rejects(
      DaemonConnection.open({ home, client: 'test', version: '0' }, signal),
      /does not know this client/,
    );
  });

  it('closes on who sends something else than the protocol', async () => {
    await serve({});
    const socket = createConnection(chooseSocket(home));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.write('Content-Length: 31\r\n\r\n{"jsonrpc":"2.0","id":1,"method');
    socket.end();
    await closed;
    const client = await connect();
    assert.equal(client.isClosed, false);
  });

  it('passes cancellation on to the work', async () => {
    let aborted: (() => void) | undefined;
    const sawAbort = new Promise<void>((resolve) => (aborted = resolve));
    await serve({
      'runs.wait': (_, work) =>
        new Promise((_resolve, reject) => {
          work.addEventListener('abort', () => {
            aborted?.();
            reject(work.reason as Error);
          });
        }),
    });
    const client = await connect();
    const cancel = new AbortController();
    const waiting = client.call('runs.wait', { run: 'r1' }, cancel.signal);
    await client.call('runs.wait', { run: 'r1' }, AbortSignal.timeout(50)).catch(() => {});
    cancel.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await sawAbort;
  });

  it('tells subscribers, and only them', async () => {
    const server = await serve({
      'queue.list': () => queue,
      subscribe: (_, __, client) => {
        client.subscribed = true;
        return { seq: 7 };
      },
    });
    const [listener, other] = [await connect(), await connect()];
    const heard: unknown[] = [];
    other.on('changed', () => assert.fail('not subscribed'));
    const got = new Promise<void>((resolve) => {
      listener.on('changed', (value) => {
        heard.push(value);
        resolve();
      });
    });
    assert.deepEqual(await listener.call('subscribe', {}, signal), { seq: 7 });
    server.notify('changed', { seq: 8, views: ['inbox'] });
    await got;
    await other.call('queue.list', {}, signal);
    assert.deepEqual(heard, [{ seq: 8, views: ['inbox'] }]);
  });

  it('says that the daemon went away in the middle of a request', async () => {
    const server = await serve({ 'runs.wait': () => new Promise(() => {}) });
    const client = await connect();
    const waiting = client.call('runs.wait', { run: 'r1' }, signal);
    waiting.catch(() => {});
    await server.dispose();
    await assert.rejects(waiting, ConnectionLost);
  });

  it('takes over a stale socket and finds no daemon behind one', async () => {
    const path = chooseSocket(home);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    takeToken(home);
    owned.add(publishEndpoint(home, path, build));
    assert.equal(await DaemonConnection.open({ home, client: 'test', version: '0' }, signal), undefined);
    await serve({ 'queue.list': () => queue });
    await connect();
  });
});
