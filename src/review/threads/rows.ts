import { prepared, type ContentRef, type Store } from '../../store/index.ts';
import type { AnswerOutcome } from './events.ts';

export interface ThreadRow {
  readonly id: string;
  readonly root: string;
  readonly path: string;
  readonly anchor: ContentRef;
  readonly text: ContentRef;
  readonly at: number;
  readonly state: 'open' | 'resolved';
}
export interface CommentRow {
  readonly seq: number;
  /** `null` for a person. */
  readonly agent: string | null;
  readonly words: ContentRef;
  readonly at: number;
}
export interface AskRow {
  readonly run: string;
  readonly thread: string;
  readonly agent: string;
  /** `null` while the agent is at work. */
  readonly outcome: AnswerOutcome | null;
  /** Ids, as JSON. */
  readonly proposals: string;
}

/** Reads the rows of threads. Writes nothing. */
export class ThreadRows {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  thread(id: string): ThreadRow | undefined {
    return this.#all<ThreadRow>('SELECT * FROM thread_threads WHERE id = ?', id)[0];
  }

  /** Oldest first. */
  threads(root: string): readonly ThreadRow[] {
    return this.#all<ThreadRow>('SELECT * FROM thread_threads WHERE root = ? ORDER BY seq', root);
  }

  comments(thread: string): readonly CommentRow[] {
    return this.#all<CommentRow>('SELECT * FROM thread_comments WHERE thread = ? ORDER BY seq', thread);
  }

  asks(thread: string): readonly AskRow[] {
    return this.#all<AskRow>('SELECT * FROM thread_asks WHERE thread = ? ORDER BY seq', thread);
  }

  ask(run: string): AskRow | undefined {
    return this.#all<AskRow>('SELECT * FROM thread_asks WHERE run = ?', run)[0];
  }

  /** What agents were asked and have not answered, oldest first. */
  waiting(): readonly AskRow[] {
    return this.#all<AskRow>('SELECT * FROM thread_asks WHERE outcome IS NULL ORDER BY seq');
  }

  /** Hunks that were accepted of changes to which answers led. */
  acceptedHunks(): readonly { readonly thread: string; readonly hunk: string }[] {
    return this.#all(`SELECT asks.thread AS thread, hunks.id AS hunk FROM thread_asks AS asks, json_each(asks.proposals) AS made
      JOIN review_hunks AS hunks ON hunks.proposal = made.value
      WHERE hunks.state IN ('accepted', 'accepted-edited') ORDER BY asks.seq, hunks.n`);
  }

  #all<T>(sql: string, ...values: string[]): readonly T[] {
    return prepared(this.#store.db, sql).all(...values) as T[];
  }
}
