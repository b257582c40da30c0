import type { Json } from '../common/index.ts';
import type { ContentRef } from '../store/index.ts';

/** When an item may start. Times are milliseconds since the epoch; windows and cron are in local time. */
export interface When {
  readonly notBeforeMs?: number;
  /** `22:00-07:00`: the hours in which it may start. */
  readonly window?: string;
  /** Five fields; the item then comes back after each run. */
  readonly cron?: string;
}

export interface NewItem extends When {
  readonly id: string;
  /** Id of its run; the runs of a cron item are `RUN.1`, `RUN.2` … */
  readonly run: string;
  readonly flow: string;
  /** Realpath of the workspace: at most one run at a time by default. */
  readonly workspace: string;
  /** Somebody waits for it: it goes before everything else and has a place of its own. */
  readonly interactive: boolean;
  /** Higher first. */
  readonly priority?: number;
  /** What the run needs; opaque here, kept as erasable content of the owner `queue/ID`. */
  readonly job: Json;
}

/** One row of the queue. Finished one-off items have none. */
export interface QueueItem {
  readonly id: string;
  readonly run: string;
  readonly flow: string;
  readonly workspace: string;
  readonly interactive: boolean;
  readonly priority: number;
  /** Order among items of one priority; lower first. */
  readonly position: number;
  readonly state: 'waiting' | 'running';
  readonly paused: boolean;
  readonly notBeforeMs: number | null;
  readonly window: string | null;
  readonly cron: string | null;
  /** Earliest start by `notBeforeMs` or cron, windows aside; 0 if there is none. */
  readonly dueMs: number;
  /** Due time of the occurrence after the running one. */
  readonly nextDueMs: number | null;
  /** The run that is going on: `run`, or that of the occurrence. */
  readonly currentRun: string | null;
  /** How many times it was claimed. */
  readonly occurrence: number;
  /** Daemon start that runs it. */
  readonly epoch: string | null;
  /** Crashes that the running occurrence has been resumed after. */
  readonly resumes: number;
  readonly job: ContentRef;
  /** Version of its stream. */
  readonly version: number;
}

/** An item that this daemon now has to run. */
export interface Claim {
  readonly item: string;
  readonly run: string;
  readonly flow: string;
  readonly workspace: string;
  readonly interactive: boolean;
  readonly job: Json;
  /** True if it ran before and its daemon died: the run continues. */
  readonly resumed: boolean;
}

/** An item whose run ended the daemon too often to be tried again. */
export interface GivenUp {
  readonly item: string;
  readonly run: string;
  /** Why, in a sentence for people. */
  readonly detail: string;
}

export interface Limits {
  /** Queued runs at once. */
  readonly overall: number;
  /** Interactive runs at once, beside the queued ones. */
  readonly interactive: number;
  /** Runs of each kind at once in one workspace. */
  readonly perWorkspace: number;
  /** Crashes of the daemon during one run after which that run is given up. */
  readonly resumes: number;
}

export const DEFAULT_LIMITS: Limits = { overall: 1, interactive: 1, perWorkspace: 1, resumes: 3 };

/** `now`: nothing but a free place is missing; `later`: it waits for a time, a person, or what holds the queue. */
export type Next = 'now' | 'later';

/** A queue item with the words for what it waits for; `undefined` if it runs or starts now. */
export interface ListedItem extends QueueItem {
  readonly waitingFor: string | undefined;
  /** `undefined` if it runs, or somebody waits for it. */
  readonly next: Next | undefined;
}
