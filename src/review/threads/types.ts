import type { ThreadView } from '../../protocol/index.ts';
import type { BufferText, EditorChange, EditorCommand } from '../types.ts';
import type { Lines } from './anchor.ts';
import type { AnswerOutcome } from './events.ts';

export type ThreadDecision = 'apply' | 'dismiss' | 'resolve' | 'reopen';

/** Where a thread is now and what was said there: what an agent needs that is asked about it. */
export interface ThreadPlace extends Lines {
  readonly root: string;
  readonly path: string;
  /** The text of the file in which these lines are. */
  readonly fileText: string;
  /** The agent that spoke there last. */
  readonly agent?: string;
  /** `You: …` and `mender: …`, one paragraph each. */
  readonly conversation: string;
}

/** Conversations about places: every finding has one, and persons begin their own. Paths are relative, with `/`. */
export interface Threads {
  /** Threads of a workspace in the order of files and lines; only of these files, if given. `unsaved` stands for the disk. */
  list(query: {
    readonly workspaceRoot: string;
    readonly paths?: readonly string[];
    readonly unsaved?: readonly BufferText[];
  }): readonly ThreadView[];
  /** @throws UserError `no-such-thread`. */
  view(thread: string, unsaved?: readonly BufferText[]): ThreadView;
  /** The text that a thread was made in; `null` if it was erased. */
  base(thread: string): string | null;
  /** @throws UserError `no-such-lines`, `not-text`, `bad-path`. */
  create(input: {
    /** Absent for a thread about the file as such. */
    readonly lines?: Lines;
    readonly workspaceRoot: string;
    readonly path: string;
    readonly words: string;
    /** The file as it stands in a window that did not save it. */
    readonly text?: string;
    readonly commandId: string;
  }): ThreadView;
  reply(input: { readonly thread: string; readonly words: string; readonly commandId: string }): void;
  /** Apply and dismiss are for findings. Apply of an outdated one is refused. */
  decide(
    input: EditorCommand & {
      readonly thread: string;
      readonly decision: ThreadDecision;
      readonly words?: string;
    },
    signal: AbortSignal,
  ): Promise<EditorChange>;
  /** In the file as it is on the disk, or in `fileText`. @throws UserError `outdated` if the lines are not there. */
  place(thread: string, fileText?: string): ThreadPlace;
  /** Records that an agent was asked. A repeated command gives the run of the first one. */
  ask(input: {
    readonly thread: string;
    readonly run: string;
    readonly agent: string;
    readonly words?: string;
    readonly commandId: string;
  }): { readonly run: string; readonly repeated: boolean };
  /** Records an answer, once for each run. */
  answer(input: {
    readonly run: string;
    readonly words: string;
    readonly outcome: AnswerOutcome;
    readonly proposals: readonly string[];
  }): void;
  /** Resolves threads, each once, an answer of which led to a change that was accepted. */
  resolveAccepted(): void;
  /** Runs whose answers have not come. */
  waiting(): readonly { readonly thread: string; readonly run: string; readonly agent: string }[];
}
