import type { Finding } from '../nodes/index.ts';
import type { NodeOutcome } from '../protocol/index.ts';
import type { Store } from '../store/index.ts';
import { RunJournal } from './journal.ts';
import { Results } from './results.ts';
import { runPlaces } from './view.ts';

/** What an agent of a run said. */
export interface RunAnswer {
  readonly address: string;
  readonly outcome: NodeOutcome | undefined;
  /** Why it said nothing, or a sentence about what it made. */
  readonly detail?: string;
  readonly findings: readonly Finding[];
  /** Of an agent that answers in prose. */
  readonly text?: string;
}

/** What the agents of a run said, in the order of the flow. */
export function answersOf(store: Store, run: string): readonly RunAnswer[] {
  const results = new Results(new RunJournal(store, run, () => 0));
  return runPlaces(store, run)
    .filter(({ kind }) => kind === 'uses')
    .map(({ address, outcome, detail }): RunAnswer => {
      const result = results.result(address);
      return {
        address,
        outcome,
        ...(detail === undefined ? {} : { detail }),
        findings: result?.findings ?? [],
        ...(typeof result?.output === 'string' ? { text: result.output } : {}),
      };
    });
}
