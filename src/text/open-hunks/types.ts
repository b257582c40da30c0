import type { Edit } from '../edits.ts';

/** Offsets in UTF-16 units of the text as it is now; end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A proposed change whose text is in the file and that nobody has decided. Its range holds `added`, or what a person made of it. */
export interface OpenHunk extends Range {
  readonly id: string;
  /** The proposal it belongs to. */
  readonly owner: string;
  readonly removed: string;
  readonly added: string;
}

/** A hunk that left the set. It is followed further, so that text that comes back opens it again and a decision can be undone. */
export interface ClosedHunk extends OpenHunk {
  readonly how: 'accepted' | 'rejected' | 'withdrawn';
  /** What its range held while it was open last. */
  readonly was: string;
  /** What its range held when it was closed. */
  readonly left: string;
}

/**
 * A text under review: the state. What the text would be without its open hunks is derived from it (`originalOf`).
 * Open hunks stand in the order of the text and never overlap. Plain data: it can be stored as JSON.
 */
export interface ReviewedText {
  readonly text: string;
  readonly open: readonly OpenHunk[];
  /** In the order in which they were closed. */
  readonly closed: readonly ClosedHunk[];
}

/** What became of a hunk by itself, without a decision. */
export interface Turn {
  readonly id: string;
  readonly to: 'withdrawn' | 'open';
}

export interface Followed {
  readonly state: ReviewedText;
  readonly turns: readonly Turn[];
}

/** A hunk of a proposal; offsets are those of the proposal's base text. */
export interface IncomingHunk extends Range {
  readonly id: string;
  readonly added: string;
}

export interface Incoming {
  readonly owner: string;
  /** The text that the proposal was made for. */
  readonly base: string;
  readonly hunks: readonly IncomingHunk[];
}

/** Why a hunk cannot be brought in: its lines changed since, an open hunk is there, or the text says so already. */
export type BringInProblem = 'changed' | 'meets-open-hunk' | 'already-there';

export interface BroughtIn {
  readonly state: ReviewedText;
  /** To be applied one after the other; they lead from the old text to the new one. */
  readonly edits: readonly Edit[];
  readonly opened: readonly string[];
  readonly refused: readonly { readonly id: string; readonly problem: BringInProblem }[];
}

export type Decided =
  | {
      readonly ok: true;
      readonly state: ReviewedText;
      readonly edits: readonly Edit[];
      readonly to: 'accepted' | 'accepted-edited' | 'rejected' | 'open';
    }
  | { readonly ok: false; readonly problem: 'not-open' | 'conflict' | 'gone' };
