import type { NodeContext, NodeResult } from './types.ts';

/** What an answer makes of a file. `changedLines` are 1-based lines of the file before. */
export interface Edited {
  readonly newText: string;
  readonly changedLines: readonly number[];
}

/** An edit of one file as a result: the node's input tree with it. */
export async function editResult(
  ctx: NodeContext,
  path: string,
  { newText, changedLines }: Edited,
): Promise<NodeResult> {
  const content = new TextEncoder().encode(newText);
  const tree = await ctx.workspace.trees.write(ctx.inputTree, [{ path, content }], ctx.signal);
  return {
    outcome: 'succeeded',
    tree,
    edit: { path, content: ctx.keep(newText), changedLines },
    output: { path },
  };
}
