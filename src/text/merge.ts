import { diff3Merge } from 'node-diff3';

import { splitLines } from './lines.ts';

export type Merged =
  | { readonly clean: true; readonly text: string }
  | { readonly clean: false; readonly conflicts: readonly MergeConflict[] };

/** A place where both sides changed the same lines differently. */
export interface MergeConflict {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * Three-way merge by lines (Khanna, Kunal, Pierce: A Formal Investigation of Diff3). The same change on both sides is no
 * conflict; changes of neighbouring lines are one.
 */
export function merge3(base: string, ours: string, theirs: string): Merged {
  const regions = diff3Merge(splitLines(ours), splitLines(base), splitLines(theirs), {
    excludeFalseConflicts: true,
  });
  const conflicts: MergeConflict[] = [];
  const text: string[] = [];
  for (const { ok, conflict } of regions) {
    if (conflict !== undefined) {
      conflicts.push({
        base: conflict.o.join(''),
        ours: conflict.a.join(''),
        theirs: conflict.b.join(''),
      });
    } else text.push(...(ok ?? []));
  }
  return conflicts.length === 0 ? { clean: true, text: text.join('') } : { clean: false, conflicts };
}
