import type { Disposable, Json } from '../common/index.ts';
import type { RunAnswer } from './answers.ts';
import type { ReportItem, RunView, TraceView } from '../protocol/index.ts';

/** What is handed to the runner when a queue item is claimed, or resumed after a crash. */
export interface RunRequest {
  /** Run id, made when the item was queued. */
  readonly id: string;
  /** Flow name, or `agents/NAME` for an agent alone. */
  readonly flow: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly workspaceRoot: string;
  readonly priority: 'interactive' | 'night';
  /** The client's `PATH` and the other allowed variables, as sent with the run. */
  readonly env: Readonly<Record<string, string>>;
  /** The run answers in this thread: what the agent remarks is said there, what it changes is proposed. */
  readonly thread?: string;
}

/** What happens in a run, in words for a person. */
export interface Doing {
  /** `mend: 3 of 9 done`; changes when something was finished, so that it can be written down line by line. */
  readonly stage: string;
  /** The stage and what is at hand: `mend: 3 of 9 done, sample 4 of src/lists.js lastOf`. */
  readonly text: string;
}

/** Which runs: of one workspace, finished or not, at most so many. */
export interface RunChoice {
  readonly workspaceRoot?: string;
  readonly finished?: boolean;
  readonly limit?: number;
}

/**
 * Drives runs to their end. Owns no queue: the daemon claims items and calls `execute`. Disposing suspends what runs, with
 * nothing recorded: a later `execute` of the same request goes on with it.
 */
export interface Runner extends Disposable {
  /**
   * Runs, or resumes, until an outcome is derived. Never rejects for a failure of the run itself. Aborting cancels the run.
   * Rejects with the `UserError` `disk-full` when nothing can be recorded: asked again, it goes on where it was.
   */
  execute(request: RunRequest, signal: AbortSignal): Promise<RunView>;
  view(run: string): RunView | undefined;
  list(choice: RunChoice): readonly RunView[];
  /** The run as a tree with prompts, answers, evidence, costs. */
  trace(run: string): TraceView | undefined;
  /** What was worked on, place by place, for the morning report. */
  reportItems(run: string): readonly ReportItem[];
  /** What its agents said. */
  answers(run: string): readonly RunAnswer[];
  /** Remarks that a person must know: taken-back edits, flaky tests, a missing sandbox. */
  notes(run: string): readonly string[];
  /** Ids of runs that began and have no outcome, for resuming at start. */
  unfinished(): readonly string[];
  /** Ends a run that is not gone on with, as failed; harmless for one that never began or has ended. */
  giveUp(run: string, detail: string): void;
  /** What happens now; `undefined` while nothing of it runs here. */
  doing(run: string): Doing | undefined;
}
