import type { Clock, Json } from '../common/index.ts';
import type { AgentRef, Command, CompiledAgent, Outcome, RetryCause } from '../flow/index.ts';
import type { ModelService, ResolvedModel } from '../models/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { ContentRef } from '../store/index.ts';
import type { TreeId, Workspace } from '../workspace/index.ts';

/** An agent as the run pinned it, with the model that answers for it. */
export interface PinnedAgent {
  readonly agent: CompiledAgent;
  readonly model: ResolvedModel;
}

/** One edit of one file. `changedLines` are 1-based lines of the file before the edit. */
export interface Edit {
  readonly path: string;
  /** The whole file after it. */
  readonly content: ContentRef;
  readonly changedLines: readonly number[];
}

/** A distinct edit of a sample that parsed but did not pass alone; looked at once more when all items have ended. */
export interface Candidate extends Edit {
  /** Name of the sample: `3`, or `f1.3` for one of the first fallback. */
  readonly sample: string;
}

export interface Finding {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** Last line, if the finding is about several. */
  readonly endLine?: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly suggestion?: string;
  readonly agent: string;
}

/** What a node, or one item of it, made. */
export interface NodeResult {
  readonly outcome: Outcome;
  readonly cause?: RetryCause;
  /** Why, in a sentence. */
  readonly detail?: string;
  readonly output?: Json;
  readonly tree?: TreeId;
  readonly edit?: Edit;
  /** What is said where the edit is proposed as a finding. */
  readonly remark?: string;
  readonly candidates?: readonly Candidate[];
  readonly findings?: readonly Finding[];
  readonly evidence?: readonly Evidence[];
  readonly memoHits?: number;
  /** Addresses of edits that a check took back, from the last one. */
  readonly takenBack?: readonly { readonly address: string; readonly detail: string }[];
  /** Sentences that belong into the report. */
  readonly notes?: readonly string[];
}

/** A command with its variables put in. */
export interface ReadyCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A good edit that reached a check, in the order in which they are taken back from the end. */
export interface IncomingEdit {
  readonly address: string;
  readonly title: string;
  readonly tree: TreeId;
}

/** What is counted of a model call; its texts go into content. */
export interface CallRecord {
  readonly agent: string;
  /** Of the agent with everything that decides what a call means. */
  readonly agentHash: string;
  readonly model: string;
  readonly digest: string;
  readonly server: string;
  readonly serverVersion: string;
  readonly numCtx: number;
  readonly sampling: { readonly [name: string]: Json };
  readonly promptHash: string;
  readonly prompt: ContentRef;
  readonly answer: ContentRef;
  readonly packing: ContentRef;
  /** Version of packing, rendering and reading: calls of different harnesses are not comparable. */
  readonly harness: string;
  /** `edit`, `unchanged`, `unreadable` …: what the answer was before anything was checked. */
  readonly validation: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly loadMs: number;
  readonly totalMs: number;
  readonly swapped: boolean;
  readonly retries: number;
}

/** What the work of a step gives back. */
export interface StepWork<T> {
  readonly value: T;
  /** One word for views. */
  readonly outcome: string;
  /** How long the thing itself took, where waiting for a place is not to count. */
  readonly ms?: number;
  readonly call?: CallRecord;
}

/** What a node works with. Everything that costs or cannot be repeated goes through `step`. */
export interface NodeContext {
  readonly run: string;
  /** Address of the attempt. */
  readonly address: string;
  readonly workspace: Workspace;
  readonly models: ModelService;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly priority: 'interactive' | 'night';
  readonly baseTree: TreeId;
  /** The base, or the merge of what the needed nodes made. */
  readonly inputTree: TreeId;
  readonly incoming: readonly IncomingEdit[];
  readonly timeoutMs: number;
  readonly limits: { readonly files?: number; readonly lines?: number };
  /** Folders that commands may read besides the checkout. */
  readonly readable: readonly string[];
  /** Works a step of this attempt once, or reads its value back. */
  step<T>(
    key: string,
    kind: 'call' | 'check' | 'command' | 'expression',
    work: () => Promise<StepWork<T>>,
  ): Promise<T>;
  /** As `step`, for the whole run: asked for by several nodes, worked once. */
  shared<T>(key: string, kind: 'check', work: () => Promise<StepWork<T>>): Promise<T>;
  /** Waits for one of the places in which commands run side by side. */
  inSlot<T>(work: () => Promise<T>): Promise<T>;
  keep(text: string): ContentRef;
  read(ref: ContentRef): string;
  command(command: Command): ReadyCommand;
  agent(ref: AgentRef): PinnedAgent;
  /** The unified diff of a file since HEAD, if it changed and anything in the run asks for changes. */
  changesOf(path: string): string | undefined;
  /** One line for a person who looks now. */
  say(text: string): void;
}

/** The attempt's time is up. Samples that were drawn by then count. */
export class Overtime extends Error {}

/** The unchanged project does not come to its first test: nothing that follows would mean anything. */
export class EnvironmentNotReady extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvironmentNotReady';
  }
}
