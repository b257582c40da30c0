/**
 * An error that a person can mend. `code` is stable, for scripts and tests, `message` says what happened,
 * `remedy` says the next step (a command or an act). Everything that is not a `UserError` is a bug.
 */
export class UserError extends Error {
  readonly code: string;
  readonly remedy: string;
  /** Exit code of the command line: 1 the answer is no, 2 wrong usage, 3 the environment is not ready. */
  readonly exitCode: 1 | 2 | 3;

  constructor(
    code: string,
    message: string,
    remedy: string,
    options: { exitCode?: 1 | 2 | 3; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.remedy = remedy;
    this.exitCode = options.exitCode ?? 3;
  }
}

/** True for errors that came out of an aborted `AbortSignal`. */
export function isAbort(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORT_ERR'))
  );
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
