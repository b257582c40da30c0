import type { Clock } from '../common/index.ts';
import type { ModelService } from '../models/index.ts';
import type { Review } from '../review/index.ts';
import type { SpecSet } from '../spec/index.ts';
import type { Store } from '../store/index.ts';
import type { Workspace } from '../workspace/index.ts';

/** What the composition root hands to the runner. */
export interface RunnerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly models: ModelService;
  /** Agents, flows and settings that count for a workspace, as they are now. */
  specs(workspaceRoot: string): Promise<SpecSet>;
  /** Opens the workspace for one run, which disposes it. `env` is that of the client who asked for the run. */
  openWorkspace(root: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Workspace>;
  readonly review: Pick<Review, 'propose' | 'findByKey' | 'overlay' | 'proposal'>;
  /** `PANTHEON_HOME`, absolute. */
  readonly home: string;
  /** Names this process among all that ever worked on the data folder. */
  readonly epoch: string;
  /** Hears of defects; a person's errors are in the run itself. */
  readonly log?: (message: string, error?: unknown) => void;
  /** Commands that run side by side over all runs (default: one per core). */
  readonly parallelCommands?: number;
}
