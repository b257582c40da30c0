import { followTo, withEnds, type ReviewedText } from '../../text/index.ts';

/**
 * Open hunks whose text a commit holds, as it stands in the file or as it was proposed; line ends do not count. A commit with
 * the text before them, with another one that is merely like theirs, or without the file, holds none.
 */
export function hunksInCommit(state: ReviewedText, committed: string): readonly string[] {
  const plain = (text: string) => withEnds(text, '\n');
  const shown = new Map(state.open.map(({ id, start, end }) => [id, state.text.slice(start, end)]));
  return followTo(state, committed)
    .state.open.filter(({ id, start, end, added }) => {
      const there = plain(committed.slice(start, end));
      return there === plain(added) || there === plain(shown.get(id) ?? added);
    })
    .map(({ id }) => id);
}
