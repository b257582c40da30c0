import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stopDaemon } from '../../client/index.ts';
import { UserError } from '../../common/index.ts';
import type { HunkView, ProposalView, RunView } from '../../protocol/index.ts';
import { Cli } from '../cli.ts';
import { followRun } from '../follow.ts';
import { showDuration } from '../output.ts';
import { describeHunk } from '../show-proposal.ts';
import { describeReport } from '../show-report.ts';
import { nameTests } from '../show-run.ts';
import { outputOf } from './process-group.ts';
import { proveAccepted } from './proof.ts';
import { git, makeDemoFolders, makeDemoProject } from './project.ts';

const flow = 'mend-failing-tests';

/** The way of one night on the shipped project. Its daemon ends with it, whatever happens. */
export async function runDemo(cli: Cli): Promise<number> {
  const startedAt = Date.now();
  const folders = await makeDemoFolders(cli.home, new Date());
  say(cli, 'A small JavaScript library whose tests fail');
  await makeDemoProject(
    join(cli.installationRoot, 'test', 'fixtures', 'demo-project'),
    folders.project,
    cli.signal,
  );
  cli.out.tell(`  ${folders.project}`);
  await showTests(cli, folders.project);
  const { home, project: workspace } = folders;
  const own = new Cli({
    installationRoot: cli.installationRoot,
    out: cli.out,
    signal: cli.signal,
    home,
    workspace,
    ownsDaemon: true,
  });
  try {
    const code = await night(own);
    cli.out.tell('');
    cli.out.tell(
      `The demo took ${showDuration(Date.now() - startedAt)}. Everything is in ${folders.root} (the newest three demos are kept).`,
    );
    return code;
  } finally {
    await endDaemon(own);
  }
}

/** Also after a cancelled wait, hence with a patience of its own. */
async function endDaemon(cli: Cli): Promise<void> {
  const patience = AbortSignal.timeout(20_000);
  const daemon = await cli.runningDaemon(patience);
  if (daemon !== undefined) await stopDaemon(daemon, patience);
}

async function night(cli: Cli): Promise<number> {
  const { workspace } = cli;
  const daemon = await cli.daemon();
  const trust = await daemon.call('trust.describe', { workspace }, cli.signal);
  await daemon.call('trust.grant', { workspace, hash: trust.hash, commandId: cli.commandId() }, cli.signal);
  say(cli, 'Tonight', `pantheon queue add ${flow} --window ${openWindow(new Date())}`);
  const { run } = await daemon.call(
    'run.start',
    {
      commandId: cli.commandId(),
      workspace,
      flow,
      inputs: {},
      priority: 'night',
      when: { window: openWindow(new Date()) },
      env: cli.environment(),
    },
    cli.signal,
  );
  const finished = await followRun(cli, run.id);
  if (finished.outcome !== 'succeeded' && finished.outcome !== 'succeeded-with-skips') throw failed(finished);
  say(cli, 'In the morning', 'pantheon report');
  const report = await (await cli.daemon()).call('report.get', { workspace }, cli.signal);
  cli.out.tell(describeReport(report, cli.out));
  say(cli, 'The hunks', 'pantheon inbox');
  const { proposals } = await (await cli.daemon()).call('inbox.list', { workspace }, cli.signal);
  for (const { path, hunk } of hunksOf(proposals)) cli.out.tell(describeHunk(path, hunk, cli.out).join('\n'));
  const proved = await decide(cli, proposals);
  cli.out.result({ ...report, demo: { run: finished.id, ...proved } }, () => '');
  return proved.ok ? 0 : 1;
}

function failed({ outcome, state, detail }: RunView): UserError {
  return new UserError(
    'demo-failed',
    `The night ended as ${outcome ?? state}${detail === undefined ? '' : `: ${detail}`}`,
    '`pantheon doctor` checks this machine.',
    { exitCode: 1 },
  );
}

