import type { DatabaseSync } from 'node:sqlite';

import { prepared } from '../store/index.ts';
import type { Circumstances } from './decide.ts';
import { itemOf } from './projection.ts';
import type { QueueItem } from './types.ts';
import { isOpen, nextOpening, parseWindow } from './window.ts';

const ORDER = 'interactive DESC, priority DESC, position, id';

/** All items in the order in which they start. */
export function allItems(db: DatabaseSync): QueueItem[] {
  return prepared(db, `SELECT * FROM queue_items ORDER BY ${ORDER}`).all().map(itemOf);
}

export function runningItems(db: DatabaseSync): QueueItem[] {
  return prepared(db, `SELECT * FROM queue_items WHERE state = 'running' ORDER BY ${ORDER}`)
    .all()
    .map(itemOf);
}

export function findItem(db: DatabaseSync, id: string): QueueItem | undefined {
  const row = prepared(db, 'SELECT * FROM queue_items WHERE id = ?').get(id);
  return row === undefined ? undefined : itemOf(row);
}

export function isQueuePaused(db: DatabaseSync): boolean {
  return prepared(db, 'SELECT paused FROM queue_state').get()?.['paused'] === 1;
}

/** Position behind everything that is there. */
export function lastPosition(db: DatabaseSync): number {
  return Number(prepared(db, 'SELECT max(position) AS n FROM queue_items').get()?.['n'] ?? 0) + 1;
}

/**
 * The first item that may start now. Agrees with `obstacles` in decide.ts, but reads only what it needs, so that a
 * long queue costs no more than a short one.
 */
export function firstStartable(db: DatabaseSync, now: Circumstances): QueueItem | undefined {
  const running = runningItems(db);
  for (const interactive of [true, false]) {
    if (!interactive && (now.queuePaused || now.held !== undefined)) continue;
    const beside = running.filter((item) => item.interactive === interactive);
    if (beside.length >= (interactive ? now.limits.interactive : now.limits.overall)) continue;
    const open = windows(db, interactive).filter(
      (window) => window !== null && isOpen(parseWindow(window), now.nowMs),
    );
    const row = prepared(
      db,
      `SELECT * FROM queue_items WHERE state = 'waiting' AND paused = 0 AND interactive = ? AND due_ms <= ?
        AND (window IS NULL OR window IN (SELECT value FROM json_each(?)))
        AND workspace NOT IN (SELECT value FROM json_each(?))
        ORDER BY priority DESC, position, id LIMIT 1`,
    ).get(interactive ? 1 : 0, now.nowMs, JSON.stringify(open), JSON.stringify(busyWorkspaces(beside, now)));
    if (row !== undefined) return itemOf(row);
  }
  return undefined;
}

/** The next instant at which time or a window lets another item start. Agrees with `nextWake` in decide.ts. */
export function nextWakeOf(db: DatabaseSync, now: Circumstances): number | undefined {
  let wakeMs: number | undefined;
  for (const interactive of now.queuePaused ? [true] : [true, false]) {
    for (const window of windows(db, interactive)) {
      const sql = `SELECT min(due_ms) AS due FROM queue_items WHERE state = 'waiting' AND paused = 0 AND interactive = ?
        AND window IS ? AND due_ms > ?`;
      // Within one window the earliest due item is the first that can start.
      for (const afterMs of [Number.MIN_SAFE_INTEGER, now.nowMs]) {
        const due = prepared(db, sql).get(interactive ? 1 : 0, window, afterMs)?.['due'] ?? null;
        if (due === null) continue;
        const fromMs = Math.max(Number(due), now.nowMs);
        const startMs = window === null ? fromMs : nextOpening(parseWindow(window), fromMs);
        if (startMs > now.nowMs && (wakeMs === undefined || startMs < wakeMs)) wakeMs = startMs;
      }
    }
  }
  return wakeMs;
}

function busyWorkspaces(running: readonly QueueItem[], now: Circumstances): readonly string[] {
  const count = new Map<string, number>();
  for (const { workspace } of running) count.set(workspace, (count.get(workspace) ?? 0) + 1);
  return [...count].filter(([, runs]) => runs >= now.limits.perWorkspace).map(([workspace]) => workspace);
}

/** Windows that waiting items have, `null` (no window) first; jumps from one to the next in the index. */
function windows(db: DatabaseSync, interactive: boolean): readonly (string | null)[] {
  const sql = `SELECT min(window) AS window FROM queue_items
    WHERE state = 'waiting' AND paused = 0 AND interactive = ? AND window > ?`;
  const found: (string | null)[] = [null];
  for (let last = ''; ;) {
    const next = prepared(db, sql).get(interactive ? 1 : 0, last)?.['window'] ?? null;
    if (next === null) return found;
    found.push((last = String(next)));
  }
}
