import { failpoint, UserError, type Clock } from '../common/index.ts';
import type { InboxView, ProposalView } from '../protocol/index.ts';
import type { ContentRef, Store } from '../store/index.ts';
import { encode, originalOf } from '../text/index.ts';
import { Decisions, noProposal } from './decisions.ts';
import { readDisk } from './disk.ts';
import { InPlace } from './in-place.ts';
import { WindowTexts } from './window-texts.ts';
import { Effects } from './effects.ts';
import type { ReviewEvent } from './events.ts';
import { Findings } from './findings.ts';
import { newProposalId, proposalOf } from './ids.ts';
import { seenNow } from './plan.ts';
import { asJson, recordOf, type ProposalRecord } from './records.ts';
import { isUndecided, Rows, type ProposalRow } from './rows.ts';
import type { Review } from './review.ts';
import type { DecideInput, DecideResult, EditorReview, ProposalInput } from './types.ts';
import { ThreadService } from './threads/service.ts';
import type { Threads } from './threads/types.ts';
import { Views } from './views.ts';

export interface ReviewOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** Proposals and decisions over a store whose projectors include `reviewProjector`. Call `recover` before anything else. */
export function createReview(options: ReviewOptions): Review {
  return new ReviewService(options);
}

class ReviewService implements Review {
  readonly editor: EditorReview;
  readonly threads: Threads;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #rows: Rows;
  readonly #views: Views;
  readonly #effects: Effects;
  readonly #decisions: Decisions;
  readonly #findings: Findings;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ store, clock }: ReviewOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#rows = new Rows(store);
    this.#views = new Views(store, this.#rows);
    this.#effects = new Effects(store, this.#rows);
    this.#decisions = new Decisions(store, this.#rows, this.#effects, (hunk) => this.#rankOf(hunk));
    this.#findings = new Findings(store, this.#rows, this.#effects);
    this.editor = this.#forEditors();
    this.threads = new ThreadService(store, clock, this.#rows, {
      decideFinding: (input, signal) => this.#alone(() => this.#findings.decideFinding(input, signal)),
      resolve: (...args) => this.#findings.resolve(...args),
    });
  }

  propose(input: ProposalInput): Promise<string> {
    return this.#alone(() => {
      const made = this.#rows.proposalByKey(input.key);
      if (made !== undefined) return made.id;
      const id = this.#newId();
      const record = recordOf(id, input, this.#store, (path) => textFor(input, path));
      failpoint('review.propose.before');
      const content = this.#store.putContent(JSON.stringify(asJson(record)), { owner: id });
      const body = {
        id,
        key: input.key,
        run: input.run,
        flow: input.flow,
        workspaceId: input.workspaceId,
        root: input.workspaceRoot,
        record: content,
        hunks: record.files.flatMap(({ path, hunks }) =>
          hunks.map(({ id: hunk, owners = [] }) => ({ id: hunk, path, places: owners })),
        ),
        findings: record.findings.map(({ id: finding, path, agent }) => ({ id: finding, path, agent })),
      };
      this.#effects.append(id, [{ type: 'proposal.made', body }, ...this.#superseded(id, input, record)]);
      failpoint('review.propose.after');
      return id;
    });
  }

  findByKey(key: string): string | undefined {
    return this.#rows.proposalByKey(key)?.id;
  }

  inbox(workspaceRoot?: string): InboxView {
    const proposals = this.#rows.proposals(workspaceRoot).map((row) => this.#views.proposal(row));
    return { schema: 'pantheon.inbox/1', proposals: proposals.toSorted((a, b) => worth(b) - worth(a)) };
  }

  proposal(id: string): ProposalView | undefined {
    const row = this.#rows.proposal(id);
    return row === undefined ? undefined : this.#views.proposal(row);
  }

  decide(input: DecideInput, signal: AbortSignal): Promise<DecideResult> {
    return this.#alone(async () => {
      const row = this.#existing(input.proposal);
      const before = this.#decisions.answered(input.commandId);
      if (
        before === undefined &&
        row.superseded_by !== null &&
        this.#views.proposal(row).state === 'superseded'
      ) {
        throw superseded(row, row.superseded_by);
      }
      const answer = before ?? (await this.#decisions.decide(row, input, signal));
      failpoint('review.answer.after');
      return { ...answer, proposal: this.#views.proposal(row) };
    });
  }

  patch(proposal: string): string {
    return this.#views.patch(this.#existing(proposal));
  }

  texts(proposal: string) {
    const content = (ref: ContentRef | null) => (ref === null ? null : (this.#store.getContent(ref) ?? null));
    const { files } = this.#rows.record(this.#existing(proposal));
    return files.map(({ path, base, proposed }) => ({
      path,
      base: content(base),
      proposed: content(proposed),
    }));
  }

  recover(signal: AbortSignal): Promise<void> {
    return this.#alone(() => this.#effects.recover(signal));
  }

  overlay(
    workspaceRoot: string,
  ): Promise<readonly { readonly path: string; readonly content: Uint8Array }[]> {
    return this.#alone(() =>
      this.#rows.openFiles(workspaceRoot).flatMap((path) => {
        if (!canBeRead(workspaceRoot, path)) return [];
        const { state, encoding } = seenNow(workspaceRoot, path, this.#rows.file(workspaceRoot, path)?.state);
        if (state.open.length === 0) return [];
        return [{ path, content: encode(originalOf(state), encoding) }];
      }),
    );
  }

  /** What editors ask for, one call after the other and between decisions. */
  #forEditors(): EditorReview {
    const files = new InPlace(this.#store, this.#rows, this.#effects);
    const texts = new WindowTexts(this.#store, this.#rows, this.#effects);
    const findings = this.#findings;
    return {
      open: (input, signal) => this.#alone(() => files.open(input, signal)),
      stop: (input, signal) => this.#alone(() => files.stop(input, signal)),
      undo: (input, signal) => this.#alone(() => files.undo(input, signal)),
      report: (input) => this.#alone(() => texts.report(input)),
      files: (root) => this.#alone(() => texts.files(root)),
      unsaved: (root) => texts.unsaved(root),
      released: (root, paths) => this.#alone(() => texts.released(root, paths)),
      committed: (input) => this.#alone(() => texts.committed(input)),
      exposed: (input) => this.#alone(() => findings.exposed(input)),
      decideFinding: (input, signal) => this.#alone(() => findings.decideFinding(input, signal)),
    };
  }

  async dispose(): Promise<void> {
    await this.#last.catch(() => {});
  }

  /** One change at a time: a decision sees the files and rows that the one before it left. */
  #alone<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => {});
    return done;
  }

  #newId(): string {
    for (;;) {
      const id = newProposalId(this.#clock.now());
      if (this.#rows.proposal(id) === undefined) return id;
    }
  }

  #existing(id: string): ProposalRow {
    const row = this.#rows.proposal(id);
    if (row === undefined) throw noProposal(id);
    return row;
  }

  /** Place of a hunk among all undecided ones, in the order of the inbox. */
  #rankOf(hunk: string): number | null {
    const row = this.#rows.proposal(proposalOf(hunk));
    if (row === undefined) return null;
    const undecided = this.inbox(row.root)
      .proposals.filter(({ state }) => state === 'open' || state === 'in-review')
      .flatMap(({ files }) => files.flatMap(({ hunks }) => hunks))
      .filter(({ state }) => isUndecided(state));
    const rank = undecided.findIndex(({ id }) => id === hunk);
    return rank === -1 ? null : rank;
  }

  /** Older proposals of the same flow, all of whose undecided hunks stand where this one has hunks too. */
  #superseded(id: string, input: ProposalInput, record: ProposalRecord): ReviewEvent[] {
    return this.#rows
      .proposals(input.workspaceRoot)
      .filter((row) => row.flow === input.flow && row.superseded_by === null && row.run !== input.run)
      .filter((row) => this.#isCovered(row, record))
      .map((row) => ({ type: 'proposal.superseded', body: { id: row.id, by: id } }));
  }

  #isCovered(row: ProposalRow, record: ProposalRecord): boolean {
    const states = new Map(this.#rows.hunks(row.id).map(({ id, state }) => [id, state]));
    const left = this.#rows
      .record(row)
      .files.flatMap((file) => file.hunks.map((hunk) => ({ file, hunk })))
      .filter(({ hunk }) => isUndecided(states.get(hunk.id) ?? 'waiting'));
    if (left.length === 0 || left.some(({ hunk }) => states.get(hunk.id) === 'open')) return false;
    return left.every(({ file, hunk }) =>
      record.files.some(
        (other) =>
          other.path === file.path &&
          (other.whole ||
            file.whole ||
            other.hunks.some(
              ({ removed, baseStart }) =>
                removed === hunk.removed &&
                Math.abs(baseStart - hunk.baseStart) < 200 &&
                (removed !== '' || baseStart === hunk.baseStart),
            )),
      ),
    );
  }
}

