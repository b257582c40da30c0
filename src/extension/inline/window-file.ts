import {
  followTo,
  originalOf,
  reviewedText,
  withEnds,
  type Edit,
  type OpenHunk,
  type ReviewedText,
} from '../../text/index.ts';

/** How a file stands in this window: the text of its document, and whether that is unsaved. */
export interface Shown {
  readonly text: string;
  readonly isDirty: boolean;
}

/** What is told of a file: its unsaved text, or `null` where the disk counts. */
export interface Report {
  readonly text: string | null;
  readonly edits?: readonly Edit[];
}

/**
 * A file under review as this window has it: the text that it shows with the hunks open in it, followed through every change
 * in the same turn, and what the runner has not heard of yet.
 */
export class WindowFile {
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  #state: ReviewedText;
  /** What is so as soon as the document shows this text: it waits for a reload, or for an edit that is under way. */
  #expected: ReviewedText | undefined;
  #unreported: readonly Edit[] | 'unknown' | undefined;
  #hidden: 'elsewhere' | 'gone' | undefined;

  constructor(root: string, path: string, state: ReviewedText = reviewedText('')) {
    this.root = root;
    this.path = path;
    this.#state = state;
  }

  get state(): ReviewedText {
    return this.#state;
  }

  /** Hunks to show here: none while another window holds the file unsaved, or while there is no file. */
  get open(): readonly OpenHunk[] {
    return this.#hidden === undefined ? this.#state.open : [];
  }

  /** The text without its open hunks. */
  get original(): string {
    return originalOf(this.#state);
  }

  get isElsewhere(): boolean {
    return this.#hidden === 'elsewhere';
  }

  /** Whether the runner has no such file under review. */
  get isGone(): boolean {
    return this.#hidden === 'gone';
  }

  get isWaiting(): boolean {
    return this.#expected !== undefined;
  }

  get hasNews(): boolean {
    return this.#unreported !== undefined;
  }

  /** The document changed, or was opened with this text. */
  changed({ text, isDirty }: Shown, edits?: readonly Edit[]): void {
    if (this.#expected?.text === text) {
      this.#state = this.#expected;
      this.#expected = undefined;
      return;
    }
    if (text === this.#state.text) return;
    // Text that was reloaded came by way of what was expected; text that was typed did not.
    const from = isDirty ? this.#state : (this.#expected ?? this.#state);
    const known = isDirty ? edits : undefined;
    this.#expected = undefined;
    this.#state = followTo(from, text, known).state;
    this.#note(known);
  }

  /** The runner's word after an act: this is the file, or will be once the document shows the text. */
  answered(state: ReviewedText, shown: Shown | undefined): void {
    this.#hidden = undefined;
    this.#expected = undefined;
    if (shown === undefined || shown.text === state.text) this.#state = state;
    else if (withEnds(shown.text, '\n') === withEnds(state.text, '\n'))
      this.#state = followTo(state, shown.text).state;
    else if (shown.isDirty) {
      const typed = this.#unreported === 'unknown' ? undefined : this.#unreported;
      this.#state = followTo(state, shown.text, typed).state;
    } else this.#expected = state;
  }

  /** An edit is about to be made in the document that leads to this. */
  awaits(state: ReviewedText): void {
    this.#hidden = undefined;
    this.#expected = state;
  }

  /** The edit that was awaited is over, whether it was made or not. */
  awaitsNoMore(): void {
    this.#expected = undefined;
  }

  /** Saved, closed, reopened: the runner has to hear again how the file stands. */
  touched(): void {
    this.#note([]);
  }

  /**
   * What to report now, in order; what changes from here on belongs to the next time. Text that was typed and saved in one
   * go is told with its edits first, so that hunks are followed by what was typed and not by a comparison.
   */
  takeReports(shown: Shown | undefined): readonly Report[] {
    const edits = this.#unreported;
    this.#unreported = undefined;
    const known = edits === undefined || edits === 'unknown' || edits.length === 0 ? {} : { edits };
    if (shown === undefined) return [{ text: null }];
    if (shown.isDirty) return [{ text: shown.text, ...known }];
    return 'edits' in known ? [{ text: shown.text, ...known }, { text: null }] : [{ text: null }];
  }

  /** The report did not reach the runner. */
  reportLost(): void {
    this.#unreported = 'unknown';
  }

  /** The runner's answer to a report: taken if the document still shows that text. Without a state there is no file. */
  reported(state: ReviewedText | undefined, isOwned: boolean, shown: Shown | undefined): void {
    this.#hidden = !isOwned ? 'elsewhere' : state === undefined ? 'gone' : undefined;
    if (state === undefined || this.#expected !== undefined) return;
    if (shown === undefined || shown.text === state.text) this.#state = state;
    else if (!shown.isDirty) this.answered(state, shown);
  }

  #note(edits: readonly Edit[] | undefined): void {
    if (edits === undefined || this.#unreported === 'unknown') this.#unreported = 'unknown';
    else this.#unreported = [...(this.#unreported ?? []), ...edits];
  }
}
