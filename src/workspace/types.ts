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
  ): Promise<{ readonly tree: TreeId; readonly head: string | null; readonly branch: string | null }>;
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
