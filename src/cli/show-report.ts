import type { ReportView } from '../protocol/index.ts';
import { count, type Output } from './output.ts';
import { describeEvidence, describeTotals } from './show-run.ts';

const heads = {
  mended: 'Mended',
  reviewed: 'Reviewed',
  abstained: 'Tried, not mended',
  failed: 'Failed',
  held: 'Held',
} as const;

/** The morning report for a person: what was mended with evidence, what was not, and what it cost. */
export function describeReport(report: ReportView, out: Output): string {
  if (report.runs.length === 0) {
    return 'Nothing ran in this time. `pantheon queue add mend-failing-tests` plans a night.';
  }
  const lines = [
    out.style('bold', 'Morning report'),
    `${count(report.mended, 'place')} mended, ${report.reviewed === 0 ? '' : `${report.reviewed} reviewed, `}${report.abstained} tried and not mended, ${report.failed} failed, ${report.held} held; ${count(report.proposals, 'proposal')} made.`,
    describeTotals(report.totals),
  ];
  for (const result of ['mended', 'reviewed', 'abstained', 'failed', 'held'] as const) {
    const items = report.items.filter((item) => item.result === result);
    if (items.length === 0) continue;
    lines.push(
      '',
      out.style(['bold', result === 'mended' || result === 'reviewed' ? 'green' : 'yellow'], heads[result]),
    );
    for (const item of items) {
      const evidence = result === 'mended' ? (item.evidence ?? []) : [];
      const detail = evidence.length === 0 ? item.detail : evidence.map(describeEvidence).join('; ');
      lines.push(`  ${item.title}: ${detail}`);
    }
  }
  const unfinished = report.runs.filter((run) => run.outcome === null || run.detail !== undefined);
  if (unfinished.length > 0) {
    lines.push('', out.style('bold', 'Runs'));
    for (const run of unfinished) {
      lines.push(
        `  ${run.id} ${run.flow}: ${run.outcome ?? 'still running'}${run.detail === undefined ? '' : `. ${run.detail}`}`,
      );
    }
  }
  if (report.notes.length > 0)
    lines.push('', out.style('bold', 'Notes'), ...report.notes.map((note) => `  ${note}`));
  return lines.join('\n');
}
