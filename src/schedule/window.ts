import { UserError } from '../common/index.ts';
import { instantOf } from './local-time.ts';

/** Hours of the day, as minutes since local midnight. An end before the start is on the next day. */
export interface Window {
  readonly startMinute: number;
  readonly endMinute: number;
}

/** Reads `22:00-07:00`. Throws the `UserError` `bad-window`. */
export function parseWindow(text: string): Window {
  const match = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(text.trim());
  const [startMinute = -1, endMinute = -1] =
    match === null ? [] : [minutes(match[1], match[2]), minutes(match[3], match[4])];
  if (startMinute < 0 || endMinute < 0 || startMinute === endMinute || startMinute === 1440) {
    throw new UserError(
      'bad-window',
      `"${text}" is not a window.`,
      'Write the first and the last hour in local time, for example 22:00-07:00.',
      { exitCode: 2 },
    );
  }
  return { startMinute, endMinute };
}

function minutes(hour = '', minute = ''): number {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 1440 ? total : -1;
}

/** True if a run may start at this instant. The start belongs to the window, the end does not. */
export function isOpen(window: Window, nowMs: number): boolean {
  return openings(window, nowMs, -1, 1).some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
}

/** Now if the window is open, else the next instant at which it opens. */
export function nextOpening(window: Window, nowMs: number): number {
  if (isOpen(window, nowMs)) return nowMs;
  // A day on which the window lies wholly in the hour that daylight saving leaves out has no opening.
  const next = openings(window, nowMs, -1, 4).find(({ fromMs }) => fromMs > nowMs);
  if (next === undefined) throw new Error('a window opens at least every other day');
  return next.fromMs;
}

/** The window's intervals that begin on the days around an instant, empty ones left out. */
function openings(window: Window, nowMs: number, firstDay: number, lastDay: number) {
  const now = new Date(nowMs);
  const found: { fromMs: number; toMs: number }[] = [];
  for (let offset = firstDay; offset <= lastDay; offset += 1) {
    const day = { year: now.getFullYear(), month: now.getMonth(), day: now.getDate() + offset };
    const endDay = window.endMinute < window.startMinute ? { ...day, day: day.day + 1 } : day;
    const fromMs = instantOf({ ...day, minute: window.startMinute });
    const toMs = instantOf({ ...endDay, minute: window.endMinute });
    if (toMs > fromMs) found.push({ fromMs, toMs });
  }
  return found;
}
