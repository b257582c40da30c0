import { Cron } from 'croner';

import { messageOf, UserError } from '../common/index.ts';

/** The first time after `afterMs` that the pattern names, in local time. Throws the `UserError` `bad-cron`. */
export function nextOccurrence(pattern: string, afterMs: number): number {
  const next = parse(pattern).nextRun(new Date(afterMs));
  if (next === null) throw bad(pattern, 'it names no time that ever comes');
  return next.getTime();
}

function parse(pattern: string): Cron {
  try {
    return new Cron(pattern, { paused: true, mode: '5-part' });
  } catch (error) {
    throw bad(
      pattern,
      messageOf(error)
        .replace(/^CronPattern: /, '')
        .replace(/\.+$/, ''),
    );
  }
}

function bad(pattern: string, why: string): UserError {
  return new UserError(
    'bad-cron',
    `"${pattern}" is not a schedule: ${why}.`,
    'Write five fields: minute, hour, day of month, month, day of week; "0 1 * * 1-5" is 01:00 from Monday to Friday.',
    { exitCode: 2 },
  );
}
