import { Option, type Command } from 'commander';

import { UserError } from '../../common/index.ts';
import { RejectReason, type DecisionResult, type ProposalView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { count } from '../output.ts';
import { describeProposal, isOpenRemark, undecided } from '../show-proposal.ts';
import { writeAskedFile } from '../write-file.ts';

const schema = 'pantheon.proposal/1';

interface ReviewOptions {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  readonly reason?: RejectReason;
  readonly words?: string;
  readonly patch?: string;
}

export function registerReview(program: Command, act: Act): void {
  program
    .command('inbox')
    .description('proposals that wait for decisions')
    .option('--all', 'of every workspace, decided ones too')
    .action((options: { all?: boolean }) => act((cli) => inbox(cli, options.all === true)));
  program
    .command('review <proposal>')
    .description('show a proposal, or the latest, or decide its hunks and remarks')
    .option('--accept <hunk...>', 'hunks; remarks (f1), whose suggestion is applied; or all', [])
    .option('--reject <hunk...>', 'hunks; remarks (f1), which are dismissed; or all', [])
    .addOption(new Option('--reason <reason>', 'why they are rejected').choices(RejectReason.options))
    .option('--words <text>', 'why, in your own words')
    .option('--patch <file>', 'write the undecided hunks as a patch; - is stdout')
    .action((proposal: string, options: ReviewOptions) => act((cli) => review(cli, proposal, options)));
}

async function inbox(cli: Cli, all: boolean): Promise<number> {
  const view = await (
    await cli.daemon()
  ).call('inbox.list', all ? {} : { workspace: cli.workspace }, cli.signal);
  const shown = all
    ? view.proposals
    : view.proposals.filter(({ state }) => state === 'open' || state === 'in-review');
  cli.out.result({ ...view, proposals: shown }, () =>
    shown.length === 0
      ? 'The inbox is empty. `pantheon queue add mend-failing-tests` plans a night.'
      : [...shown.map((proposal) => describeProposal(proposal, cli.out)), ...howToDecide(shown)].join('\n\n'),
  );
  return 0;
}

/** The command that decides, for the first hunk that waits. */
function howToDecide(proposals: readonly ProposalView[]): readonly string[] {
  const first = proposals.find((proposal) => undecided(proposal) > 0);
  if (first !== undefined)
    return [`To decide: pantheon review ${first.id} --accept HUNK --reject HUNK --reason unneeded`];
  const remarked = proposals.find(({ findings }) => findings.some(isOpenRemark));
  return remarked === undefined
    ? []
    : [`To decide: pantheon review ${remarked.id} --accept f1 (applies its suggestion) --reject f2`];
}

async function review(cli: Cli, id: string, options: ReviewOptions): Promise<number> {
  const proposal = await findProposal(cli, id);
  if (options.patch !== undefined) return await writePatch(cli, proposal.id, options.patch);
  if (options.accept.length === 0 && options.reject.length === 0) {
    if (options.reason !== undefined || options.words !== undefined) {
      throw new UserError(
        'nothing-decided',
        'A reason is said with a decision.',
        'Name what it is about: --reject HUNK, or --accept HUNK.',
        { exitCode: 2 },
      );
    }
    cli.out.result({ schema, ...proposal }, () => describeProposal(proposal, cli.out));
    return 0;
  }
  const accepted = options.accept.map((given) => idIn(proposal.id, given));
  const rejected = options.reject.map((given) => idIn(proposal.id, given));
  const both = accepted.find((one) => rejected.includes(one));
  if (both !== undefined) {
    throw new UserError('both-ways', `${both} cannot be accepted and rejected.`, 'Choose one.', {
      exitCode: 2,
    });
  }
  const { reason, words } = options;
  const why = { ...(reason === undefined ? {} : { reason }), ...(words === undefined ? {} : { words }) };
  const done = [
    ...(await decide(cli, proposal, 'accept', accepted, {})),
    ...(await decide(cli, proposal, 'reject', rejected, why)),
  ];
  const latest = await findProposal(cli, proposal.id);
  const decided = done.flatMap(({ decided: ids }) => ids);
  const refused = done.flatMap(({ refused: problems }) => problems);
  cli.out.result({ schema, ...latest, decided, refused }, () =>
    [
      ...decided.map((one) => `${one}: ${stateOf(latest, one)}`),
      ...refused.map(({ hunk, problem }) => `${hunk}: not decided. ${problem}`),
      whatIsLeft(latest),
    ].join('\n'),
  );
  return refused.length > 0 ? 1 : 0;
}

type Decided = Pick<DecisionResult, 'decided' | 'refused'>;
type Why = { readonly reason?: RejectReason; readonly words?: string };

/** Decides what was named: hunks together, remarks one after the other. */
async function decide(
  cli: Cli,
  proposal: ProposalView,
  decision: 'accept' | 'reject',
  ids: readonly string[],
  why: Why,
): Promise<readonly Decided[]> {
  const all = ids.includes('all');
  const findings = all ? remarksOfAll(proposal, decision) : ids.filter(isFindingId);
  const named = ids.filter((id) => id !== 'all' && !isFindingId(id));
  const hunks = all && undecided(proposal) > 0 ? ('all' as const) : named;
  const done: Decided[] = [];
  if (hunks === 'all' || hunks.length > 0) {
    const way = all ? 'bulk' : 'command-line';
    const params = {
      commandId: cli.commandId(),
      proposal: proposal.id,
      hunks,
      decision,
      way,
      ...why,
    } as const;
    done.push(await (await cli.daemon()).call('review.decide', params, cli.signal));
  }
  for (const finding of findings) done.push(await decideFinding(cli, proposal, finding, decision, why));
  return done;
}

/** With `all`, remarks are applied where they suggest something, and dismissed whatever they say. */
function remarksOfAll({ findings }: ProposalView, decision: 'accept' | 'reject'): readonly string[] {
  return findings
    .filter((finding) => isOpenRemark(finding) && (decision === 'reject' || finding.suggestion !== undefined))
    .map(({ id }) => id);
}

/** Accept applies what a remark suggests; reject dismisses it. */
async function decideFinding(
  cli: Cli,
  { findings }: ProposalView,
  id: string,
  decision: 'accept' | 'reject',
  { reason, words = reason }: Why,
): Promise<Decided> {
  const refuse = (problem: string): Decided => ({ decided: [], refused: [{ hunk: id, problem }] });
  const finding = findings.find((one) => one.id === id);
  if (finding === undefined) return refuse('The proposal has no such remark.');
  const isDecidable = finding.state === 'open' || finding.state === 'outdated';
  if (!isDecidable) return refuse(`It is ${finding.state} already.`);
  try {
    const params = {
      thread: id,
      decision: decision === 'accept' ? ('apply' as const) : ('dismiss' as const),
      commandId: cli.commandId(),
      ...(words === undefined ? {} : { words }),
    };
    await (await cli.daemon()).call('threads.decide', params, cli.signal);
    return { decided: [id], refused: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return refuse(`${error.message} ${error.remedy}`.trimEnd());
  }
}

function whatIsLeft(proposal: ProposalView): string {
  const [hunks, remarks] = [undecided(proposal), proposal.findings.filter(isOpenRemark).length];
  const left = [
    ...(hunks === 0 ? [] : [count(hunks, 'hunk')]),
    ...(remarks === 0 ? [] : [count(remarks, 'remark')]),
  ];
  return left.length === 0 ? 'Everything is decided.' : `${left.join(' and ')} left.`;
}

function stateOf(proposal: ProposalView, id: string): string {
  const finding = proposal.findings.find((candidate) => candidate.id === id);
  if (finding !== undefined) return `${finding.state} (${finding.path})`;
  for (const file of proposal.files) {
    const hunk = file.hunks.find((candidate) => candidate.id === id);
    if (hunk !== undefined) return `${hunk.state} (${file.path})`;
  }
  return 'decided';
}

/** A number alone means that hunk of the proposal, `f` with a number that remark. */
function idIn(proposal: string, given: string): string {
  return /^f?\d+$/.test(given) ? `${proposal}.${given}` : given;
}

const isFindingId = (id: string) => /\.f\d+$/.test(id);

/** By id, by the start of an id that only one has, or `latest` for the newest of this workspace. */
async function findProposal(cli: Cli, id: string): Promise<ProposalView> {
  if (id === 'latest') {
    const here = await (await cli.daemon()).call('inbox.list', { workspace: cli.workspace }, cli.signal);
    const newest = here.proposals.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
    if (newest !== undefined) return newest;
    throw new UserError('no-such-proposal', 'There is no proposal here.', '`pantheon runs` says what ran.', {
      exitCode: 2,
    });
  }
  const { proposals } = await (await cli.daemon()).call('inbox.list', {}, cli.signal);
  const exact = proposals.find((proposal) => proposal.id === id);
  if (exact !== undefined) return exact;
  const alike = proposals.filter((proposal) => proposal.id.startsWith(id));
  if (alike.length === 1 && alike[0] !== undefined) return alike[0];
  throw new UserError(
    alike.length === 0 ? 'no-such-proposal' : 'ambiguous-proposal',
    alike.length === 0 ? `There is no proposal ${id}.` : `${id} fits ${count(alike.length, 'proposal')}.`,
    '`pantheon inbox --all` lists them.',
    { exitCode: 2 },
  );
}

async function writePatch(cli: Cli, proposal: string, file: string): Promise<number> {
  const { patch } = await (await cli.daemon()).call('review.patch', { proposal }, cli.signal);
  if (patch === '' && file !== '-') {
    throw new UserError(
      'nothing-undecided',
      `${proposal} has no undecided hunk: there is nothing to write.`,
      `\`pantheon review ${proposal}\` shows what was decided.`,
      { exitCode: 1 },
    );
  }
  if (file === '-') cli.out.result({ schema: 'pantheon.patch/1', patch }, () => patch.trimEnd());
  else {
    await writeAskedFile(file, patch);
    cli.out.result({ schema: 'pantheon.patch/1', file }, () => `Wrote ${file}.`);
  }
  return 0;
}
