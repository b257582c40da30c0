import { followTo, type ReviewedText } from '../../text/index.ts';

/** Open hunks whose text a commit holds. A commit with the text before them, or without the file, holds none. */
export function hunksInCommit(state: ReviewedText, committed: string): readonly string[] {
  return followTo(state, committed).state.open.map(({ id }) => id);
}
