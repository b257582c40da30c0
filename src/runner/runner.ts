import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { explainDiskError, isAbort, isDiskFull, messageOf, UserError, type Json } from '../common/index.ts';
import { outcomeOf, type FinalOutcome, type FlowState } from '../flow/index.ts';
import type { ReportItem, RunView, TraceView } from '../protocol/index.ts';
import type { ContentRef } from '../store/index.ts';
import type { TreeId, Workspace } from '../workspace/index.ts';
import { answersOf, type RunAnswer } from './answers.ts';
import { asksForChanges, changesSinceHead, type FileChange } from './changes.ts';
import type { RunnerDeps } from './deps.ts';
import { Engine } from './engine.ts';
import { runEvent, type RunEvent, type RunEventBodies } from './events.ts';
import { RunJournal } from './journal.ts';
import type { RunParts } from './node-contexts.ts';
import { pinRun, type Pin } from './pin.ts';
import { reportItems } from './report-items.ts';
import { Results } from './results.ts';
import { RunWork } from './run-work.ts';
import { Slots } from './slots.ts';
import { traceOf } from './trace.ts';
import type { Doing, RunChoice, RunRequest, Runner } from './types.ts';
import { Variables } from './variables.ts';
import { runNotes, runView, runViews, unfinishedRuns } from './view.ts';

/** Makes the runner. It works only what `execute` hands to it. */
export function createRunner(deps: RunnerDeps): Runner {
  return new DurableRunner(deps);
}

type Pinned = RunEventBodies['run.pinned'];

