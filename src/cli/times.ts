import { UserError } from '../common/index.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `23:30` is the next time that the clock shows it; everything else a date, with a time or without, that is still ahead. */
export function readTime(text: string, now: Date): Date {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock !== null && Number(clock[1]) < 24 && Number(clock[2]) < 60) {
    const time = new Date(now);
    time.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (time <= now) time.setDate(time.getDate() + 1);
    return time;
  }
  const time = readDate(text);
  if (time === undefined) throw notATime(text, 'Write 23:30 or 2030-01-31T23:30.');
  if (time > now) return time;
  throw new UserError(
    'bad-time',
    `${text} has passed.`,
    'Name a time ahead; without --at it is queued for tonight, and `pantheon run` starts it now.',
    { exitCode: 2 },
  );
}

/** A time, or a span back from now: `90m`, `12h`, `2d`. */
export function readSince(text: string, now: Date): Date {
  const span = /^(\d{1,5})([mhd])$/.exec(text);
  if (span !== null) return new Date(now.getTime() - Number(span[1]) * unitMs[span[2] as 'm' | 'h' | 'd']);
  const time = readDate(text);
  if (time === undefined) throw notATime(text, 'Write 12h or 2030-01-31T22:00.');
  return time;
}

const written =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A date in the calendar, at midnight if no time is given, here if no zone is. `undefined` for what is none, as 30 February. */
function readDate(text: string): Date | undefined {
  const found = written.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const isInCalendar = month >= 1 && month <= 12 && day >= 1 && day <= new Date(year, month, 0).getDate();
  if (!isInCalendar || hour > 23 || minute > 59 || second > 59) return undefined;
  if (found[7] === undefined) return new Date(year, month - 1, day, hour, minute, second);
  const time = new Date(text.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function notATime(text: string, remedy: string): UserError {
  return new UserError('bad-time', `"${text}" is not a time.`, remedy, { exitCode: 2 });
}
