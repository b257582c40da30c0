import type { HunkState } from '../protocol/index.ts';
import { prepared, type ContentRef, type Store } from '../store/index.ts';
import type { ReviewedText } from '../text/index.ts';
import type { Intended } from './events.ts';
import type { ProposalRecord } from './records.ts';

export interface ProposalRow {
  readonly id: string;
  readonly key: string;
  readonly run: string;
  readonly flow: string;
  readonly root: string;
  readonly record: ContentRef;
  readonly at: number;
  readonly superseded_by: string | null;
}
export interface HunkRow {
  readonly id: string;
  readonly proposal: string;
  readonly path: string;
  readonly state: HunkState;
  readonly reason: string | null;
  readonly words: ContentRef | null;
  readonly command: string | null;
}
export interface FindingRow {
  readonly id: string;
  readonly proposal: string;
  readonly path: string;
  readonly state: 'open' | 'applied' | 'dismissed' | 'resolved';
}

/** A file under review as it was last seen. */
export interface SeenFile {
  readonly state: ReviewedText;
  readonly unsaved: boolean;
}

/** A hunk that still waits for a person. */
export function isUndecided(state: HunkState): boolean {
  return state === 'waiting' || state === 'open' || state === 'conflicted';
}

/** True if a person who names the hunk may decide it: also one whose text left by itself. */
export function isDecidable(state: HunkState): boolean {
  return isUndecided(state) || state === 'withdrawn';
}

/** Reads this room's rows and the contents they refer to. Writes nothing. */
export class Rows {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  proposal(id: string): ProposalRow | undefined {
    return this.#one<ProposalRow>('SELECT * FROM review_proposals WHERE id = ?', id);
  }

  proposalByKey(key: string): ProposalRow | undefined {
    return this.#one<ProposalRow>('SELECT * FROM review_proposals WHERE key = ?', key);
  }

  /** Newest first. */
  proposals(root?: string): ProposalRow[] {
    return root === undefined
      ? this.#all<ProposalRow>('SELECT * FROM review_proposals ORDER BY seq DESC')
      : this.#all<ProposalRow>('SELECT * FROM review_proposals WHERE root = ? ORDER BY seq DESC', root);
  }

  hunks(proposal: string): HunkRow[] {
    return this.#all<HunkRow>('SELECT * FROM review_hunks WHERE proposal = ? ORDER BY n', proposal);
  }

  hunk(id: string): HunkRow | undefined {
    return this.#one<HunkRow>('SELECT * FROM review_hunks WHERE id = ?', id);
  }

  findings(proposal: string): FindingRow[] {
    return this.#all<FindingRow>('SELECT * FROM review_findings WHERE proposal = ? ORDER BY rowid', proposal);
  }

  finding(id: string): FindingRow | undefined {
    return this.#one<FindingRow>('SELECT * FROM review_findings WHERE id = ?', id);
  }

  /** What a proposal says; an empty one where its content was erased. */
  record({ record }: Pick<ProposalRow, 'record'>): ProposalRecord {
    const text = this.#store.getText(record);
    return text === undefined
      ? { title: 'erased', files: [], findings: [], evidence: [] }
      : (JSON.parse(text) as ProposalRecord);
  }

  file(root: string, path: string): SeenFile | undefined {
    const row = this.#one<{ state: ContentRef; unsaved: number }>(
      'SELECT state, unsaved FROM review_files WHERE root = ? AND path = ?',
      root,
      path,
    );
    const text = row === undefined ? undefined : this.#store.getText(row.state);
    if (row === undefined || text === undefined) return undefined;
    return { state: JSON.parse(text) as ReviewedText, unsaved: row.unsaved === 1 };
  }

  /** Where the state of a file under review is kept. */
  stateOf(root: string, path: string): ContentRef | undefined {
    const sql = 'SELECT state FROM review_files WHERE root = ? AND path = ?';
    return this.#one<{ state: ContentRef }>(sql, root, path)?.state;
  }

  /** Whether a file, or a write that is not finished, needs this state. */
  usesState(state: ContentRef): boolean {
    const intended = 'SELECT 1 FROM review_intents WHERE instr(body, ?) > 0';
    return (
      this.#one('SELECT 1 FROM review_files WHERE state = ?', state) !== undefined ||
      this.#one(intended, state) !== undefined
    );
  }

  /** Paths of files that have open hunks. */
  openFiles(root: string): string[] {
    return this.#all<{ path: string }>(
      'SELECT path FROM review_files WHERE root = ? AND open > 0 ORDER BY path',
      root,
    ).map(({ path }) => path);
  }

  /** Paths of files with hunks that are open or may come back. */
  followedFiles(root: string): string[] {
    return this.#all<{ path: string }>(
      'SELECT path FROM review_files WHERE root = ? AND followed = 1 ORDER BY path',
      root,
    ).map(({ path }) => path);
  }

  unsavedFiles(root: string): string[] {
    return this.#all<{ path: string }>(
      'SELECT path FROM review_files WHERE root = ? AND unsaved = 1 ORDER BY path',
      root,
    ).map(({ path }) => path);
  }

  intents(by: Intended['by']): Intended[] {
    return this.#all<{ body: string }>('SELECT body FROM review_intents WHERE by = ? ORDER BY rowid', by).map(
      ({ body }) => JSON.parse(body) as Intended,
    );
  }

  /** The newest decision in a workspace that was not taken back. */
  lastDecision(root: string): { readonly hunk: string; readonly path: string } | undefined {
    return this.#one(
      'SELECT hunk, path FROM review_decisions WHERE root = ? AND undone = 0 ORDER BY seq DESC LIMIT 1',
      root,
    );
  }

  #one<T>(sql: string, ...values: string[]): T | undefined {
    return prepared(this.#store.db, sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: string[]): T[] {
    return prepared(this.#store.db, sql).all(...values) as T[];
  }
}
