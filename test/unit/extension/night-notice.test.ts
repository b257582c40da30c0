import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Host } from '../../../src/extension/host.ts';
import type { LiveTree } from '../../../src/extension/views/live-tree.ts';
import type { createNightNotice } from '../../../src/extension/views/night-notice.ts';
import type { QueueRow } from '../../../src/extension/views/runs.ts';
import type { ParamsOf, QueueItemView, RunView } from '../../../src/protocol/index.ts';
import { EventEmitter, stage, Uri, workspace } from '../../support/fake-vscode.ts';

const toldKey = 'night.toldUntil';

describe('the message after a night', () => {
  let create: typeof createNightNotice;
  let folder: string;
  let projects: readonly string[];
  let notice: { dispose(): void };
  let loaded: EventEmitter<readonly QueueRow[]>;
  /** What the runner answers. */
  let items: readonly QueueItemView[];
  let reports: Readonly<Record<string, { readonly mended: number; readonly abstained: number }>>;
  let away: boolean;
  let asked: ParamsOf<'report.get'>[];
  /** What happened, in order. */
  let happened: string[];
  let stored: Map<string, unknown>;
  let holdReports: Promise<void>;

  before(async () => {
    ({ createNightNotice: create } = await import('../../../src/extension/views/night-notice.ts'));
  });
  beforeEach(() => {
    stage.reset();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pantheon-night-')));
    projects = ['one', 'two'].map((name) => join(folder, name));
    for (const project of projects) mkdirSync(join(project, '.pantheon'), { recursive: true });
    workspace.workspaceFolders = projects.map((project) => ({ uri: Uri.file(project) }));
    loaded = new EventEmitter();
    [items, reports, away, asked, happened, stored] = [[], {}, false, [], [], new Map()];
    holdReports = Promise.resolve();
    stage.onSaid = () => happened.push('said');
    notice = start();
  });
  afterEach(() => {
    notice.dispose();
    rmSync(folder, { recursive: true });
  });

  const answers: Readonly<Record<string, (params: never) => unknown>> = {
    'queue.list': () => ({ items }),
    'inbox.list': () => ({ proposals: [{ id: 'p1', state: 'open' }] }),
    'report.get': async (params: ParamsOf<'report.get'>) => {
      asked.push(params);
      await holdReports;
      if (away) throw new Error('it went away');
      return reports[params.workspace ?? ''] ?? { mended: 0, abstained: 0 };
    },
  };

  function start() {
    const host = {
      context: {
        workspaceState: {
          get: (key: string) => stored.get(key),
          update: (key: string, value: unknown) => {
            happened.push('stored');
            stored.set(key, value);
            return Promise.resolve();
          },
        },
      },
      link: {
        ask: async (method: string, params: never) => {
          await Promise.resolve();
          return await answers[method]?.(params);
        },
      },
      log: { warn: (text: string) => happened.push(`warned: ${text}`) },
    } as unknown as Host;
    return create(host, { onDidLoad: loaded.event } as unknown as LiveTree<QueueRow>);
  }

  let ends = 0;
  function run(more: Partial<RunView> = {}): QueueRow {
    ends += 1;
    const endedAt = new Date(Date.now() + ends * 1_000).toISOString();
    const view: Partial<RunView> = {
      id: `r${ends}`,
      workspace: projects[0] ?? '',
      priority: 'night',
      state: 'finished',
      outcome: 'succeeded',
      startedAt: '2026-11-24T22:00:00.000Z',
      endedAt,
      proposals: [],
      ...more,
    };
    return { kind: 'run', run: view as RunView };
  }
  const waiting = (more: Partial<QueueItemView> = {}): QueueItemView => ({
    id: 'q',
    flow: 'f',
    workspace: projects[0] ?? '',
    priority: 0,
    state: 'waiting',
    ...more,
  });
  /** Gives the rows to the notice and waits until it has done what it does with them. */
  async function load(...rows: readonly QueueRow[]): Promise<void> {
    loaded.fire(rows);
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('waits while an item that was queued for the night only waits for its place', async () => {
    items = [waiting({ next: 'now' })];
    const rows = [run(), run()];
    await load(...rows);
    // Taken out of the queue, and its run has not begun yet.
    items = [waiting({ state: 'running' })];
    await load(...rows);
    await load(run({ state: 'running' }), ...rows);
    assert.deepEqual(stage.said, []);
    items = [];
    await load(run(), ...rows);
    assert.equal(stage.said.length, 1);
  });

  it('does not wait for a time, a person, another project, or what has nothing to do with the night', async () => {
    items = [
      waiting({ next: 'later', window: '22:00-07:00' }),
      waiting({ next: 'later', state: 'paused' }),
      waiting({ next: 'now', workspace: '/elsewhere' }),
      waiting(),
    ];
    await load(run());
    assert.equal(stage.said.length, 1);
  });

  it('counts what was done in every open project that had a run', async () => {
    const [one = '', two = ''] = projects;
    reports = { [one]: { mended: 1, abstained: 2 }, [two]: { mended: 3, abstained: 4 } };
    await load(
      run({ startedAt: '2026-11-24T23:00:00.000Z', proposals: ['p1'] }),
      run(),
      run({ workspace: two, startedAt: '2026-11-25T01:00:00.000Z', outcome: 'failed' }),
    );
    assert.deepEqual(stage.said, [
      'The night is over: 4 mended, 6 tried and not mended; 1 proposal in the inbox. 1 run failed.',
    ]);
    assert.deepEqual(asked, [
      { workspace: one, since: '2026-11-24T22:00:00.000Z' },
      { workspace: two, since: '2026-11-25T01:00:00.000Z' },
    ]);
  });

  it('asks nothing about a project without a run in the night', async () => {
    await load(run(), run({ workspace: projects[1] ?? '', priority: 'interactive' }));
    assert.deepEqual(
      asked.map((params) => params.workspace),
      [projects[0]],
    );
  });

  it('is kept as told only after it was, and comes later if it could not', async () => {
    const row = run();
    away = true;
    await load(row);
    assert.deepEqual(stage.said, []);
    assert.equal(happened.filter((what) => /^warned: .*it went away/.test(what)).length, 1, String(happened));
    away = false;
    happened = [];
    await load(row);
    assert.deepEqual(happened, ['said', 'stored']);
    assert.equal(stored.get(toldKey), row.kind === 'run' ? row.run.endedAt : undefined);
  });

  it('comes once, however often the rows are loaded meanwhile, and in the next window not again', async () => {
    const rows = [run()];
    const held = Promise.withResolvers<void>();
    holdReports = held.promise;
    await load(...rows);
    await load(...rows);
    held.resolve();
    await load(...rows);
    assert.equal(stage.said.length, 1);
    notice.dispose();
    notice = start();
    await load(...rows);
    assert.equal(stage.said.length, 1);
    await load(run(), ...rows);
    assert.equal(stage.said.length, 2);
  });

  it('comes in the next window, also when this one was closed during its first night', async () => {
    await load(run({ state: 'running' }));
    notice.dispose();
    const endedAt = Date.now() + 1;
    const ended = run({ endedAt: new Date(endedAt).toISOString() });
    while (Date.now() <= endedAt) await new Promise((resolve) => setImmediate(resolve));
    notice = start();
    await load(ended);
    assert.equal(stage.said.length, 1);
  });
});
