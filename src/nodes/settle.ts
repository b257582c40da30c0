import type { CheckSpec } from '../flow/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { TreeId } from '../workspace/index.ts';
import { Check, compareTests, flakyTests, type CheckRecord } from './checks.ts';
import type { Candidate, NodeContext } from './types.ts';

/** An item of a for-each as it ended. */
export interface EndedItem {
  readonly address: string;
  readonly title: string;
  /** Present if it was good alone. */
  readonly tree?: TreeId;
  /** Kept samples of an abstained item. */
  readonly candidates: readonly Candidate[];
  /** Absent if nothing checks the items one by one: then their edits are only put together. */
  readonly check?: CheckSpec;
  /** A context whose variables are those of the item. */
  readonly ctx: NodeContext;
}

/** An item that is something else once it was looked at together with the others. */
export type Revision =
  | { readonly address: string; readonly kind: 'dropped'; readonly detail: string }
  | {
      readonly address: string;
      readonly kind: 'joined';
      readonly candidate: Candidate;
      /** Base with this edit and what it depends on. */
      readonly tree: TreeId;
      readonly dependsOn: readonly string[];
      readonly evidence: Evidence;
    };

export interface Settled {
  /** Base with all good edits. */
  readonly tree: TreeId;
  /** Addresses of the good edits in the order in which they were put together. */
  readonly order: readonly string[];
  readonly revisions: readonly Revision[];
}

interface GoodEdit {
  readonly address: string;
  readonly tree: TreeId;
}

/**
 * Puts the good edits of all items together, and looks once more, without a model, at what only passes on their tree:
 * a test that fails for two reasons is mended by neither edit alone.
 */
export async function settle(ctx: NodeContext, items: readonly EndedItem[]): Promise<Settled> {
  const revisions: Revision[] = [];
  const good: GoodEdit[] = [];
  let tree = ctx.baseTree;
  for (const item of items) {
    if (item.tree === undefined) continue;
    const merged = await ctx.workspace.trees.merge(ctx.baseTree, tree, item.tree, ctx.signal);
    if (merged.conflicts.length > 0) {
      const detail = `Good alone, but it changes the same lines of ${merged.conflicts.join(', ')} as an edit before it.`;
      revisions.push({ address: item.address, kind: 'dropped', detail });
    } else {
      tree = merged.tree;
      good.push({ address: item.address, tree: item.tree });
    }
  }
  const alone = [...good];
  if (alone.length === 0) return { tree, order: [], revisions };
  for (const item of items) {
    if (item.tree !== undefined) continue;
    const joined = await joinItem(ctx, item, tree, alone);
    if (joined === undefined) continue;
    revisions.push(joined.revision);
    good.push({ address: item.address, tree: joined.revision.tree });
    tree = joined.tree;
  }
  return { tree, order: good.map(({ address }) => address), revisions };
}

async function joinItem(
  ctx: NodeContext,
  item: EndedItem,
  tree: TreeId,
  good: readonly GoodEdit[],
): Promise<{ revision: Revision & { kind: 'joined' }; tree: TreeId } | undefined> {
  if (item.candidates.length === 0 || item.check === undefined) return undefined;
  const look = new Look(item, item.check);
  for (const candidate of item.candidates) {
    const own = await look.treeWith(ctx.baseTree, candidate);
    const merged = await ctx.workspace.trees.merge(ctx.baseTree, tree, own, ctx.signal);
    if (merged.conflicts.length > 0 || merged.tree === tree) continue;
    ctx.say(`looks again at ${item.title} on the tree of all good edits`);
    const evidence = await look.isGoodOn(tree, merged.tree, candidate.sample);
    if (evidence === undefined) continue;
    const needed = await neededBy(ctx, look, candidate, own, good);
    const withNeeded = await mergeAll(ctx, [...needed.map((edit) => edit.tree), own]);
    const dependsOn = needed.map(({ address }) => address);
    return {
      tree: merged.tree,
      revision: { address: item.address, kind: 'joined', candidate, tree: withNeeded, dependsOn, evidence },
    };
  }
  return undefined;
}

/** One good edit that is enough, or all of them. */
async function neededBy(
  ctx: NodeContext,
  look: Look,
  candidate: Candidate,
  own: TreeId,
  good: readonly GoodEdit[],
): Promise<readonly GoodEdit[]> {
  if (good.length === 1) return good;
  for (const edit of good) {
    const merged = await ctx.workspace.trees.merge(ctx.baseTree, edit.tree, own, ctx.signal);
    if (merged.conflicts.length > 0) continue;
    const evidence = await look.isGoodOn(edit.tree, merged.tree, candidate.sample);
    if (evidence !== undefined) return [edit];
  }
  return good;
}

async function mergeAll(ctx: NodeContext, trees: readonly TreeId[]): Promise<TreeId> {
  let tree = ctx.baseTree;
  for (const each of trees)
    tree = (await ctx.workspace.trees.merge(ctx.baseTree, tree, each, ctx.signal)).tree;
  return tree;
}

/** Looks at candidates of one item with the item's own check. */
class Look {
  readonly #item: EndedItem;
  readonly #check: Check;

  constructor(item: EndedItem, check: CheckSpec) {
    this.#item = item;
    this.#check = new Check(item.ctx, check);
  }

  async treeWith(base: TreeId, { path, content }: Candidate): Promise<TreeId> {
    const { ctx } = this.#item;
    const bytes = new TextEncoder().encode(ctx.read(content));
    return await ctx.workspace.trees.write(base, [{ path, content: bytes }], ctx.signal);
  }

  /** Fixes and breaks are counted against the tree without the candidate; nothing that passed at the start may break. */
  async isGoodOn(without: TreeId, tree: TreeId, sample: string): Promise<Evidence | undefined> {
    const start = await this.#check.before();
    const before = await this.#passage(without, `settle.without.${short(without)}`);
    const first = await this.#passage(tree, `settle.${sample}.${short(tree)}`);
    const reference = start === undefined ? undefined : before;
    if (!this.#holds(start, reference, first)) return undefined;
    const second = await this.#passage(tree, `settle.${sample}.${short(tree)}.again`);
    if (flakyTests(first, second).length > 0 || !this.#holds(start, reference, second)) return undefined;
    return this.#check.evidence('best-of', reference, second, {
      passed: true,
      repeats: 2,
      note: 'Passes only together with other edits of this run.',
    });
  }

  #holds(start: CheckRecord | undefined, before: CheckRecord | undefined, now: CheckRecord): boolean {
    if (!this.#check.isGood(before, now)) return false;
    return start === undefined || compareTests(start, now).broken.length === 0;
  }

  async #passage(tree: TreeId, key: string): Promise<CheckRecord> {
    return await this.#check.on(tree, key, (record) => (record.exitCode === 0 ? 'passed' : 'failed'));
  }
}

function short(tree: TreeId): string {
  return tree.slice(0, 12);
}
