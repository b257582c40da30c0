import { systemClock } from '../../../src/common/index.ts';
import { homePaths } from '../../../src/protocol/index.ts';
import { createReview, reviewProjector, type ProposedFile, type Review } from '../../../src/review/index.ts';
import { openStore, takeDataLock, type StoredEvent } from '../../../src/store/index.ts';

/** Bytes or UTF-8 text of a file; `null` where it does not exist. */
export type Content = Uint8Array | string | null;

/** Uses the real reviews of a data folder while no runner has it. */
export async function withReviews<T>(
  home: string,
  work: (review: Review, events: () => readonly StoredEvent[]) => Promise<T>,
): Promise<T> {
  const lock = await takeDataLock(homePaths(home).lock, { signal: AbortSignal.timeout(10_000) });
  try {
    const store = openStore({ file: homePaths(home).database, projectors: [reviewProjector], upcasters: [] });
    const review = createReview({ store, clock: systemClock });
    try {
      return await work(review, () => store.readAll(0, 1_000_000));
    } finally {
      await review.dispose();
      await store.dispose();
    }
  } finally {
    await lock.dispose();
  }
}

/** Proposes what a run would: each path with its content before and after. Returns the proposal's id. */
export async function propose(
  review: Review,
  root: string,
  files: Readonly<Record<string, readonly [Content, Content] | ProposedFile>>,
  more: { readonly title?: string; readonly key: string } & Partial<Parameters<Review['propose']>[0]>,
): Promise<string> {
  return await review.propose({
    run: `run ${more.key}`,
    flow: `flow ${more.key}`,
    workspaceId: 'w',
    workspaceRoot: root,
    findings: [],
    evidence: [],
    ...more,
    title: more.title ?? `Proposal ${more.key}`,
    files: Object.entries(files).map(([path, one]) => (isProposed(one) ? one : proposed(path, one))),
  });
}

function isProposed(one: readonly [Content, Content] | ProposedFile): one is ProposedFile {
  return !Array.isArray(one);
}

function proposed(path: string, [before, after]: readonly [Content, Content]): ProposedFile {
  return { path, base: bytesOf(before), proposed: bytesOf(after), edits: [] };
}

function bytesOf(content: Content): Uint8Array | null {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
