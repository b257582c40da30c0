import { byOrder } from './order.ts';
import type { Limits, Next, QueueItem } from './types.ts';
import { nextOpening, parseWindow } from './window.ts';

/** Everything beside the items that decides what may start. */
export interface Circumstances {
  readonly nowMs: number;
  readonly limits: Limits;
  readonly queuePaused: boolean;
  /** Why queued runs must not start at the moment (on battery, for example), in a few words. */
  readonly held: string | undefined;
}

/** Why an item does not start now. `undefined`: it does. */
export type Obstacle =
  | { readonly kind: 'paused' }
  | { readonly kind: 'queue-paused' }
  | { readonly kind: 'held'; readonly reason: string }
  | { readonly kind: 'time'; readonly fromMs: number }
  | { readonly kind: 'window'; readonly window: string; readonly fromMs: number }
  | { readonly kind: 'behind'; readonly others: number }
  | { readonly kind: 'workspace' };

/** The earliest instant from now on that time and window allow. */
export function earliestStart(item: Pick<QueueItem, 'dueMs' | 'window'>, nowMs: number): number {
  const fromMs = Math.max(nowMs, item.dueMs);
  return item.window === null ? fromMs : nextOpening(parseWindow(item.window), fromMs);
}

/** What keeps the item from starting, other items aside. */
function ownObstacle(item: QueueItem, now: Circumstances): Obstacle | undefined {
  if (item.paused) return { kind: 'paused' };
  if (now.queuePaused && !item.interactive) return { kind: 'queue-paused' };
  const fromMs = earliestStart(item, now.nowMs);
  const dueMs = Math.max(now.nowMs, item.dueMs);
  if (item.window !== null && fromMs > dueMs) return { kind: 'window', window: item.window, fromMs };
  if (fromMs > now.nowMs) return { kind: 'time', fromMs };
  if (now.held !== undefined && !item.interactive) return { kind: 'held', reason: now.held };
  return undefined;
}

/**
 * For every waiting item, in order, what keeps it from starting. Those without an obstacle start now, all of them: an
 * item counts the ones before it that start as running. The definition of the queue; the claiming query must agree.
 */
export function obstacles(
  items: readonly QueueItem[],
  now: Circumstances,
): ReadonlyMap<string, Obstacle | undefined> {
  const found = new Map<string, Obstacle | undefined>();
  for (const interactive of [true, false]) {
    const kind = items.filter((item) => item.interactive === interactive);
    const running = kind.filter((item) => item.state === 'running');
    const places = interactive ? now.limits.interactive : now.limits.overall;
    let before = running.length;
    for (const item of kind.filter((each) => each.state === 'waiting').toSorted(byOrder)) {
      const own = ownObstacle(item, now);
      const inWorkspace = running.filter((each) => each.workspace === item.workspace).length;
      if (own !== undefined) found.set(item.id, own);
      else if (inWorkspace >= now.limits.perWorkspace && running.length < places)
        found.set(item.id, { kind: 'workspace' });
      else if (running.length >= places) found.set(item.id, { kind: 'behind', others: before });
      else {
        found.set(item.id, undefined);
        running.push(item);
      }
      if (own === undefined) before += 1;
    }
  }
  return found;
}

/** Whether a queued item that waits starts as soon as there is a place for it. */
export function nextOf(obstacle: Obstacle | undefined): Next {
  switch (obstacle?.kind) {
    case undefined:
    case 'behind':
    case 'workspace':
      return 'now';
    case 'paused':
    case 'queue-paused':
    case 'held':
    case 'time':
    case 'window':
      return 'later';
  }
}

/** When the next item can start by time alone; `undefined` if none waits for a time. Paused items wait for a person. */
export function nextWake(items: readonly QueueItem[], now: Circumstances): number | undefined {
  const times = items
    .filter((item) => item.state === 'waiting' && !item.paused && (item.interactive || !now.queuePaused))
    .map((item) => earliestStart(item, now.nowMs))
    .filter((ms) => ms > now.nowMs);
  return times.length === 0 ? undefined : Math.min(...times);
}
