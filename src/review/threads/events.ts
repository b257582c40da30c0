import type { Json } from '../../common/index.ts';
import type { ContentRef, NewEvent } from '../../store/index.ts';

/** Stream of one thread: of a person's by its own id, of a finding's by that of the finding. */
export function threadStream(id: string): string {
  return `thread/${id}`;
}

/** How a follow-up ended: an answer, or why there is none. */
export type AnswerOutcome = 'answered' | 'failed';

/** What happens to a thread, all in version 1. Words, code and places in it stand in content. */
export type ThreadEvent =
  | {
      readonly type: 'thread.made';
      readonly body: {
        readonly id: string;
        readonly root: string;
        readonly path: string;
        /** `Anchor` as JSON. */
        readonly anchor: ContentRef;
        /** The whole text that it was made in. */
        readonly text: ContentRef;
        readonly words: ContentRef;
      };
    }
  | { readonly type: 'thread.replied'; readonly body: { readonly id: string; readonly words: ContentRef } }
  | {
      readonly type: 'thread.asked';
      readonly body: {
        readonly id: string;
        readonly run: string;
        readonly agent: string;
        /** Absent if the agent shall only try again. */
        readonly words?: ContentRef;
      };
    }
  | {
      readonly type: 'thread.answered';
      readonly body: {
        readonly id: string;
        readonly run: string;
        readonly agent: string;
        readonly words: ContentRef;
        readonly outcome: AnswerOutcome;
        /** What it proposed. */
        readonly proposals: readonly string[];
      };
    }
  | {
      readonly type: 'thread.turned';
      readonly body: { readonly id: string; readonly to: 'open' | 'resolved' };
    };

/** The event in the store's shape, at the newest version of its body. */
export function storedThread({ type, body }: ThreadEvent): NewEvent {
  return { type, v: 1, body: body as unknown as Json };
}
