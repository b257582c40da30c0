/** Prints windows and schedules around changes of the clocks, for the time zone of the process, as JSON. */
import { isOpen, nextOccurrence, nextOpening, parseWindow } from '../../src/schedule/index.ts';

interface Question {
  readonly window?: string;
  readonly cron?: string;
  /** ISO time, UTC. */
  readonly from: string;
  readonly count: number;
}

const questions = JSON.parse(process.argv[2] ?? '[]') as readonly Question[];
const MINUTE_MS = 60_000;

/** The next openings and closings of a window, found minute by minute and by the jump, which must agree. */
function turns(text: string, fromMs: number, count: number): string[] {
  const window = parseWindow(text);
  const found: string[] = [];
  let open = isOpen(window, fromMs);
  for (let ms = fromMs; found.length < count; ms += MINUTE_MS) {
    if (isOpen(window, ms) === open) continue;
    open = !open;
    found.push(`${open ? 'opens' : 'closes'} ${new Date(ms).toISOString()}`);
    if (open && nextOpening(window, ms - MINUTE_MS) !== ms) found.push('the jump disagrees');
  }
  return found;
}

function times(cron: string, fromMs: number, count: number): string[] {
  const found: string[] = [];
  for (let ms = fromMs; found.length < count;) {
    ms = nextOccurrence(cron, ms);
    found.push(new Date(ms).toISOString());
  }
  return found;
}

const answers = questions.map(({ window, cron, from, count }) =>
  window === undefined ? times(cron ?? '', Date.parse(from), count) : turns(window, Date.parse(from), count),
);
process.stdout.write(JSON.stringify(answers));
