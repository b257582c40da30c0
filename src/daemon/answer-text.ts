import type { RunView } from '../protocol/index.ts';
import type { RunAnswer } from '../runner/index.ts';

/** What is written into a thread when the run that was to answer has ended. */
export function answerOf(
  view: RunView,
  answers: readonly RunAnswer[],
): {
  readonly words: string;
  readonly outcome: 'answered' | 'failed';
  readonly proposals: readonly string[];
} {
  const { proposals } = view;
  if (view.outcome === 'cancelled') return { words: 'This was cancelled.', outcome: 'failed', proposals };
  if (view.outcome === 'failed') {
    const why =
      view.detail ?? answers.find(({ detail }) => detail !== undefined)?.detail ?? 'The run failed.';
    return { words: `No answer came. ${why}`, outcome: 'failed', proposals };
  }
  const said = answers.flatMap(wordsOf);
  const waits =
    proposals.length === 0 ? [] : [`A change waits for you in the inbox: ${proposals.join(', ')}.`];
  const words = [...said, ...waits].join('\n\n');
  return { words: words === '' ? 'There is nothing to say here.' : words, outcome: 'answered', proposals };
}

function wordsOf({ findings, text, detail }: RunAnswer): readonly string[] {
  if (findings.length > 0) return findings.map(({ message }) => message);
  if (text !== undefined) return [text];
  return detail === undefined ? [] : [detail];
}
