import type { Disposable } from '../common/index.ts';

/** Hash of a tree in the workspace's private repository. */
export type TreeId = string & { readonly __tree: unique symbol };

/** A file's whole new content in a tree; `content: null` deletes it. Paths are relative, with `/`. */
export interface FileWrite {
  readonly path: string;
  readonly content: Uint8Array | null;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  readonly blob: string;
}

export interface TreeChange {
  readonly path: string;
  readonly kind: 'edit' | 'add' | 'delete' | 'rename';
  readonly from?: string;
}

/** The private repository of one workspace. Never writes the person's `.git`. */
export interface Trees {
  /** The workspace's files as they are on disk now (tracked and unignored), with `overlay` written over them (open hunks reversed). */
  snapshot(
    signal: AbortSignal,
    overlay?: readonly FileWrite[],
  ): Promise<{
    readonly tree: TreeId;
    readonly head: string | null;
    readonly branch: string | null;
    /** What is in the folder but not in the tree (unreadable, huge and untracked), one sentence each. */
    readonly notes: readonly string[];
  }>;
  list(tree: TreeId, signal: AbortSignal): Promise<readonly TreeEntry[]>;
  read(tree: TreeId, path: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** A new tree with these files written. Refuses paths that leave the tree or go through a symlink. */
  write(tree: TreeId, files: readonly FileWrite[], signal: AbortSignal): Promise<TreeId>;
  /** Three-way merge of whole trees; `conflicts` are paths, and then `tree` keeps ours at them. */
  merge(
    base: TreeId,
    ours: TreeId,
    theirs: TreeId,
    signal: AbortSignal,
  ): Promise<{ readonly tree: TreeId; readonly conflicts: readonly string[] }>;
  diff(from: TreeId, to: TreeId, signal: AbortSignal): Promise<readonly TreeChange[]>;
  /**
   * The files as HEAD of the person's repository has them, as a tree to compare `tree` with; what differs only in line ends
   * is as in `tree`. `undefined` where there is no repository or no commit.
   */
  head(tree: TreeId, signal: AbortSignal): Promise<TreeId | undefined>;
}

/** A disposable folder that holds one tree, with dependency folders provided. */
export interface Checkout extends Disposable {
  readonly dir: string;
  readonly tree: TreeId;
}

export interface Checkouts extends Disposable {
  /** Takes a clean checkout from the pool, set to `tree`. */
  acquire(tree: TreeId, signal: AbortSignal): Promise<Checkout>;
}

export interface CommandRequest {
  readonly argv: readonly string[];
  /** Exactly the variables the command sees, besides `PATH`, `HOME`, `TMPDIR` and what the allow-list of the client's environment grants. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Read-only folders it needs besides the checkout (the flow's folder, the runtime). */
  readonly readable: readonly string[];
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** True when output was cut at the size limit. */
  readonly truncated: boolean;
  readonly durationMs: number;
  readonly sandboxed: boolean;
  /** Why there was no sandbox, if there was none. */
  readonly sandboxNote?: string;
}

/** One test, named by file and full title. */
export interface TestResult {
  readonly id: string;
  readonly passed: boolean;
  readonly skipped: boolean;
  readonly durationMs: number;
  readonly message?: string;
}

export interface CheckResult {
  readonly command: CommandResult;
  readonly tests: readonly TestResult[];
  /** False when no test file reached its first test and no per-test results exist: the environment is not ready. */
  readonly ready: boolean;
}

/** What a flow's check needs besides its command: where per-test results come from when the runner is not Node's own. */
export interface CheckRequest extends CommandRequest {
  readonly results?: { readonly junit: string } | { readonly tap: 'stdout' };
}

export interface WorkspaceOptions {
  /** `PANTHEON_HOME`, absolute. */
  readonly home: string;
  /** Any folder; its real path identifies the workspace. */
  readonly root: string;
  readonly sandbox: 'auto' | 'off';
  /** Globs that edits may not touch, besides the built-in list (tests, test configuration, package manifests, CI files). */
  readonly protectedGlobs?: readonly string[];
  /** Built file of the keeper process, and the Node that runs it. */
  readonly keeper: { readonly node: string; readonly file: string };
  /** `PATH` of commands: the client's, as it was sent with the run. */
  readonly path: string;
}

/** Everything that a run needs from one workspace. Disposing it ends its processes and removes its checkouts. */
export interface Workspace extends Disposable {
  /** First 16 hex digits of the SHA-256 of the real path. */
  readonly id: string;
  readonly root: string;
  readonly trees: Trees;
  readonly checkouts: Checkouts;
  /** Runs a command in a checkout; a non-zero exit is a result, not an error. Its whole process tree has ended when this settles. */
  exec(checkout: Checkout, request: CommandRequest, signal: AbortSignal): Promise<CommandResult>;
  /** Runs a command as a check and reads results per test. */
  check(checkout: Checkout, request: CheckRequest, signal: AbortSignal): Promise<CheckResult>;
  /** Whether an edit of this path must be refused, and the rule that says so. */
  protectedBy(path: string): string | undefined;
}