interface PlacedHunk {
  readonly proposal: string;
  readonly path: string;
  readonly hunk: HunkView;
}

function hunksOf(proposals: readonly ProposalView[]): PlacedHunk[] {
  return proposals.flatMap(({ id, files }) =>
    files.flatMap(({ path, hunks }) => hunks.map((hunk) => ({ proposal: id, path, hunk }))),
  );
}

/** Accepts the first hunk that needs no other, rejects the last one, and proves what is in the workspace then. */
async function decide(
  cli: Cli,
  proposals: readonly ProposalView[],
): Promise<{ ok: boolean; accepted?: string; rejected?: string }> {
  const { workspace } = cli;
  const hunks = hunksOf(proposals);
  const accepted = hunks.find(({ hunk }) => (hunk.dependsOn ?? []).length === 0);
  const rejected = hunks.findLast(({ hunk }) => hunk !== accepted?.hunk);
  if (accepted === undefined || rejected === undefined) {
    cli.out.tell('Too few hunks to accept one and reject one.');
    return { ok: false };
  }
  say(cli, 'Accept one', `pantheon review ${accepted.proposal} --accept ${accepted.hunk.id}`);
  const before = await readFile(join(workspace, accepted.path));
  await decideOne(cli, accepted, 'accept');
  say(
    cli,
    'Reject one',
    `pantheon review ${rejected.proposal} --reject ${rejected.hunk.id} --reason unneeded`,
  );
  await decideOne(cli, rejected, 'reject');
  say(cli, 'What is in the project now', 'git diff');
  cli.out.tell((await git(workspace, ['diff', '--no-color', '--no-ext-diff'], cli.signal)).trimEnd());
  await proveAccepted(workspace, { path: accepted.path, before, hunk: accepted.hunk }, cli.signal);
  cli.out.tell(cli.out.style('green', '\nExactly the accepted hunk is in the project, byte for byte.'));
  const fixed = accepted.hunk.evidence.flatMap(({ testsFixed }) => testsFixed);
  const passing = await passingTests(workspace, cli.signal);
  cli.out.tell(`Mended by it: ${nameTests([...new Set(fixed)])}. ${passing}`);
  return { ok: true, accepted: accepted.hunk.id, rejected: rejected.hunk.id };
}

async function decideOne(
  cli: Cli,
  { proposal, hunk }: PlacedHunk,
  decision: 'accept' | 'reject',
): Promise<void> {
  const result = await (
    await cli.daemon()
  ).call(
    'review.decide',
    {
      commandId: cli.commandId(),
      proposal,
      hunks: [hunk.id],
      decision,
      way: 'command-line',
      ...(decision === 'reject' ? { reason: 'unneeded' as const } : {}),
    },
    cli.signal,
  );
  const problem = result.refused[0]?.problem;
  if (problem !== undefined)
    throw new UserError('demo-decision', problem, 'Run the demo again.', { exitCode: 1 });
}

async function showTests(cli: Cli, project: string): Promise<void> {
  cli.out.tell(`  ${await passingTests(project, cli.signal)}`);
}

/** `node --test` of the project, summed up in a line. */
async function passingTests(project: string, signal: AbortSignal): Promise<string> {
  const env = { NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: '' };
  const args = ['--test', '--test-reporter=tap'];
  const stdout = await outputOf(process.execPath, args, { cwd: project, env }, signal);
  const figure = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  return `${figure('pass')} of ${figure('tests')} tests pass.`;
}

/** A window that is open now: from an hour ago on, for eight hours. */
function openWindow(now: Date): string {
  const hour = (offset: number) => String((now.getHours() + offset + 24) % 24).padStart(2, '0');
  return `${hour(-1)}:00-${hour(7)}:00`;
}

function say(cli: Cli, title: string, command?: string): void {
  cli.out.tell(
    `\n${cli.out.style('bold', title)}${command === undefined ? '' : `\n${cli.out.style('dim', `$ ${command}`)}`}`,
  );
}
