import type { Json } from '../common/index.ts';

/** What a node is; the same words in files, code and JSON. */
export type NodeKind = 'uses' | 'run' | 'check' | 'panel' | 'merge' | 'gate' | 'wait';

/** When a node with several `needs` may start. `settled`: all ended, whatever their outcome. */
export type Join = 'all' | 'any' | 'settled' | { readonly quorum: number };

/** Text in which `${{ … }}` stands for expressions; kept as source, evaluated once and recorded by the runner. */
export type Template = string;

/** A command as a list: one entry is one argument. `$NAME` in an entry stands for the variable of that name in `env`. */
export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, Template>>;
  /** Present for `shell: |`: the script; `argv` is then empty. */
  readonly shell?: string;
}

/** A command whose result is evidence. */
export interface CheckSpec {
  readonly command: Command;
  /** `baseline`: what passed on the base tree must pass; `exit-0`: the exit code decides. */
  readonly compare: 'baseline' | 'exit-0';
  /** How many tests that fail on the base must pass for an edit to be good. */
  readonly fixes: number;
  /** Where per-test results come from when the runner is not Node's own. */
  readonly results?: { readonly junit: string } | { readonly tap: 'stdout' };
  readonly timeoutMs?: number;
}

/** Which agent a node runs: its name as written and the hash of what was pinned. */
export interface AgentRef {
  readonly name: string;
  readonly hash: string;
}

/** How an edit is chosen from up to `n` samples. */
export type BestOf =
  /** The first one that the check accepts. */
  | { readonly n: number; readonly pick: 'first'; readonly check: CheckSpec }
  /** The one that most samples make, if at least `agree` make it; changing nothing is a choice too. */
  | { readonly n: number; readonly pick: 'vote'; readonly agree: number };

export type NodeBody =
  | {
      readonly kind: 'uses';
      readonly agent: AgentRef;
      readonly with: Readonly<Record<string, Template>>;
      readonly bestOf?: BestOf;
      readonly repairMax: number;
      /** Tried in order when the agent itself found nothing good; `abstain` ends the chain without failure. */
      readonly fallback: readonly (AgentRef | 'abstain')[];
      /** `skip`: where no server has a model for the agent, the node is left out and the run says so. */
      readonly withoutModel?: 'skip';
    }
  | { readonly kind: 'run'; readonly command: Command; readonly outputSchema?: Json }
  | { readonly kind: 'check'; readonly check: CheckSpec };

export interface CompiledNode {
  readonly id: string;
  readonly needs: readonly string[];
  readonly join: Join;
  /** CEL source, without braces. */
  readonly if?: string;
  /** CEL source of a list, without braces. */
  readonly forEach?: string;
  readonly maxParallel: number;
  readonly timeoutMs: number;
  readonly retry: {
    readonly max: number;
    readonly backoffMs: readonly [number, number];
    readonly on: readonly RetryCause[];
  };
  readonly continueOnFail: boolean;
  readonly body: NodeBody;
}

export type RetryCause = 'timeout' | 'invalid-output' | 'model-server' | 'error';

/** The only places where a run has effects. */
export type CompiledOutput = {
  readonly id: string;
  readonly kind: 'propose';
  readonly needs: readonly string[];
  readonly if?: string;
  readonly edits: readonly string[];
  readonly findings: readonly string[];
  readonly evidence: readonly string[];
};

export interface FlowInput {
  readonly type: 'string' | 'number' | 'boolean' | 'path' | 'json';
  readonly optional: boolean;
  readonly default?: Json;
  readonly description?: string;
}

/** A flow after compilation. `hash` covers everything else, so equal meaning has an equal hash. */
export interface CompiledFlow {
  readonly name: string;
  readonly description?: string;
  readonly version: number;
  readonly hash: string;
  readonly inputs: Readonly<Record<string, FlowInput>>;
  readonly limits: { readonly timeMs?: number; readonly tokens?: number };
  /** In the order of the file. The graph has no cycle. */
  readonly nodes: readonly CompiledNode[];
  readonly outputs: readonly CompiledOutput[];
}

/** An agent after compilation: everything that decides what a call means, under one hash. */
export interface CompiledAgent {
  readonly name: string;
  readonly description: string;
  readonly hash: string;
  readonly version: string;
  /** Names and tiers in order of preference, tiers resolved by the caller. */
  readonly models: readonly string[];
  readonly inputs: Readonly<Record<string, FlowInput>>;
  readonly output: AgentOutput;
  /** What is packed into the user message, most important first. */
  readonly context: readonly ContextPart[];
  readonly limits: { readonly timeMs: number; readonly tokens: number; readonly turns: number };
  readonly sampling: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly seed?: number;
    readonly numPredict?: number;
  };
  /** System message, with `${{ inputs.x }}` templates. */
  readonly body: Template;
}

export type EditUnit = 'function' | 'region' | 'file' | 'lines';
export type AgentOutput =
  | { readonly kind: 'edit'; readonly unit: EditUnit }
  | { readonly kind: 'findings'; readonly max: number }
  | { readonly kind: 'data'; readonly schema: Json }
  | { readonly kind: 'text' };
export type ContextPart = 'function' | 'file' | 'imports' | 'instructions' | 'changes' | 'inputs';
