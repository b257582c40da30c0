/** What the owner tells its keeper, one JSON document a line. */
export type ToKeeper = StartMessage | { readonly kind: 'end'; readonly id: number };

export interface StartMessage {
  readonly kind: 'start';
  readonly id: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Processes that work below this folder, or have their `TMPDIR` there, belong to the command. */
  readonly box: string;
  /** True if the kernel ends everything with the command (a process namespace of its own). */
  readonly contained: boolean;
  /** Where the running command is noted down for the case that the keeper is killed too. */
  readonly record: string;
}

/** What the keeper answers when a command and everything it started have ended. */
export interface Ended {
  readonly id: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly durationMs: number;
  /** Why the command could not be started. */
  readonly startError?: string;
}
