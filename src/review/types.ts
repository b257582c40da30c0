import type { Evidence, ProposalView, RejectReason } from '../protocol/index.ts';
import type { Edit, ReviewedText } from '../text/index.ts';

/** How a decision was made. */
export type DecisionWay = 'gutter' | 'tree' | 'keyboard' | 'code-action' | 'command-line' | 'bulk' | 'policy';

/** One file of a proposal: bytes before and after; `null` where it does not exist. */
export interface ProposedFile {
  readonly path: string;
  readonly from?: string;
  readonly base: Uint8Array | null;
  readonly proposed: Uint8Array | null;
  /**
   * Which of the run's edits each change came from, with the evidence of it. Hunks are computed by this room; an edit owns
   * the hunks whose lines it changed (0-based base lines, end exclusive).
   */
  readonly edits: readonly ProposedEdit[];
}
export interface ProposedEdit {
  /** Key within the proposal, for example `mend[2]`. */
  readonly key: string;
  readonly title: string;
  readonly baseStart: number;
  readonly baseEnd: number;
  readonly evidence: readonly Evidence[];
  /** Keys of edits without which this one does not pass. */
  readonly dependsOn: readonly string[];
}
export interface ProposedFinding {
  readonly path: string;
  /** 0-based; `endLine` is the last line, if it is about several. A suggestion takes the place of all of them. */
  readonly line: number;
  readonly endLine?: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly suggestion?: string;
  readonly agent: string;
}
export interface ProposalInput {
  /** Equal key, equal proposal: a repeat has no second effect and returns the first one's id. */
  readonly key: string;
  readonly run: string;
  readonly flow: string;
  readonly workspaceId: string;
  readonly workspaceRoot: string;
  readonly title: string;
  readonly files: readonly ProposedFile[];
  readonly findings: readonly ProposedFinding[];
  /** Files that findings are about, as they were when these were made; without one it is the file as it is now. */
  readonly bases?: ReadonlyMap<string, Uint8Array>;
  readonly evidence: readonly Evidence[];
}

export interface DecideInput {
  readonly proposal: string;
  /** Hunk ids, or `all` that are still undecided. */
  readonly hunks: readonly string[] | 'all';
  readonly decision: 'accept' | 'reject';
  readonly way: DecisionWay;
  readonly reason?: RejectReason;
  readonly words?: string;
  readonly commandId: string;
  /** For a reject that would lose what the person typed inside the hunk: the text that shall stand there instead. */
  readonly instead?: string;
  /** Files with unsaved changes in the window that decides: it edits them, the daemon never writes them. */
  readonly unsaved?: readonly BufferText[];
}
/** The text of a file as it stands in an editor, which is not that of the disk. */
export interface BufferText {
  readonly path: string;
  readonly text: string;
}
/** Edits for the window that owns an unsaved file, one after the other; once they are in, it reports the text. */
export interface WindowEdits {
  readonly path: string;
  readonly edits: readonly Edit[];
}
/** What an editor shows of a file: its text with the hunks that are open in it. */
export interface FileInReview {
  readonly path: string;
  readonly state: ReviewedText;
}
/** A hunk that could not be decided or moved, with a sentence that says why and what to do. Nothing was changed for it. */
export interface RefusedHunk {
  readonly hunk: string;
  readonly problem: string;
  /** Its file is decided as a whole. */
  readonly whole?: true;
  /** The person typed inside, and a reject would lose it: what stands there, and what stood there before the hunk. */
  readonly typed?: { readonly now: string; readonly before: string };
}

/** What editors ask of reviews, beyond deciding. Paths are relative to the workspace, with `/`. */
export interface EditorReview {
  /** Brings the undecided hunks of a proposal into their files. What cannot be brought in is refused with a sentence. */
  open(input: EditorCommand & { readonly proposal: string }, signal: AbortSignal): Promise<EditorChange>;
  /** Takes the undecided hunks of a proposal out again; those in which the person typed may stay, with a sentence. */
  stop(input: EditorCommand & { readonly proposal: string }, signal: AbortSignal): Promise<EditorChange>;
  /** Takes the last decision in a workspace back. Throws `UserError` where that would lose text. */
  undo(
    input: EditorCommand & { readonly workspaceRoot: string },
    signal: AbortSignal,
  ): Promise<EditorChange & { readonly hunk: string }>;
  /**
   * A window tells the text of a file: after typing, and after edits that the daemon asked for. Without a text that of the
   * disk counts: after saving, after a reload. `undefined` for a file that is not under review or not there.
   */
  report(input: {
    readonly workspaceRoot: string;
    readonly path: string;
    readonly text?: string;
    /** How the text came from the one last reported, if the window knows. */
    readonly edits?: readonly Edit[];
  }): Promise<FileInReview | undefined>;
  /**
   * Files with hunks that are open or may come back, each followed to its text on the disk unless a window holds it
   * unsaved. Records nothing: a window that comes back may bring unsaved text.
   */
  files(workspaceRoot: string): Promise<readonly FileInReview[]>;
  /** Paths that some window is said to hold unsaved. */
  unsaved(workspaceRoot: string): readonly string[];
  /** No window holds unsaved text of these files any more; without paths, of any. */
  released(workspaceRoot: string, paths?: readonly string[]): Promise<void>;
  /** A commit contains these open hunks: they are recorded as committed undecided, never as accepted. */
  committed(input: { readonly workspaceRoot: string; readonly hunks: readonly string[] }): Promise<void>;
  /** Records that a proposal, hunk or finding was seen: an ignored result is knowable only so. */
  exposed(input: {
    readonly id: string;
    readonly what: 'shown' | 'opened' | 'evidence-opened';
    readonly rank?: number;
  }): Promise<void>;
  /** Apply is accept, dismiss is reject. Apply of an outdated finding is refused with a `UserError`. */
  decideFinding(
    input: EditorCommand & {
      readonly finding: string;
      readonly decision: 'apply' | 'dismiss' | 'resolve' | 'reopen';
      readonly words?: string;
    },
    signal: AbortSignal,
  ): Promise<EditorChange>;
}
export interface EditorCommand {
  readonly unsaved?: readonly BufferText[];
  readonly commandId: string;
}
export interface EditorChange {
  readonly files: readonly FileInReview[];
  /** For the window: its unsaved files, which it edits itself. */
  readonly edits: readonly WindowEdits[];
  readonly refused: readonly RefusedHunk[];
}
export interface DecideResult {
  readonly proposal: ProposalView;
  readonly decided: readonly string[];
  readonly refused: readonly RefusedHunk[];
  /** Files under review as they are, or will be once the edits are in. */
  readonly files?: readonly FileInReview[];
  /** For the window that owns unsaved files: a reject is done when it has made these edits and reported the text. */
  readonly edits?: readonly WindowEdits[];
}
