import type { CompiledNode, NodeBody } from '../flow/index.ts';
import type { TreeId } from '../workspace/index.ts';
import { Check, compareTests, flakyTests, type CheckRecord } from './checks.ts';
import type { IncomingEdit, NodeContext, NodeResult } from './types.ts';

interface Verdict {
  readonly good: boolean;
  readonly record: CheckRecord;
  readonly repeats: number;
  readonly flaky: readonly string[];
}

/**
 * A command whose result is evidence. On the tree of several good edits: passes if all of them hold together; if not,
 * edits are taken back from the last one until it does.
 */
export async function checkNode(
  ctx: NodeContext,
  node: CompiledNode,
  body: NodeBody & { kind: 'check' },
): Promise<NodeResult> {
  // `fixes` is asked of single edits; here the question is whether what passed still does.
  const check = new Check(ctx, { ...body.check, fixes: 0 });
  const before = await check.before();
  if (before !== undefined && ctx.incoming.length === 0 && ctx.inputTree === ctx.baseTree) {
    return {
      outcome: 'succeeded',
      tree: ctx.baseTree,
      evidence: [
        check.evidence(node.id, before, before, { passed: true, repeats: 1, note: 'Nothing was changed.' }),
      ],
    };
  }
  const takenBack: IncomingEdit[] = [];
  for (let count = ctx.incoming.length; ; count -= 1) {
    const tree = takenBack.length === 0 ? ctx.inputTree : await merged(ctx, ctx.incoming.slice(0, count));
    ctx.say(`checks ${count === 1 ? 'one edit' : `${count} edits`} together`);
    const verdict = await judge(check, before, tree, `union.${count}`);
    if (verdict.good || count === 0) return resultOf(node.id, check, before, verdict, takenBack);
    const last = ctx.incoming[count - 1];
    if (last !== undefined) takenBack.push(last);
  }
}

/** A failed passage is repeated: a test that fails only sometimes takes nothing back. */
async function judge(
  check: Check,
  before: CheckRecord | undefined,
  tree: TreeId,
  key: string,
): Promise<Verdict> {
  const word = (record: CheckRecord) => (check.isGood(before, record) ? 'passed' : 'failed');
  const record = await check.on(tree, key, word);
  if (check.isGood(before, record)) return { good: true, record, repeats: 1, flaky: [] };
  if (record.timedOut) return { good: false, record, repeats: 1, flaky: [] };
  const second = await check.on(tree, `${key}.again`, word);
  const flaky = flakyTests(record, second);
  if (check.isGood(before, second)) return { good: true, record: second, repeats: 2, flaky };
  if (before === undefined) return { good: false, record: second, repeats: 2, flaky };
  const { broken, fixed } = compareTests(before, second);
  const lasting = broken.filter((id) => !flaky.includes(id));
  return {
    good: lasting.length === 0 && fixed.length >= check.spec.fixes,
    record: second,
    repeats: 2,
    flaky,
  };
}

async function merged(ctx: NodeContext, edits: readonly IncomingEdit[]): Promise<TreeId> {
  let tree = ctx.baseTree;
  for (const edit of edits) {
    tree = (await ctx.workspace.trees.merge(ctx.baseTree, tree, edit.tree, ctx.signal)).tree;
  }
  return tree;
}

function resultOf(
  name: string,
  check: Check,
  before: CheckRecord | undefined,
  { good, record, repeats, flaky }: Verdict,
  takenBack: readonly IncomingEdit[],
): NodeResult {
  const titles = takenBack.map(({ title }) => title).join(', ');
  const notes = [
    ...(takenBack.length > 0 && good
      ? [`Taken back, because ${name} does not hold with it: ${titles}.`]
      : []),
    ...(flaky.length > 0 ? [`Tests that do not always give the same result: ${flaky.join(', ')}.`] : []),
  ];
  const note = notes.join(' ');
  const evidence = check.evidence(name, before, record, {
    passed: good,
    repeats,
    flaky,
    ...(note === '' ? {} : { note }),
  });
  if (!good) {
    const broken = evidence.testsBroken.length === 0 ? '' : ` Broken: ${evidence.testsBroken.join(', ')}.`;
    const how = record.timedOut ? 'did not end in time' : `ended with exit code ${record.exitCode}`;
    return {
      outcome: 'failed',
      detail: `${check.command.argv.join(' ')} ${how}.${broken}`,
      evidence: [evidence],
      notes,
    };
  }
  return {
    outcome: 'succeeded',
    tree: record.tree,
    evidence: [evidence],
    notes,
    takenBack: takenBack.map(({ address }) => ({
      address,
      detail: `Good alone, but taken back: ${name} does not hold with it.`,
    })),
  };
}
