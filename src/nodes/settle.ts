import type { CheckSpec } from '../flow/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { TreeId } from '../workspace/index.ts';
import { Check, compareTests, flakyTests, type CheckRecord } from './checks.ts';
import type { Candidate, NodeContext } from './types.ts';

/** An item of a for-each as it ended. */
export interface EndedItem {
  readonly address: string;
  readonly title: string;
  /** Present if it was good alone: the base with its edit, and the file of that. */
  readonly tree?: TreeId;
  readonly path?: string;
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
  readonly path: string | undefined;
}

/**
 * Puts the good edits of all items together, and looks once more, without a model, at what only passes on their tree:
 * a test that fails for two reasons is mended by neither edit alone. So many items are looked at side by side; which one is
 * joined first does not depend on that.
 */
export async function settle(
  ctx: NodeContext,
  items: readonly EndedItem[],
  parallel: number,
): Promise<Settled> {
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
      good.push({ address: item.address, tree: item.tree, path: item.path });
    }
  }
  const alone = [...good];
  if (alone.length === 0) return { tree, order: [], revisions };
  let left = items.filter((item) => item.tree === undefined && item.candidates.length > 0);
  for (;;) {
    const union = tree;
    const found = await firstOf(left, parallel, (item) => goodOnUnion(ctx, item, union));
    if (found === undefined) return { tree, order: good.map(({ address }) => address), revisions };
    const { address, revision } = await joined(ctx, found.value, alone, parallel);
    revisions.push(revision);
    good.push({ address, tree: revision.tree, path: revision.candidate.path });
    tree = found.value.union;
    // What was found out about those after it was true of a tree without it.
    left = left.slice(found.index + 1);
  }
}

/** A candidate that is good on the tree of all good edits. */
interface Joining {
  readonly item: EndedItem;
  readonly look: Look;
  readonly candidate: Candidate;
  /** Base with the candidate alone. */
  readonly own: TreeId;
  /** All good edits with the candidate. */
  readonly union: TreeId;
  readonly evidence: Evidence;
}

async function goodOnUnion(ctx: NodeContext, item: EndedItem, tree: TreeId): Promise<Joining | undefined> {
  if (item.check === undefined) return undefined;
  const look = new Look(item, item.check);
  for (const candidate of item.candidates) {
    const own = await look.treeWith(ctx.baseTree, candidate);
    const merged = await ctx.workspace.trees.merge(ctx.baseTree, tree, own, ctx.signal);
    if (merged.conflicts.length > 0 || merged.tree === tree) continue;
    ctx.say(`looks again at ${item.title} on the tree of all good edits`);
    const evidence = await look.isGoodOn(tree, merged.tree, candidate.sample);
    if (evidence !== undefined) return { item, look, candidate, own, union: merged.tree, evidence };
  }
  return undefined;
}

async function joined(
  ctx: NodeContext,
  joining: Joining,
  good: readonly GoodEdit[],
  parallel: number,
): Promise<{ address: string; revision: Revision & { kind: 'joined' } }> {
  const { item, candidate, own, evidence } = joining;
  const { address } = item;
  const needed = await neededBy(ctx, joining, good, parallel);
  const tree = await mergeAll(ctx, [...needed.map((edit) => edit.tree), own]);
  const dependsOn = needed.map((edit) => edit.address);
  return { address, revision: { address, kind: 'joined', candidate, tree, dependsOn, evidence } };
}

/** One good edit that is enough, those of the same file first; or all of them. */
async function neededBy(
  ctx: NodeContext,
  { look, candidate, own }: Joining,
  good: readonly GoodEdit[],
  parallel: number,
): Promise<readonly GoodEdit[]> {
  if (good.length === 1) return good;
  const isNear = ({ path }: GoodEdit) => path === candidate.path;
  const nearFirst = [...good.filter(isNear), ...good.filter((edit) => !isNear(edit))];
  const found = await firstOf(nearFirst, parallel, async (edit) => {
    const merged = await ctx.workspace.trees.merge(ctx.baseTree, edit.tree, own, ctx.signal);
    if (merged.conflicts.length > 0) return undefined;
    const evidence = await look.isGoodOn(edit.tree, merged.tree, candidate.sample);
    return evidence === undefined ? undefined : edit;
  });
  return found === undefined ? good : [found.value];
}

/**
 * The first of the list, in its order, that `work` finds something of; so many are worked on together, and all of them end
 * before the next ones begin. Rejects with the first error once all have ended.
 */
async function firstOf<T, R>(
  list: readonly T[],
  parallel: number,
  work: (each: T) => Promise<R | undefined>,
): Promise<{ readonly index: number; readonly value: R } | undefined> {
  for (let start = 0; start < list.length; start += parallel) {
    const ended = await Promise.allSettled(list.slice(start, start + parallel).map(work));
    for (const [offset, result] of ended.entries()) {
      if (result.status === 'rejected') throw result.reason;
      if (result.value !== undefined) return { index: start + offset, value: result.value };
    }
  }
  return undefined;
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
    const before = await this.#check.onceOn(without, `settle.without.${short(without)}`, verdict);
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
    return await this.#check.on(tree, key, verdict);
  }
}

function verdict({ exitCode }: CheckRecord): string {
  return exitCode === 0 ? 'passed' : 'failed';
}

function short(tree: TreeId): string {
  return tree.slice(0, 12);
}
