import type { FindingView, HunkView, ProposalView } from '../protocol/index.ts';
import { count, type Output } from './output.ts';
import { describeEvidence } from './show-run.ts';

const isUndecided = ({ state }: HunkView) =>
  state === 'waiting' || state === 'open' || state === 'conflicted';

/** How many hunks of a proposal still wait for a decision. */
export function undecided(proposal: ProposalView): number {
  return proposal.files.flatMap(({ hunks }) => hunks).filter(isUndecided).length;
}

/** Whether a remark still waits for a decision. */
export function isOpenRemark({ state }: FindingView): boolean {
  return state === 'open';
}

/** A proposal with its hunks, findings and evidence, for a person. */
export function describeProposal(proposal: ProposalView, out: Output): string {
  return [
    out.style('bold', `${proposal.id}  ${proposal.title}`),
    `${proposal.state}, ${contents(proposal)}, from ${proposal.flow} (${proposal.run})`,
    ...proposal.files.flatMap((file) => file.hunks.flatMap((hunk) => describeHunk(file.path, hunk, out))),
    ...proposal.findings.flatMap((finding) => describeFinding(finding, out)),
    ...(proposal.evidence.length === 0
      ? []
      : ['', ...proposal.evidence.map((one) => `Together: ${describeEvidence(one)}`)]),
  ].join('\n');
}

/** A title without the path that stands before it already. */
function titleBeside(path: string, title = ''): string {
  const rest = title.startsWith(`${path} `) ? title.slice(path.length + 1) : title;
  return rest === '' ? '' : `  ${rest}`;
}

function contents({ files, findings }: ProposalView): string {
  const hunks = files.reduce((sum, file) => sum + file.hunks.length, 0);
  const remarks = findings.length === 0 ? [] : [count(findings.length, 'remark')];
  const changes = hunks === 0 ? [] : [`${count(hunks, 'hunk')} in ${count(files.length, 'file')}`];
  return [...changes, ...remarks].join(', ');
}

/** One remark with what it suggests. */
export function describeFinding(finding: FindingView, out: Output): string[] {
  const { id, path, line, severity, message, suggestion, agent } = finding;
  const state = finding.state === 'open' ? '' : ` [${finding.state}]`;
  const by = agent === undefined ? '' : `${agent}, `;
  return [
    '',
    out.style('cyan', `${id}  ${path}:${line + 1}${state}`),
    `  ${by}${severity}: ${message}`,
    ...(suggestion === undefined
      ? []
      : suggestion.split('\n').map((each) => out.style('green', `  + ${each}`))),
  ];
}

/** One hunk as a small diff with its evidence. */
export function describeHunk(path: string, hunk: HunkView, out: Output): string[] {
  const state = isUndecided(hunk) && hunk.state === 'waiting' ? '' : ` [${hunk.state}]`;
  return [
    '',
    out.style('cyan', `${hunk.id}  ${path}:${hunk.baseStart + 1}${titleBeside(path, hunk.title)}${state}`),
    ...hunk.removed.map((line) => out.style('red', `  - ${line}`)),
    ...hunk.added.map((line) => out.style('green', `  + ${line}`)),
    ...hunk.evidence.map((one) => `  ${describeEvidence(one)}`),
    ...(hunk.dependsOn === undefined || hunk.dependsOn.length === 0
      ? []
      : [`  needs ${hunk.dependsOn.join(', ')}`]),
    ...(hunk.reason === undefined ? [] : [`  reason: ${hunk.reason}`]),
  ];
}
