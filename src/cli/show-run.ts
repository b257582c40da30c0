import type { Evidence, RunView, Totals } from '../protocol/index.ts';
import { count, showDuration, type Output } from './output.ts';

/** Exit code of a command that ends with a run: 0 done, 1 the answer is no, 3 the machine lacks something, 130 cancelled. */
export function exitCodeOf(run: RunView): number {
  switch (run.outcome) {
    case 'succeeded':
    case 'succeeded-with-skips':
      return 0;
    case 'cancelled':
      return 130;
    case 'failed':
      return run.cause === 'environment' ? 3 : 1;
    case 'held':
    case undefined:
      return 1;
  }
}

/** A finished or running run for a person. */
export function describeRun(run: RunView, out: Output): string {
  const state = run.outcome ?? run.state;
  const good = run.outcome === 'succeeded' || run.outcome === 'succeeded-with-skips';
  const style = run.outcome === undefined ? 'cyan' : good ? 'green' : 'red';
  const rows = run.nodes.map((node) => [
    `  ${node.address}`,
    node.title ?? '',
    node.outcome ?? 'running',
    node.detail ?? node.evidence?.map(describeEvidence).join('; ') ?? '',
  ]);
  return [
    `${run.id}  ${run.flow}  ${out.style(style, state)}`,
    ...(run.detail === undefined || isSaidByNode(run) ? [] : [run.detail]),
    ...(rows.length === 0 ? [] : [out.table(rows)]),
    describeTotals(run.totals),
    ...(run.proposals.length === 0
      ? []
      : [
          `${count(run.proposals.length, 'proposal')}: ${run.proposals.join(', ')}. \`pantheon inbox\` shows the hunks.`,
        ]),
  ].join('\n');
}

/** A sentence that stands beside its node is not said twice. */
function isSaidByNode({ detail, nodes }: RunView): boolean {
  return nodes.some((node) => node.detail === detail);
}

/** `fixes raises a low value and 2 more; breaks nothing (node --test test/lists.test.js, 2 runs, sandboxed)`. */
export function describeEvidence(evidence: Evidence): string {
  const said = [
    evidence.testsFixed.length > 0 ? `fixes ${nameTests(evidence.testsFixed)}` : '',
    evidence.testsBroken.length > 0
      ? `breaks ${nameTests(evidence.testsBroken)}`
      : evidence.passed
        ? 'breaks nothing'
        : 'does not hold',
  ].filter((text) => text !== '');
  const how = [
    evidence.command.join(' '),
    evidence.repeats > 1 ? `${evidence.repeats} runs` : '',
    evidence.sandboxed ? 'sandboxed' : 'without a sandbox',
  ].filter((text) => text !== '');
  const note = evidence.note === undefined ? '' : ` ${evidence.note}`;
  return `${said.join('; ')} (${how.join(', ')})${note}`;
}

/** The title of the first test without its file, and how many more there are. */
export function nameTests(tests: readonly string[]): string {
  const [first = '', ...rest] = tests;
  const title = first.split(' > ').slice(1).join(' > ');
  const name = `"${title === '' ? first : title}"`;
  return rest.length === 0 ? name : `${name} and ${rest.length} more`;
}

/** One line of costs. */
export function describeTotals(totals: Totals): string {
  return [
    count(totals.calls, 'model call'),
    `${totals.promptTokens} + ${totals.answerTokens} tokens`,
    count(totals.modelSwaps, 'model swap'),
    `models ${showDuration(totals.modelMs)}, checks ${showDuration(totals.checkMs)}, in all ${showDuration(totals.wallMs)}`,
  ].join(', ');
}
