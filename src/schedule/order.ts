import type { QueueItem } from './types.ts';

type Placed = Pick<QueueItem, 'id' | 'interactive' | 'priority' | 'position'>;

/** Interactive first, then higher priority, then position; ids decide the rest, so that the order is total. */
export function byOrder(a: Placed, b: Placed): number {
  if (a.interactive !== b.interactive) return a.interactive ? -1 : 1;
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.position !== b.position) return a.position - b.position;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * New places that put `moved` just before `target`, whose kind and priority it takes. Usually one place, between two
 * neighbours; when numbers run out between them, everything of that priority is numbered anew.
 */
export function placeBefore<T extends Placed>(items: readonly T[], moved: T, target: T): readonly T[] {
  const { interactive, priority } = target;
  const peers = items
    .filter((item) => item.id !== moved.id && item.interactive === interactive && item.priority === priority)
    .toSorted(byOrder);
  const index = peers.findIndex((item) => item.id === target.id);
  const below = peers[index - 1]?.position ?? target.position - 2;
  const position = (below + target.position) / 2;
  const place = { ...moved, interactive, priority, position };
  if (below < position && position < target.position) return [place];
  return peers.toSpliced(index, 0, place).map((item, number) => ({ ...item, position: number + 1 }));
}
