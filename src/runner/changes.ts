import { changedFunctions, type ChangedFunction } from '../nodes/index.ts';
import { decode, unifiedPatch, withEnds } from '../text/index.ts';
import type { TreeChange, TreeId, Workspace } from '../workspace/index.ts';
import type { Pin } from './pin.ts';

/** One file that is otherwise than HEAD has it: `repo.changes` of expressions. */
export interface FileChange {
  readonly path: string;
  readonly kind: TreeChange['kind'];
  readonly from?: string;
  /** Unified; empty for what is no text. */
  readonly diff: string;
  /** Changed functions of a JavaScript or TypeScript file, each with its path, so that they can stand in one list. */
  readonly functions: readonly (ChangedFunction & { readonly path: string })[];
}

/** A longer diff is cut, in UTF-16 code units; it says so. */
const MAX_DIFF_CHARS = 100_000;
/** A larger file is listed without its diff. */
const MAX_FILE_BYTES = 1_000_000;

/** Whether anything in a run looks at what changed: finding it out costs a look at the repository. */
export function asksForChanges({ flow, agents }: Pick<Pin, 'flow' | 'agents'>): boolean {
  return (
    /\brepo\b[^}]*\bchanges\b/.test(JSON.stringify(flow)) ||
    agents.some(({ agent }) => agent.context.includes('changes'))
  );
}

/** What differs between HEAD and the base tree of a run, by path. Nothing where there is no commit to compare with. */
export async function changesSinceHead(
  { trees }: Pick<Workspace, 'trees'>,
  baseTree: TreeId,
  signal: AbortSignal,
): Promise<readonly FileChange[]> {
  const head = await trees.head(baseTree, signal);
  if (head === undefined) return [];
  const changes: FileChange[] = [];
  for (const { path, kind, from } of await trees.diff(head, baseTree, signal)) {
    const before = textOf(await trees.read(head, from ?? path, signal));
    const after = textOf(await trees.read(baseTree, path, signal));
    const isText = before !== undefined && after !== undefined;
    const functions = isText && after !== null ? changedFunctions(before ?? undefined, after, path) : [];
    changes.push({
      path,
      kind,
      ...(from === undefined ? {} : { from }),
      diff: isText ? diffOf(path, from, before, after) : '',
      functions: functions.map((each) => ({ path, ...each })),
    });
  }
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** `null` where there is no file, `undefined` for what is no text or too much of it. */
function textOf(bytes: Uint8Array | undefined): string | null | undefined {
  if (bytes === undefined) return null;
  return bytes.byteLength > MAX_FILE_BYTES ? undefined : decode(bytes)?.text;
}

/** Line ends do not count: a repository may store others than it checks out. */
function diffOf(path: string, from: string | undefined, before: string | null, after: string | null): string {
  const plain = (text: string | null) => (text === null ? null : withEnds(text, '\n'));
  const file = { path, ...(from === undefined ? {} : { from }), before: plain(before), after: plain(after) };
  const diff = unifiedPatch(file);
  if (diff.length <= MAX_DIFF_CHARS) return diff;
  const kept = diff.slice(0, diff.lastIndexOf('\n', MAX_DIFF_CHARS) + 1);
  return `${kept}(${diff.length - kept.length} more characters of this diff are left out.)\n`;
}
