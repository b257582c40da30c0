import type { ReportItem, ReportView, RunView, Totals } from '../protocol/index.ts';

/** What the report is made of: views that other rooms keep. */
export interface ReportSource {
  /** Runs that began or ended in the time of the report, oldest first. */
  readonly runs: readonly RunView[];
  /** What was worked on in a run, place by place. */
  items(run: string): readonly ReportItem[];
  /** Remarks of a run that a person must know: taken-back edits, flaky tests, a missing sandbox. */
  notes(run: string): readonly string[];
}

/** Of a run that did nothing yet. */
export const NO_TOTALS: Totals = {
  calls: 0,
  promptTokens: 0,
  answerTokens: 0,
  modelSwaps: 0,
  memoHits: 0,
  retries: 0,
  modelMs: 0,
  checkMs: 0,
  wallMs: 0,
};

/** The morning report of a span of time (ISO times). It hides nothing: unfinished runs have no outcome and a note. */
export function buildReport(source: ReportSource, from: string, to: string): ReportView {
  const items = source.runs.flatMap((run) => source.items(run.id));
  const countOf = (result: ReportItem['result']) => items.filter((item) => item.result === result).length;
  return {
    schema: 'pantheon.report/1',
    from,
    to,
    runs: source.runs.map((run) => ({
      id: run.id,
      flow: run.flow,
      outcome: run.outcome ?? null,
      ...detailOf(run, source.notes(run.id)),
    })),
    items,
    mended: countOf('mended'),
    reviewed: countOf('reviewed'),
    abstained: countOf('abstained'),
    failed: countOf('failed'),
    held: countOf('held'),
    proposals: source.runs.reduce((sum, run) => sum + run.proposals.length, 0),
    totals: source.runs.map((run) => run.totals).reduce(addTotals, NO_TOTALS),
    notes: [
      ...new Set([...source.runs.flatMap(unfinished), ...source.runs.flatMap((run) => source.notes(run.id))]),
    ],
  };
}

/** What a note says already is not said again. */
function detailOf({ detail }: RunView, notes: readonly string[]): { detail?: string } {
  return detail === undefined || notes.includes(detail) ? {} : { detail };
}

function unfinished(run: RunView): string[] {
  return run.outcome === undefined
    ? [`${run.id} (${run.flow}) is not finished; its figures are those so far.`]
    : [];
}

function addTotals(a: Totals, b: Totals): Totals {
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    answerTokens: a.answerTokens + b.answerTokens,
    modelSwaps: a.modelSwaps + b.modelSwaps,
    memoHits: a.memoHits + b.memoHits,
    retries: a.retries + b.retries,
    modelMs: a.modelMs + b.modelMs,
    checkMs: a.checkMs + b.checkMs,
    wallMs: a.wallMs + b.wallMs,
  };
}
