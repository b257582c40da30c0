import type { Json } from '../common/index.ts';
import type { ContentRef, NewEvent } from '../store/index.ts';

/** Stream of what concerns the queue as a whole. */
export const QUEUE_STREAM = 'queue';

/** Stream of one item. */
export function itemStream(id: string): string {
  return `queue/${id}`;
}

interface Timing {
  readonly notBeforeMs: number | null;
  readonly window: string | null;
  readonly cron: string | null;
  readonly dueMs: number;
}

interface Added extends Timing {
  readonly id: string;
  readonly run: string;
  readonly flow: string;
  readonly workspace: string;
  readonly interactive: boolean;
  readonly priority: number;
  readonly position: number;
  readonly job: ContentRef;
}

interface Moved {
  readonly interactive: boolean;
  readonly priority: number;
  readonly position: number;
}

/** What happens to items (stream `queue/ID`) and to the queue (stream `queue`). */
export type QueueEvent =
  | { readonly type: 'queue-item.added'; readonly body: Added }
  | {
      readonly type: 'queue-item.claimed';
      readonly body: { readonly epoch: string; readonly run: string; readonly nextDueMs: number | null };
    }
  /** The daemon ends in good order while its run goes on: that is no sign of a run that ends daemons. */
  | { readonly type: 'queue-item.suspended'; readonly body: null }
  | { readonly type: 'queue-item.resumed'; readonly body: { readonly epoch: string } }
  | {
      readonly type: 'queue-item.finished';
      readonly body: { readonly outcome: string; readonly detail: string | null };
    }
  | { readonly type: 'queue-item.moved'; readonly body: Moved }
  | { readonly type: 'queue-item.edited'; readonly body: Timing & { readonly nextDueMs: number | null } }
  | { readonly type: 'queue-item.paused'; readonly body: null }
  | { readonly type: 'queue-item.unpaused'; readonly body: null }
  | { readonly type: 'queue-item.removed'; readonly body: null }
  | { readonly type: 'queue.paused'; readonly body: null }
  | { readonly type: 'queue.resumed'; readonly body: null };

/** The event in the store's shape, at the newest version of its body. */
export function stored(event: QueueEvent): NewEvent {
  return { type: event.type, v: 1, body: event.body as unknown as Json };
}
