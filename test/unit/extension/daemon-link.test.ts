import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { LogOutputChannel } from 'vscode';

import { Disposables, UserError } from '../../../src/common/index.ts';
import { chooseSocket, publishEndpoint, takeToken } from '../../../src/daemon/home-files.ts';
import { RpcServer, type Handlers } from '../../../src/daemon/rpc-server.ts';
import type { DaemonLink } from '../../../src/extension/daemon-link.ts';
import { homePaths } from '../../../src/protocol/index.ts';
import { stage } from '../../support/fake-vscode.ts';

const build = { version: '0.0.1', hash: 'abc', builtAt: 1 };

describe('the line to the background runner', () => {
  let Link: typeof DaemonLink;
  let owned: Disposables;
  let home: string;
  let link: DaemonLink;
  let runners = 0;

  before(async () => {
    ({ DaemonLink: Link } = await import('../../../src/extension/daemon-link.ts'));
  });
  beforeEach(() => {
    stage.reset();
    owned = new Disposables();
    home = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-link-')));
    owned.defer(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(homePaths(home).daemon, { recursive: true });
    mkdirSync(join(home, 'dist'));
    writeFileSync(join(home, 'dist', 'build.json'), JSON.stringify(build));
    const log = { info: () => {}, warn: () => {} } as unknown as LogOutputChannel;
    link = new Link({ home, installationRoot: home, version: '0', log });
    owned.defer(() => link.dispose());
  });
  afterEach(() => owned.dispose());

  /** Another runner, which is now the one that is named; `subscribe` is asked before a client's subscription is answered. */
  async function runner(subscribe: () => Promise<void> = () => Promise.resolve()) {
    const path = `${chooseSocket(home)}-${(runners += 1)}`;
    const clients = new Counted();
    const server = await RpcServer.listen({
      path,
      token: takeToken(home),
      build,
      handlers: { subscribe: () => subscribe().then(() => ({ seq: 0 })) } as unknown as Handlers,
      onDefect: (_, error) => assert.fail(String(error)),
      onClients: (count) => clients.set(count),
    });
    owned.defer(() => server.dispose());
    const endpoint = publishEndpoint(home, path, build);
    owned.defer(() => endpoint.dispose());
    return { server, endpoint, clients };
  }

  const until = (state: DaemonLink['state']) =>
    new Promise<void>((resolve) => {
      if (link.state === state) return resolve();
      const listener = link.onDidChangeState((now) => {
        if (now !== state) return;
        listener.dispose();
        resolve();
      });
    });

  it('is one, when the endpoint is seen while a runner is started', async () => {
    const both = Promise.withResolvers<void>();
    let asked = 0;
    const { clients } = await runner(() => {
      asked += 1;
      if (asked === 2) both.resolve();
      return both.promise;
    });
    const started = link.start();
    link.watch();
    await Promise.all([started, until('ready')]);
    await clients.until(1);
    assert.equal(link.state, 'ready');
  });

  it('closes a connection that could not subscribe', async () => {
    const { clients } = await runner(() => Promise.reject(new UserError('full', 'No room.', 'Make room.')));
    await assert.rejects(link.start(), /No room/);
    await clients.until(0);
    assert.equal(link.state, 'away');
  });

  it('is told to be away after every loss, also when the runner ended too often before', async () => {
    const gaveUp: unknown[] = [];
    link.onDidGiveUp((error) => gaveUp.push(error));
    let { server, endpoint } = await runner();
    link.watch();
    await until('ready');
    for (let ends = 0; ends < 3; ends += 1) {
      const next = await runner();
      const returning = until('returning');
      await server.dispose();
      await returning;
      await until('ready');
      ({ server, endpoint } = next);
    }
    // It ends as it was asked to, and then one is named that does not answer.
    await endpoint.dispose();
    const away = until('away');
    await server.dispose();
    await away;
    const givingUp = new Promise((resolve) => link.onDidGiveUp(resolve));
    owned.add(publishEndpoint(home, `${chooseSocket(home)}-none`, build));
    stage.files.fire();
    await givingUp;
    assert.equal(gaveUp.length, 1);
    assert.equal(await link.returned(), false);

    ({ server, endpoint } = await runner());
    await link.start();
    assert.equal(link.state, 'ready');
    await endpoint.dispose();
    const awayAgain = until('away');
    await server.dispose();
    await awayAgain;
  });
});

/** A number that can be waited for. */
class Counted {
  #count = 0;
  #waiting: (() => void)[] = [];

  set(count: number): void {
    this.#count = count;
    for (const look of this.#waiting.splice(0)) look();
  }

  /** Resolves as soon as the number is this one. */
  async until(count: number): Promise<void> {
    while (this.#count !== count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
