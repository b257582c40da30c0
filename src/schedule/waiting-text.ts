import type { Obstacle } from './decide.ts';

const MINUTE_MS = 60_000;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What an item waits for, for people: `window 22:00-07:00 opens in 3 h`, `behind 2 others`. */
export function waitingText(obstacle: Obstacle, nowMs: number): string {
  switch (obstacle.kind) {
    case 'paused':
      return 'paused';
    case 'queue-paused':
      return 'the queue is paused';
    case 'held':
      return obstacle.reason;
    case 'time':
      return `starts ${moment(obstacle.fromMs, nowMs)}, in ${span(obstacle.fromMs - nowMs)}`;
    case 'window':
      return `window ${obstacle.window} opens in ${span(obstacle.fromMs - nowMs)}`;
    case 'workspace':
      return 'another run of this workspace';
    case 'behind':
      return obstacle.others === 1 ? 'behind 1 other' : `behind ${obstacle.others} others`;
  }
}

/** A span as people say it, rounded up to minutes: `45 min`, `3 h`, `3 h 20 min`, `2 d 4 h`. */
function span(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE_MS));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

/** A local time: `Tue 09:00` within the next six days, else `25 Nov 09:00`, of another year `25 Nov 2030 09:00`. */
function moment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const clock = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  const near = atMs - nowMs < 6 * 1440 * MINUTE_MS;
  if (near) return `${DAYS[at.getDay()]} ${clock}`;
  const isThisYear = at.getFullYear() === new Date(nowMs).getFullYear();
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${isThisYear ? '' : ` ${at.getFullYear()}`} ${clock}`;
}
