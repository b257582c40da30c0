import { bestOf, type Drawn, mean, theory, theoryOf, wilson } from './statistics.ts';
import type { Scored } from './score.ts';

export const COUNTS = [1, 2, 5, 10, 20, 50] as const;

/** A share of `of`, with its 95 % interval. */
export type Share = {
  readonly share: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
};
export type Step = {
  readonly n: number;
  readonly measured: Share;
  readonly theory: number;
  readonly meanTheory: number;
  readonly falsely: number;
};
export type ClassRow = {
  readonly slip: string;
  readonly of: number;
  readonly greedy: Share;
  readonly sampled: number;
  readonly best10: number;
};
/** Remarks when at least `k` of five samples give the same change: on right functions, and right ones on slips. */
export type Agreement = {
  readonly k: number;
  readonly alarms: Share;
  readonly found: Share;
  readonly wrongOnSlips: number;
};

export type Figures = {
  readonly greedy: Share;
  readonly sampled: Share;
  readonly greedyFalse: number;
  readonly curve: readonly Step[];
  readonly classes: readonly ClassRow[];
  /** Functions without a slip: any change proposed is a false alarm. */
  readonly alarmsGreedy: Share;
  readonly alarmsSampled: Share;
  readonly agreement: readonly Agreement[];
};

export function shareOf(hits: number, of: number): Share {
  const [low, high] = wilson(hits, of);
  return { share: of === 0 ? 0 : hits / of, of, low, high };
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;
const drawnOf = ({ samples }: Scored): Drawn => ({
  samples: samples.length,
  right: count(samples, 'R'),
  falsely: count(samples, 'F'),
});

/** All figures of a set. */
export function figuresOf(scored: readonly Scored[]): Figures {
  const slipped = scored.filter(({ slip }) => slip !== null);
  const whole = scored.filter(({ slip }) => slip === null);
  const drawn = slipped.map(drawnOf);
  const most = Math.min(...drawn.map(({ samples }) => samples));
  const [p, f] = [
    mean(drawn.map(({ samples, right }) => right / samples)),
    mean(drawn.map(({ samples, falsely }) => falsely / samples)),
  ];
  return {
    greedy: shareOf(slipped.filter(({ greedy }) => greedy === 'R').length, slipped.length),
    greedyFalse: slipped.filter(({ greedy }) => greedy === 'F').length,
    sampled: shareOf(p * slipped.length, slipped.length),
    curve: COUNTS.filter((n) => n <= most).map((n) => {
      const outcomes = drawn.map((one) => bestOf(one, n));
      return {
        n,
        measured: shareOf(mean(outcomes.map(({ right }) => right)) * slipped.length, slipped.length),
        theory: mean(drawn.map((one) => theoryOf(one, n))),
        meanTheory: theory(p, 1, p === 1 ? 0 : f / (1 - p), n),
        falsely: mean(outcomes.map(({ falsely }) => falsely)),
      };
    }),
    classes: classRows(slipped),
    alarmsGreedy: shareOf(whole.filter(({ greedy }) => greedy !== 'O').length, whole.length),
    alarmsSampled: shareOf(
      mean(whole.map(({ samples }) => 1 - count(samples, 'O') / samples.length)) * whole.length,
      whole.length,
    ),
    agreement: [2, 3, 4, 5].map((k) => agreementOf(k, slipped, whole)),
  };
}

function classRows(slipped: readonly Scored[]): ClassRow[] {
  const kinds = [...new Set(slipped.map(({ slip }) => slip ?? ''))];
  return kinds
    .map((slip) => {
      const rows = slipped.filter((one) => one.slip === slip);
      const drawn = rows.map(drawnOf);
      return {
        slip,
        of: rows.length,
        greedy: shareOf(rows.filter(({ greedy }) => greedy === 'R').length, rows.length),
        sampled: mean(drawn.map(({ samples, right }) => right / samples)),
        best10: mean(drawn.map((one) => bestOf(one, 10).right)),
      };
    })
    .sort((a, b) => b.of - a.of || (a.slip < b.slip ? -1 : 1));
}

/** In groups of five samples in the order they were drawn: does a change come at least k times, and is it right? */
function agreementOf(k: number, slipped: readonly Scored[], whole: readonly Scored[]): Agreement {
  const verdicts = ({ changes, samples }: Scored): (string | undefined)[] =>
    Array.from({ length: Math.floor(changes.length / 5) }, (_, group) => {
      const places = [0, 1, 2, 3, 4].map((i) => group * 5 + i);
      const tally = new Map<number, number>();
      for (const place of places) {
        const change = changes[place] ?? -1;
        if (change >= 0) tally.set(change, (tally.get(change) ?? 0) + 1);
      }
      const [top] = [...tally].sort((a, b) => b[1] - a[1]);
      if (top === undefined || top[1] < k) return undefined;
      return samples[places.find((place) => changes[place] === top[0]) ?? 0];
    });
  const rate = (rows: readonly Scored[], hit: (verdict: string | undefined) => boolean): Share =>
    shareOf(
      mean(rows.map((row) => mean(verdicts(row).map((one) => (hit(one) ? 1 : 0))))) * rows.length,
      rows.length,
    );
  return {
    k,
    alarms: rate(whole, (verdict) => verdict !== undefined),
    found: rate(slipped, (verdict) => verdict === 'R'),
    wrongOnSlips: rate(slipped, (verdict) => verdict !== undefined && verdict !== 'R').share,
  };
}
