import type { Disposable } from '../common/index.ts';
import type { InboxView, ProposalView } from '../protocol/index.ts';
import type { Threads } from './threads/types.ts';
import type { DecideInput, DecideResult, EditorReview, ProposalInput } from './types.ts';

/** Proposals, decisions and their writes. Rows and events live in the store; the workspace is written only by decisions. */
export interface Review extends Disposable {
  readonly editor: EditorReview;
  readonly threads: Threads;
  propose(input: ProposalInput): Promise<string>;
  /** The id of the proposal with this key, if it was made. */
  findByKey(key: string): string | undefined;
  inbox(workspaceRoot?: string): InboxView;
  proposal(id: string): ProposalView | undefined;
  /** Accept writes the hunk to the workspace (intent, atomic replace, receipt); reject writes nothing unless the hunk's text is in the file. */
  decide(input: DecideInput, signal: AbortSignal): Promise<DecideResult>;
  /** A unified diff of the undecided hunks, for `review --patch`. */
  patch(proposal: string): string;
  /** Both sides of each file as they were proposed, for looking first; `null` where a file does not exist or its content was erased. */
  texts(proposal: string): readonly {
    readonly path: string;
    readonly base: Uint8Array | null;
    readonly proposed: Uint8Array | null;
  }[];
  /** Finishes or refuses writes that a crash interrupted; called once at start, before anything else. */
  recover(signal: AbortSignal): Promise<void>;
  /** Open hunks' text that is in the workspace now, reversed, for base trees. */
  overlay(workspaceRoot: string): Promise<readonly { readonly path: string; readonly content: Uint8Array }[]>;
}
