import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { Disposables, systemClock, UserError, type Disposable } from '../common/index.ts';
import { learnProjectors } from '../learn/index.ts';
import {
  bundledModelFiles,
  createModelService,
  EmbeddedServer,
  serverConfigs,
  type ModelService,
} from '../models/index.ts';
import { homePaths, type BuildInfo } from '../protocol/index.ts';
import {
  createReview,
  Retention,
  retentionProjector,
  reviewProjector,
  threadsProjector,
  type Review,
} from '../review/index.ts';
import { createRunner, RUN_UPCASTERS, runnerProjectors, type Runner } from '../runner/index.ts';
import { Queue, queueProjector } from '../schedule/index.ts';
import type { SpecSet, UserSettings } from '../spec/index.ts';
import { backUpIfDue, openStore, type Store } from '../store/index.ts';
import {
  endSurvivors,
  openWorkspace,
  probeSandbox,
  TrustRecords,
  type Workspace,
} from '../workspace/index.ts';
import type { Log } from './log.ts';
import { readSettings } from './settings.ts';
import { readSpecs } from './spec-files.ts';
import { TrustGate } from './trust-gate.ts';

export interface RoomsOptions {
  readonly home: string;
  /** Folder that holds `dist/`, `agents/` and `node_modules/`. */
  readonly runtimeRoot: string;
  readonly build: BuildInfo;
  readonly log: Log;
}

const usualWindow = '22:00-07:00';

/** Every room of the product, put together for one data folder. */
export class Rooms implements Disposable {
  readonly options: RoomsOptions;
  readonly settings: UserSettings;
  readonly store: Store;
  readonly models: ModelService;
  readonly review: Review;
  readonly retention: Retention;
  readonly runner: Runner;
  readonly queue: Queue;
  readonly trust: TrustGate;
  readonly #owned: Disposables;

  private constructor(
    options: RoomsOptions,
    settings: UserSettings,
    store: Store,
    models: ModelService,
    owned: Disposables,
  ) {
    this.options = options;
    this.settings = settings;
    this.store = store;
    this.models = models;
    this.#owned = owned;
    const { home } = options;
    const epoch = randomBytes(8).toString('hex');
    this.review = owned.add(createReview({ store, clock: systemClock }));
    this.retention = new Retention(store, systemClock);
    this.runner = createRunner({
      store,
      clock: systemClock,
      models,
      review: this.review,
      specs: (workspaceRoot) => this.specs(workspaceRoot),
      openWorkspace: (root, env, signal) => this.openWorkspace(root, env, signal),
      home,
      epoch,
    });
    this.queue = new Queue({ store, clock: systemClock, epoch });
    this.trust = new TrustGate(new TrustRecords(store), () => this.sandbox());
  }

  /** Opens the data and puts the rooms together; ends what an earlier daemon left behind. The caller holds the data lock. */
  static async open(options: RoomsOptions): Promise<Rooms> {
    const { home, runtimeRoot, build, log } = options;
    const owned = new Disposables();
    try {
      const settings = readSettings(home);
      await endSurvivors(home);
      const store = owned.add(
        openStore({
          file: homePaths(home).database,
          projectors: [
            queueProjector,
            reviewProjector,
            retentionProjector,
            threadsProjector,
            ...runnerProjectors,
            ...learnProjectors,
          ],
          upcasters: [...RUN_UPCASTERS],
          onListenerError: (error) => log.error({ error: String(error) }, 'a listener failed'),
        }),
      );
      const embedded = owned.add(
        new EmbeddedServer({
          node: process.execPath,
          entry: join(runtimeRoot, 'dist', 'embedded.mjs'),
          files: await bundledModelFiles(join(runtimeRoot, 'agents')),
          version: build.version,
          clock: systemClock,
          onLog: (line) => log.info({ line }, 'embedded model server'),
        }),
      );
      const models = owned.add(
        createModelService({
          servers: serverConfigs(settings.servers ?? [], { OLLAMA_HOST: process.env['OLLAMA_HOST'] }),
          embedded,
          clock: systemClock,
          random: Math.random,
        }),
      );
      return new Rooms(options, settings, store, models, owned);
    } catch (error) {
      await owned.dispose();
      throw error;
    }
  }

  /** Finishes writes that a crash interrupted and makes the day's backup. Before anything else is done. */
  async recover(signal: AbortSignal): Promise<void> {
    await this.review.recover(signal);
    await backUpIfDue(this.store, { file: homePaths(this.options.home).database }).catch((error: unknown) =>
      this.options.log.error({ error: String(error) }, 'no backup'),
    );
  }

  specs(workspaceRoot: string): Promise<SpecSet> {
    const { home, runtimeRoot } = this.options;
    return readSpecs({ workspaceRoot, home, bundled: join(runtimeRoot, 'agents') });
  }

  /** A workspace's trees, checkouts and checks; who opens it disposes it. */
  async openWorkspace(
    root: string,
    env: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Workspace> {
    const { home, runtimeRoot } = this.options;
    return await openWorkspace(
      {
        home,
        root,
        sandbox: this.settings.sandbox,
        protectedGlobs: (await this.specs(root)).settings.protected,
        keeper: { node: process.execPath, file: join(runtimeRoot, 'dist', 'keeper.mjs') },
        path: env['PATH'] ?? process.env['PATH'] ?? '',
      },
      signal,
    );
  }

  sandbox(): Promise<{ readonly available: boolean; readonly note?: string }> {
    if (this.settings.sandbox === 'off') {
      return Promise.resolve({ available: false, note: 'your settings turn it off' });
    }
    return probeSandbox();
  }

  /** The hours in which queued runs start, if a run names none. The workspace's file can only be asked after the person's own. */
  nightWindow(specs: SpecSet): string {
    return this.settings.night.window ?? specs.settings.night.window ?? usualWindow;
  }

  /** The real path of a workspace that a client names. */
  realRoot(workspace: string): string {
    if (!existsSync(workspace)) {
      throw new UserError('no-such-folder', `There is no folder ${workspace}.`, 'Check --workspace.', {
        exitCode: 2,
      });
    }
    return realpathSync(workspace);
  }

  async dispose(): Promise<void> {
    await this.#owned.dispose();
  }
}