/** The text that a finding was made for: what the proposal says, else the file as it is now. */
function textFor(input: ProposalInput, path: string): Uint8Array | undefined {
  const base = input.bases?.get(path) ?? input.files.find((file) => file.path === path)?.base;
  if (base !== undefined && base !== null) return base;
  try {
    return readDisk(input.workspaceRoot, path).bytes ?? undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Expected value for the order of the inbox: what waits first, then what is proven, then what is severe. */
function worth(proposal: ProposalView): number {
  const waiting = proposal.state === 'open' || proposal.state === 'in-review' ? 1_000 : 0;
  const evidence = proposal.files.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.evidence));
  const proven = evidence.some(({ passed }) => passed) ? 100 : 0;
  const fixed = new Set(evidence.flatMap(({ testsFixed }) => testsFixed)).size;
  const severe = proposal.findings.filter(
    ({ severity, state }) => severity === 'error' && state === 'open',
  ).length;
  return waiting + proven + Math.min(50, fixed) + Math.min(40, severe);
}

function superseded(row: ProposalRow, by: string): UserError {
  return new UserError(
    'superseded',
    `${row.id} is superseded by the newer ${by}.`,
    `Look at: pantheon review ${by}`,
    { exitCode: 1 },
  );
}

/** A file that is gone, or whose place leads nowhere, is as the run finds it. */
function canBeRead(root: string, path: string): boolean {
  try {
    return readDisk(root, path).bytes !== null;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
