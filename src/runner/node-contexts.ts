import { UserError, type Clock, type Json } from '../common/index.ts';
import type { AgentRef, CompiledNode, FlowState } from '../flow/index.ts';
import type { ModelService } from '../models/index.ts';
import type { IncomingEdit, NodeContext, PinnedAgent, StepWork } from '../nodes/index.ts';
import type { TreeId, Workspace } from '../workspace/index.ts';
import type { FileChange } from './changes.ts';
import type { StepKind } from './events.ts';
import type { RunJournal } from './journal.ts';
import type { Pin } from './pin.ts';
import type { RunnerDeps } from './deps.ts';
import type { Results } from './results.ts';
import type { Slots } from './slots.ts';
import type { Doing, RunRequest } from './types.ts';
import type { Variables } from './variables.ts';

/** What belongs to one run while it is worked on. */
export interface RunParts {
  readonly run: string;
  readonly request: RunRequest;
  readonly pin: Pin;
  readonly baseTree: TreeId;
  /** What differs from HEAD, if anything asks for it. */
  readonly changes: readonly FileChange[];
  readonly flowDir: string | undefined;
  readonly workspace: Workspace;
  readonly models: ModelService;
  readonly clock: Clock;
  readonly journal: RunJournal;
  readonly results: Results;
  readonly variables: Variables;
  readonly slots: Slots;
  readonly review: RunnerDeps['review'];
  /** Set once a limit of the run forbids more model calls: why. */
  limit: string | undefined;
  /** Called after each model call with its tokens. */
  onTokens(tokens: number): void;
  say(doing: Doing): void;
  log(message: string, error?: unknown): void;
}

/** The run's own limit forbids what was about to begin. */
export class LimitReached extends Error {}

/** Makes what nodes work with. */
export class NodeContexts {
  readonly #parts: RunParts;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  async make(place: {
    readonly node: CompiledNode;
    readonly address: string;
    readonly state: FlowState;
    readonly signal: AbortSignal;
    readonly item: Json | undefined;
  }): Promise<NodeContext> {
    const { node, address, state, signal, item } = place;
    const parts = this.#parts;
    const { journal, workspace, pin } = parts;
    const incoming = parts.results.incoming(node, state);
    return {
      run: parts.run,
      address,
      workspace,
      models: parts.models,
      clock: parts.clock,
      signal,
      priority: parts.request.priority,
      baseTree: parts.baseTree,
      inputTree: await this.#merged(node, incoming, signal),
      incoming,
      timeoutMs: node.timeoutMs,
      limits: pin.limits,
      readable: parts.flowDir === undefined ? [] : [parts.flowDir],
      step: (key, kind, work) => this.#step(`${address}/${key}`, kind, work),
      shared: (key, kind, work) => this.#step(`/${key}`, kind, work),
      inSlot: (work) => parts.slots.use(work, signal),
      keep: (text) => journal.putText(text),
      read: (ref) => {
        const text = journal.readText(ref);
        if (text === undefined) throw new Error(`content ${ref} was erased`);
        return text;
      },
      command: (command) => parts.variables.command(command, state, item),
      agent: (ref) => this.#agent(ref),
      changesOf: (path) => parts.changes.find((change) => change.path === path)?.diff,
      say: (text) => parts.say(doingAt(node, state, text)),
    };
  }

  async #step<T>(address: string, kind: StepKind, work: () => Promise<StepWork<T>>): Promise<T> {
    return await this.#parts.journal.step(address, kind, async () => {
      if (kind === 'call' && this.#parts.limit !== undefined) throw new LimitReached(this.#parts.limit);
      const done = await work();
      if (done.call !== undefined) this.#parts.onTokens(done.call.promptTokens + done.call.answerTokens);
      return done;
    });
  }

  async #merged(node: CompiledNode, edits: readonly IncomingEdit[], signal: AbortSignal): Promise<TreeId> {
    const { baseTree, workspace } = this.#parts;
    let tree = baseTree;
    for (const edit of edits) {
      const merged = await workspace.trees.merge(baseTree, tree, edit.tree, signal);
      if (merged.conflicts.length > 0) {
        throw new UserError(
          'edits-conflict',
          `${node.id} needs edits that change the same lines of ${merged.conflicts.join(', ')}.`,
          'Let one of the nodes come after the other.',
        );
      }
      tree = merged.tree;
    }
    return tree;
  }

  #agent(ref: AgentRef): PinnedAgent {
    const { agents } = this.#parts.pin;
    const found =
      agents.find(({ agent }) => agent.hash === ref.hash) ??
      agents.find(({ agent }) => ref.name.endsWith(agent.name));
    if (found === undefined) throw new Error(`the run has no agent ${ref.name}`);
    return found;
  }
}

function doingAt(node: CompiledNode, state: FlowState, text: string): Doing {
  if (node.forEach === undefined) return { stage: `${node.id}: ${text}`, text: `${node.id}: ${text}` };
  const items = state.nodes.get(node.id)?.items ?? [];
  const done = items.filter((item) => item.outcome !== undefined).length;
  const stage = `${node.id}: ${done} of ${items.length} done`;
  return { stage, text: `${stage}, ${text}` };
}
