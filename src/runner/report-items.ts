import type { ProposalView, ReportItem, RunNodeView } from '../protocol/index.ts';
import type { Store } from '../store/index.ts';
import { runPlaces, runView } from './view.ts';

/**
 * What was worked on in a run, place by place, for the morning report: every item of an agent's for-each, agents alone,
 * and whatever else failed. `proposal` gives the view of a proposal, in which an item finds its hunks by their title.
 */
export function reportItems(
  store: Store,
  run: string,
  proposal: (id: string) => ProposalView | undefined,
): readonly ReportItem[] {
  const view = runView(store, run, 0);
  if (view === undefined) return [];
  const proposals = view.proposals.flatMap((id) => proposal(id) ?? []);
  const isWithoutProposal = view.state === 'finished' && view.proposals.length === 0;
  const isCancelled = view.outcome === 'cancelled';
  return runPlaces(store, run).flatMap((place): readonly ReportItem[] => {
    const made = resultOf(place);
    if (made === undefined) return [];
    const title = place.title ?? place.address;
    const hunks = proposals.flatMap((each) =>
      each.files.flatMap((file) =>
        file.hunks.filter((hunk) => hunk.title === title).map((hunk) => ({ id: hunk.id, proposal: each.id })),
      ),
    );
    const [first] = hunks;
    const result =
      made === 'mended' && first === undefined && place.evidence === undefined ? 'reviewed' : made;
    const isLost = result === 'mended' && place.evidence !== undefined && isWithoutProposal;
    return [
      {
        run,
        title,
        result: !isLost ? result : isCancelled ? 'abstained' : 'failed',
        detail: isLost ? whyLost(isCancelled) : (place.detail ?? sumUp(place.evidence ?? [])),
        ...(first === undefined ? {} : { proposal: first.proposal, hunks: hunks.map(({ id }) => id) }),
        ...(place.evidence === undefined ? {} : { evidence: place.evidence }),
      },
    ];
  });
}

function whyLost(isCancelled: boolean): string {
  return isCancelled
    ? 'Good alone, but the run was cancelled before it was proposed.'
    : 'Good alone, but not proposed: the notes say why.';
}

/** What never began (an empty list, a skipped node) was neither reviewed nor tried: the run or a note says why. */
function resultOf({ kind, outcome, attempts }: RunNodeView): ReportItem['result'] | undefined {
  if (outcome === 'failed' || outcome === 'held') return outcome;
  if (kind !== 'uses' || attempts === 0) return undefined;
  if (outcome === 'succeeded') return 'mended';
  return outcome === 'abstained' || outcome === 'skipped' ? 'abstained' : undefined;
}

function sumUp(evidence: NonNullable<ReportItem['evidence']>): string {
  const fixed = evidence.flatMap((each) => each.testsFixed);
  const broken = evidence.flatMap((each) => each.testsBroken);
  if (evidence.length === 0) return 'Nothing checked it.';
  const fixes = fixed.length === 0 ? 'passes its check' : `fixes ${fixed.join(', ')}`;
  return broken.length === 0 ? `${fixes}; breaks nothing` : `${fixes}; breaks ${broken.join(', ')}`;
}
