import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { systemClock, type Clock, type Disposable } from '../../src/common/index.ts';
import { createModelService, serverConfigs } from '../../src/models/index.ts';
import { createReview, reviewProjector, threadsProjector, type Review } from '../../src/review/index.ts';
import { createRunner, runnerProjectors, type Runner, type RunRequest } from '../../src/runner/index.ts';
import { learnProjectors } from '../../src/learn/index.ts';
import { loadSpecs, type SpecSet, type SpecSource } from '../../src/spec/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { openWorkspace } from '../../src/workspace/index.ts';

const keeper = {
  node: process.execPath,
  file: fileURLToPath(new URL('../../src/workspace/keeper/main.ts', import.meta.url)),
};

export interface Stage extends Disposable {
  readonly store: Store;
  readonly review: Review;
  readonly runner: Runner;
  readonly problems: readonly string[];
  dispose(): Promise<void>;
}

/** Every real room that a run needs, on one data folder. The caller owns the folders and the model server. */
export function openStage(options: {
  readonly home: string;
  readonly serverUrl: string;
  readonly clock?: Clock;
  readonly sandbox?: 'auto' | 'off';
  /** Instead of what stands in the project's own `.pantheon`. */
  readonly specs?: (root: string) => Promise<SpecSet>;
}): Stage {
  const { home, clock = systemClock, sandbox = 'off' } = options;
  const problems: string[] = [];
  const store = openStore({
    file: join(home, 'data', 'pantheon.db'),
    projectors: [reviewProjector, threadsProjector, ...runnerProjectors, ...learnProjectors],
    upcasters: [],
    now: () => clock.now(),
  });
  const models = createModelService({
    servers: serverConfigs([options.serverUrl], {}),
    clock: systemClock,
    random: () => 0.5,
  });
  const review = createReview({ store, clock });
  const runner = createRunner({
    store,
    clock,
    models,
    review,
    specs: options.specs ?? ((root) => Promise.resolve(specsOf(root))),
    openWorkspace: (root, env, signal) =>
      openWorkspace({ home, root, sandbox, keeper, path: env['PATH'] ?? '' }, signal),
    home,
    epoch: String(process.pid),
    log: (message, error) =>
      problems.push(`${message}: ${error instanceof Error ? error.stack : String(error)}`),
    parallelCommands: 2,
  });
  return {
    store,
    review,
    runner,
    problems,
    dispose: async () => {
      await runner.dispose();
      await models.dispose();
      await review.dispose();
      await store.dispose();
    },
  };
}

export function requestFor(root: string, more: Partial<RunRequest> = {}): RunRequest {
  return {
    id: 'r1',
    flow: 'night',
    inputs: {},
    workspaceRoot: root,
    priority: 'interactive',
    env: { PATH: process.env['PATH'] ?? '' },
    ...more,
  };
}

/** Reads the files of `.pantheon` as the daemon does. */
function specsOf(root: string) {
  const own = join(root, '.pantheon');
  const sources = readdirSync(own, { recursive: true, encoding: 'utf8' })
    .map((name) => join(own, name))
    .filter((path) => statSync(path).isFile() && /\.(agent\.md|flow\.yaml)$|pantheon\.yaml$/.test(path))
    .map((path): SpecSource => ({ path, root: own, origin: 'workspace', text: readFileSync(path, 'utf8') }));
  return loadSpecs(sources, { read: () => undefined });
}
