import type { Json } from '../common/index.ts';
import type { RejectReason } from '../protocol/index.ts';
import type { ContentRef, NewEvent, StoredEvent } from '../store/index.ts';
import type { Remains } from '../text/index.ts';
import type { DecisionWay } from './types.ts';

/** Stream of one proposal: what was proposed, shown and decided. */
export function proposalStream(id: string): string {
  return `review/${id}`;
}

/** Stream of one file under review: its open hunks and the text last seen. */
export const FILES_STREAM = 'review-files';

export interface Made {
  readonly id: string;
  readonly key: string;
  readonly run: string;
  readonly flow: string;
  readonly workspaceId: string;
  readonly root: string;
  /** `ProposalRecord` as JSON. */
  readonly record: ContentRef;
  /** `places`: addresses in the run whose edits the hunk holds; proposals of earlier versions do not say. */
  readonly hunks: readonly {
    readonly id: string;
    readonly path: string;
    readonly places?: readonly string[];
  }[];
  readonly findings: readonly { readonly id: string; readonly path: string; readonly agent?: string }[];
}

/** A decision of one hunk, with what learning needs to know later. */
export interface HunkDecided {
  readonly hunk: string;
  readonly to: 'accepted' | 'accepted-edited' | 'rejected';
  readonly way: DecisionWay;
  /** Place among the undecided hunks of the inbox when it was decided, 0-based. */
  readonly rank: number | null;
  readonly reason: RejectReason | null;
  readonly words: ContentRef | null;
  /** Commit that the workspace's HEAD named, if it is a repository with one. */
  readonly head: string | null;
  readonly base: ContentRef | null;
  readonly proposed: ContentRef | null;
  /** The file after the decision. */
  readonly resulting: ContentRef | null;
  readonly root: string;
  readonly path: string;
  readonly commandId: string;
}

/** One file of an effect: hashes (SHA-256) of its bytes, `null` where it does not exist. */
export interface WriteStep {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly content: ContentRef | null;
}

export interface Intended {
  readonly intent: string;
  readonly proposal: string;
  readonly root: string;
  /** Who changes the text: the daemon writes bytes; the window that owns an unsaved file edits it. */
  readonly by: 'daemon' | 'window';
  readonly steps: readonly WriteStep[];
  /** What the receipt will say. */
  readonly receipt: readonly ReviewEvent[];
  readonly hunks: readonly string[];
  /** The command that the receipt answers: repeating it has no second effect. */
  readonly commandId?: string;
}

export type ReviewEvent =
  | { readonly type: 'proposal.made'; readonly body: Made }
  | { readonly type: 'proposal.superseded'; readonly body: { readonly id: string; readonly by: string } }
  | { readonly type: 'write.intended'; readonly body: Intended }
  | { readonly type: 'write.done'; readonly body: { readonly intent: string } }
  | {
      readonly type: 'write.failed';
      readonly body: {
        readonly intent: string;
        readonly conflict: boolean;
        readonly hunks: readonly string[];
        readonly problem: string;
      };
    }
  | { readonly type: 'hunk.decided'; readonly body: HunkDecided }
  | {
      readonly type: 'hunk.turned';
      readonly body: {
        readonly hunk: string;
        readonly to: 'waiting' | 'open' | 'withdrawn' | 'conflicted' | 'committed-undecided';
        readonly undoes?: boolean;
      };
    }
  | {
      /** What was found of an accepted hunk later. */
      readonly type: 'hunk.looked-up';
      readonly body: {
        readonly hunk: string;
        readonly when: 'commit' | 'day' | 'week';
        readonly remains: Remains;
      };
    }
  | {
      readonly type: 'file.seen';
      readonly body: {
        readonly root: string;
        readonly path: string;
        readonly state: ContentRef;
        readonly open: readonly string[];
        readonly unsaved: boolean;
        /** Whether hunks are open in it or may come back by themselves. */
        readonly followed: boolean;
      };
    }
  | {
      readonly type: 'finding.decided';
      readonly body: {
        readonly finding: string;
        readonly to: 'applied' | 'dismissed' | 'resolved' | 'open';
        readonly words: ContentRef | null;
      };
    }
  | {
      readonly type: 'exposed';
      readonly body: {
        readonly what: 'shown' | 'opened' | 'evidence-opened';
        readonly id: string;
        readonly rank: number | null;
      };
    }
  | {
      readonly type: 'decision.answered';
      readonly body: {
        readonly commandId: string;
        readonly decided: readonly string[];
        readonly refused: ContentRef;
      };
    };

/** A stored event of this room; `undefined` for those of others. */
export function readReviewEvent(event: StoredEvent): ReviewEvent | undefined {
  return event.stream.startsWith('review') ? (event as unknown as ReviewEvent) : undefined;
}

/** The event in the store's shape, at the newest version of its body. */
export function stored(event: ReviewEvent): NewEvent {
  return { type: event.type, v: 1, body: event.body as unknown as Json };
}