class DurableRunner implements Runner {
  readonly #deps: RunnerDeps;
  readonly #slots: Slots;
  readonly #suspend = new AbortController();
  readonly #live = new Map<string, Promise<RunView>>();
  readonly #doing = new Map<string, Doing>();

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#slots = new Slots(deps.parallelCommands ?? Math.max(1, availableParallelism()));
  }

  execute(request: RunRequest, signal: AbortSignal): Promise<RunView> {
    const live = this.#live.get(request.id);
    if (live !== undefined) return live;
    const promise = this.#execute(request, signal).finally(() => {
      this.#live.delete(request.id);
      this.#doing.delete(request.id);
    });
    this.#live.set(request.id, promise);
    return promise;
  }

  view(run: string): RunView | undefined {
    return runView(this.#deps.store, run, this.#deps.clock.now());
  }

  list(choice: RunChoice): readonly RunView[] {
    return runViews(this.#deps.store, choice, this.#deps.clock.now());
  }

  trace(run: string): TraceView | undefined {
    return traceOf(this.#deps.store, run);
  }

  reportItems(run: string): readonly ReportItem[] {
    return reportItems(this.#deps.store, run, (id) => this.#deps.review.proposal(id));
  }

  answers(run: string): readonly RunAnswer[] {
    return answersOf(this.#deps.store, run);
  }

  notes(run: string): readonly string[] {
    return runNotes(this.#deps.store, run);
  }

  unfinished(): readonly string[] {
    return unfinishedRuns(this.#deps.store);
  }

  doing(run: string): Doing | undefined {
    return this.#doing.get(run);
  }

  giveUp(run: string, detail: string): void {
    const { store, clock } = this.#deps;
    const journal = new RunJournal(store, run, () => clock.now());
    const history = journal.takeHistory();
    if (history.length > 0 && history.at(-1)?.type !== 'run.ended') this.#end(journal, 'failed', detail);
  }

  /** Leaves running runs as they are, to be resumed by the next runner; settles when nothing of them works any more. */
  async dispose(): Promise<void> {
    this.#suspend.abort(new Error('The background runner stops.'));
    await Promise.allSettled(this.#live.values());
  }

  async #execute(request: RunRequest, signal: AbortSignal): Promise<RunView> {
    const { store, clock, epoch } = this.#deps;
    const journal = new RunJournal(store, request.id, () => clock.now());
    const history = [...journal.takeHistory()];
    if (history.at(-1)?.type === 'run.ended') return this.#view(request.id);
    if (history.length === 0) history.push(...this.#begin(journal, request));
    else history.push(...journal.append([runEvent('run.resumed', { epoch })]));
    try {
      await this.#work(request, journal, history, signal);
    } catch (error) {
      if (this.#suspend.signal.aborted) return this.#view(request.id);
      if (isDiskFull(error)) throw explainDiskError(error, this.#deps.home);
      this.#endBadly(journal, error, signal);
    }
    return this.#view(request.id);
  }

  #begin(journal: RunJournal, request: RunRequest): readonly RunEvent[] {
    const { flow, workspaceRoot, priority, inputs, env } = request;
    const body = {
      flow,
      workspace: workspaceRoot,
      priority,
      inputs: journal.putJson(inputs),
      env: journal.putJson(env),
    };
    return journal.append([runEvent('run.began', body)]);
  }

  async #work(
    request: RunRequest,
    journal: RunJournal,
    history: RunEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    const stop = AbortSignal.any([signal, this.#suspend.signal]);
    this.#doing.set(request.id, { stage: 'reads files and models', text: 'reads files and models' });
    let known = history.find((event) => event.type === 'run.pinned');
    const pin =
      known === undefined ? await pinRun(this.#deps, request, stop) : journal.readJson<Pin>(known.body.pin);
    const workspace = await this.#deps.openWorkspace(request.workspaceRoot, request.env, stop);
    try {
      if (known === undefined) {
        const pinned = await this.#pinned(journal, workspace, pin, stop);
        history.push(...pinned);
        known = pinned.find((event) => event.type === 'run.pinned');
      }
      if (known === undefined) throw new Error('the run was not pinned');
      await this.#drive(request, journal, history, { pin, pinned: known.body, workspace }, signal);
    } finally {
      await workspace.dispose();
    }
  }

  async #pinned(
    journal: RunJournal,
    workspace: Workspace,
    pin: Pin,
    signal: AbortSignal,
  ): Promise<readonly RunEvent[]> {
    const overlay = await this.#deps.review.overlay(workspace.root);
    const { tree, head, branch } = await workspace.trees.snapshot(signal, overlay);
    const changes = asksForChanges(pin) ? await changesSinceHead(workspace, tree, signal) : undefined;
    const body: Pinned = {
      workspaceId: workspace.id,
      baseTree: tree,
      head,
      branch,
      flowHash: pin.flow.hash,
      nodes: pin.flow.nodes.map(({ id, body: { kind } }) => ({ id, kind })),
      agents: pin.agents.map(({ agent, model }) => ({
        name: agent.name,
        hash: agent.hash,
        digest: model.digest,
      })),
      ...(changes === undefined ? {} : { changes: journal.putJson(changes) }),
      pin: journal.putJson(pin),
    };
    return journal.append([runEvent('run.pinned', body)], 'decision');
  }

  async #drive(
    request: RunRequest,
    journal: RunJournal,
    history: readonly RunEvent[],
    made: { readonly pin: Pin; readonly pinned: Pinned; readonly workspace: Workspace },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, epoch } = this.#deps;
    const { pin } = made;
    let tokens = tokensIn(history);
    const parts = this.#parts(request, journal, made, (more) => {
      tokens += more;
      const { limits } = pin.flow;
      if (limits.tokens === undefined || tokens < limits.tokens) return;
      reach(`The limit of ${limits.tokens} tokens was reached.`, false);
    });
    const work = new RunWork(parts);
    const { flow } = pin;
    const engine = new Engine({
      flow,
      journal,
      history,
      clock,
      epoch,
      work,
      cancel: signal,
      suspend: this.#suspend.signal,
    });
    /** No call starts any more; with `now`, those under way are ended too. */
    const reach = (detail: string, now: boolean): void => {
      parts.limit ??= detail;
      engine.stop({ what: 'uses', failed: false, reason: 'limit', detail });
      if (now) work.reachLimit(detail);
    };
    const timer = new AbortController();
    if (flow.limits.timeMs !== undefined) {
      const leftMs = Math.max(0, (history[0]?.at ?? clock.now()) + flow.limits.timeMs - clock.now());
      const expired = () =>
        reach(`The time limit of the run (${(flow.limits.timeMs ?? 0) / 1000} s) was reached.`, true);
      clock.sleep(leftMs, timer.signal).then(expired, () => {});
    }
    try {
      if (!(await engine.drive())) return;
    } finally {
      timer.abort();
    }
    const outcome = outcomeOf(engine.state);
    const detail = whyOf(outcome, engine.state, parts, made.pinned.head);
    this.#end(journal, outcome, detail, engine.state.stoppedAsFailed);
  }

  #parts(
    request: RunRequest,
    journal: RunJournal,
    { pin, pinned, workspace }: { pin: Pin; pinned: Pinned; workspace: Workspace },
    onTokens: (tokens: number) => void,
  ): RunParts {
    const { models, clock, review, home } = this.#deps;
    const results = new Results(journal);
    const flowDir = pin.folder === null ? undefined : join(home, 'pins', pin.folder);
    if (flowDir !== undefined && !existsSync(flowDir)) {
      throw new UserError(
        'pin-missing',
        `The copy of the flow's folder (${flowDir}) is gone.`,
        'Start the run again.',
      );
    }
    const { head, branch, changes: kept } = pinned;
    const changes = kept === undefined ? [] : journal.readJson<readonly FileChange[]>(kept);
    const repo = { id: workspace.id, head, branch, changes: changes as unknown as Json };
    return {
      run: request.id,
      request,
      pin,
      baseTree: pinned.baseTree as TreeId,
      changes,
      flowDir,
      workspace,
      models,
      clock,
      journal,
      results,
      variables: new Variables({ run: request.id, pin, repo, results, flowDir }),
      slots: this.#slots,
      review,
      limit: undefined,
      onTokens,
      say: (doing) => this.#doing.set(request.id, doing),
      log: (message, error) => this.#deps.log?.(message, error),
    };
  }

  #end(
    journal: RunJournal,
    outcome: FinalOutcome,
    detail: string | undefined,
    isEnvironment: boolean = false,
  ): void {
    const ref: { detail?: ContentRef } = detail === undefined ? {} : { detail: journal.putText(detail) };
    const cause = isEnvironment && outcome === 'failed' ? ({ cause: 'environment' } as const) : {};
    journal.append([runEvent('run.ended', { outcome, ...ref, ...cause })], 'decision');
  }

  /** What went wrong before or around the flow itself. */
  #endBadly(journal: RunJournal, error: unknown, signal: AbortSignal): void {
    if (signal.aborted && (isAbort(error) || error === signal.reason)) {
      journal.append([runEvent('run.cancel-requested', {})]);
      return this.#end(journal, 'cancelled', undefined);
    }
    if (error instanceof UserError) {
      return this.#end(journal, 'failed', `${error.message} ${error.remedy}`, error.exitCode === 3);
    }
    this.#deps.log?.(`${journal.run} ended by a defect`, error);
    this.#end(journal, 'failed', `A defect of Pantheon ended it: ${messageOf(error)}`);
  }

  #view(run: string): RunView {
    const view = this.view(run);
    if (view === undefined) throw new Error(`${run} left no trace`);
    return view;
  }
}

function tokensIn(history: readonly RunEvent[]): number {
  return history.reduce(
    (sum, event) =>
      event.type === 'step.ended' && event.body.call !== undefined
        ? sum + event.body.call.promptTokens + event.body.call.answerTokens
        : sum,
    0,
  );
}

/** A sentence on how the run ended, where its outcome alone does not say it. */
function whyOf(
  outcome: FinalOutcome,
  state: FlowState,
  { results, pin }: Pick<RunParts, 'results' | 'pin'>,
  head: string | null,
): string | undefined {
  const nodes = [...state.nodes.values()];
  if (outcome === 'failed') {
    // A stop has said why already.
    if (state.stoppedAsFailed) return undefined;
    for (const { node, items } of nodes) {
      const index = items.findIndex((item) => item.outcome === 'failed');
      const address = index < 0 || node.forEach === undefined ? node.id : `${node.id}[${index}]`;
      const detail = results.detail(address);
      if (state.nodes.get(node.id)?.outcome === 'failed') return `${address}: ${detail ?? 'failed.'}`;
    }
    return undefined;
  }
  const leftOut = nodes.flatMap(({ node, skip }) => (skip === 'model' ? (pin.leftOut?.[node.id] ?? []) : []));
  if (leftOut.length > 0) return leftOut.join(' ');
  const lists = nodes.filter(({ node }) => node.forEach !== undefined);
  const isIdle =
    outcome === 'succeeded' && lists.length > 0 && lists.every(({ items }) => items.length === 0);
  if (!isIdle) return undefined;
  if (!lists.every(({ node }) => /\brepo\.changes\b/.test(node.forEach ?? '')))
    return `Nothing to do: ${lists.map(({ node }) => node.id).join(', ')} had an empty list.`;
  return head === null
    ? 'Nothing to compare with: there is no git repository with a commit here.'
    : 'Nothing changed since the last commit.';
}
