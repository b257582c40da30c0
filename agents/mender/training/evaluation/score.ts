/**
 * Judges answers by running them: `node score.ts --items unseen.jsonl --answers answers.jsonl --out scored.jsonl`.
 * Each answer becomes a letter: R right (passes visible and held-out tests), F falsely accepted (passes the visible ones
 * only), W wrong (fails a visible test), U unreadable, O no change (`ok`, or a line as it was).
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { callable, compareOutcomes, outcomesOf } from '../generator/execute.ts';
import { applyAnswer } from '../generator/units.ts';
import type { Item } from './item.ts';
import { readJsonLines } from './read.ts';
import type { Answers } from './served.ts';

/** What became of one answer. */
export type Verdict = 'R' | 'F' | 'W' | 'U' | 'O';

const VERDICTS = { same: 'R', 'fails-hidden': 'F', 'fails-visible': 'W' } as const;

/** Judges answers to one item; equal answers are run once. */
export function createJudge(item: Item): (answer: string) => Verdict {
  const known = new Map<string, Verdict>();
  const calls = [...item.visible, ...item.hidden];
  let expected: readonly string[] | undefined;
  const run = <T>(unit: string, how: (source: string) => T): T | undefined => {
    try {
      return how(callable(unit, item.around, item.name));
    } catch {
      return undefined;
    }
  };
  const judged = (unit: string): Verdict => {
    expected ??= run(item.right, (source) => outcomesOf(source, calls));
    const right = expected;
    if (right === undefined) throw new Error(`${item.id}: the right version does not run`);
    const found = run(unit, (source) => compareOutcomes(source, calls, right, item.visible.length));
    return found === undefined ? 'U' : VERDICTS[found];
  };
  return (answer) => {
    const unit = applyAnswer(item.unit, answer);
    if (unit === undefined) return 'U';
    if (unit === item.unit) return 'O';
    const verdict = known.get(unit) ?? judged(unit);
    known.set(unit, verdict);
    return verdict;
  };
}

/** One item judged: letters for the greedy answer and the samples, and which samples propose the same change. */
export type Scored = {
  readonly id: string;
  readonly slip: string | null;
  readonly greedy: Verdict;
  readonly samples: string;
  /** For each sample the number of its change (equal numbers, equal function afterwards), -1 for none or an unreadable one. */
  readonly changes: readonly number[];
};

export function scoreItem(item: Item, answers: Answers): Scored {
  const judge = createJudge(item);
  const known: string[] = [];
  const changes = answers.samples.map((answer) => {
    const unit = applyAnswer(item.unit, answer);
    if (unit === undefined || unit === item.unit) return -1;
    if (!known.includes(unit)) known.push(unit);
    return known.indexOf(unit);
  });
  return {
    id: item.id,
    slip: item.slip,
    greedy: judge(answers.greedy),
    samples: answers.samples.map(judge).join(''),
    changes,
  };
}

function main(): void {
  // A promise that a judged function forgets about may fail with nobody listening.
  process.on('unhandledRejection', () => {});
  const { values } = parseArgs({
    options: { items: { type: 'string' }, answers: { type: 'string' }, out: { type: 'string' } },
  });
  if (!values.items || !values.answers || !values.out)
    throw new Error('--items, --answers and --out are needed');
  const items = new Map(readJsonLines<Item>(values.items).map((item) => [item.id, item]));
  const scored = readJsonLines<Answers>(values.answers).map((answers) => {
    const item = items.get(answers.id);
    if (item === undefined) throw new Error(`no item ${answers.id}`);
    return scoreItem(item, answers);
  });
  writeFileSync(values.out, scored.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
