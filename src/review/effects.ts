import { randomBytes } from 'node:crypto';

import { failpoint, UserError } from '../common/index.ts';
import type { AppendOptions, Durability, NewEvent, Store } from '../store/index.ts';
import { checkWritable, readDisk, removeTemporary, replaceFile } from './disk.ts';
import {
  FILES_STREAM,
  proposalStream,
  stored,
  type Intended,
  type ReviewEvent,
  type WriteStep,
} from './events.ts';
import { proposalOf } from './ids.ts';
import type { Rows } from './rows.ts';

/** A change of files that decisions ask for, and the events that are true once it is done. */
export interface Effect {
  readonly proposal: string;
  readonly root: string;
  readonly steps: readonly WriteStep[];
  readonly receipt: readonly ReviewEvent[];
  readonly hunks: readonly string[];
  /** The command that the receipt answers. */
  readonly commandId?: string;
}

/** How an effect ended: `done`, or a sentence why not; `conflict` if a file was not as expected any more. */
export type EffectEnd =
  | { readonly done: true }
  | { readonly done: false; readonly problem: string; readonly conflict: boolean };

/** Does effects: intent with the hashes before and after, atomic replace, receipt. Each part is synced before the next. */
export class Effects {
  readonly #store: Store;
  readonly #rows: Rows;

  constructor(store: Store, rows: Rows) {
    this.#store = store;
    this.#rows = rows;
  }

  /** Appends events to their streams in one synced transaction. */
  append(
    proposal: string,
    events: readonly ReviewEvent[],
    commandId?: string,
    durability: Durability = 'decision',
  ): void {
    if (events.length === 0) return;
    const parts = new Map<string, NewEvent[]>();
    for (const event of events) {
      const stream = streamOf(event, proposal);
      parts.set(stream, [...(parts.get(stream) ?? []), stored(event)]);
    }
    const options = {
      actor: 'person',
      durability,
      expected: 'any' as const,
      ...(commandId === undefined ? {} : { commandId }),
    } satisfies AppendOptions;
    this.#store.appendAll([...parts].map(([stream, list]) => ({ stream, events: list, options })));
  }

  /** Without a change of bytes there is only the receipt. */
  async perform(effect: Effect): Promise<EffectEnd> {
    const steps = effect.steps.filter(({ before, after }) => before !== after);
    if (steps.length === 0) {
      this.append(effect.proposal, effect.receipt, effect.commandId);
      return { done: true };
    }
    try {
      for (const { path, before } of steps) {
        const file = readDisk(effect.root, path);
        checkWritable(file, path);
        if (file.hash !== before) return { done: false, conflict: true, problem: changed(path) };
      }
    } catch (error) {
      return failed(error);
    }
    const intent = this.intend({ ...effect, steps }, 'daemon');
    return this.#finish(intent);
  }

  /** Records what is about to change, before anything does. */
  intend(effect: Effect, by: Intended['by']): Intended {
    failpoint('review.intent.before');
    const intended: Intended = { ...effect, intent: randomBytes(6).toString('hex'), by };
    this.append(effect.proposal, [{ type: 'write.intended', body: intended }]);
    failpoint('review.intent.after');
    return intended;
  }

  /** The text is as intended: what was decided is true now. */
  receipt({ intent, proposal, receipt, commandId }: Intended): void {
    this.append(proposal, [...receipt, { type: 'write.done', body: { intent } }], commandId);
    failpoint('review.receipt.after');
  }

  drop({ intent, proposal, hunks }: Intended, problem: string, conflict: boolean): void {
    this.append(proposal, [{ type: 'write.failed', body: { intent, conflict, hunks, problem } }]);
  }

  /**
   * A write whose end could not be recorded, on a full disk for instance, was told as failed. Before anything else is decided
   * it is settled: what was written all the same is true, what was not is given up, so that no later start writes it.
   */
  settleLeft(): void {
    for (const intended of this.#rows.intents('daemon')) {
      const isWritten = intended.steps.every(({ path, after }) => hashNow(intended.root, path) === after);
      if (isWritten) this.receipt(intended);
      else this.drop(intended, 'It could not be written. Decide again.', false);
    }
  }

  /** After a crash: what is written gets its receipt, what is not is written, and what is neither is a conflict. */
  async recover(signal: AbortSignal): Promise<void> {
    for (const intended of this.#rows.intents('daemon')) {
      signal.throwIfAborted();
      for (const { path } of intended.steps) await removeTemporary(intended.root, path, intended.intent);
      await this.#finish(intended);
    }
  }

  async #finish(intended: Intended): Promise<EffectEnd> {
    const end = await this.#write(intended);
    if (end.done) this.receipt(intended);
    else this.drop(intended, end.problem, end.conflict);
    return end;
  }

  async #write({ root, steps, intent }: Intended): Promise<EffectEnd> {
    try {
      for (const { path, before, after, content } of steps) {
        const { hash } = readDisk(root, path);
        if (hash === after) continue;
        const bytes = content === null ? null : this.#store.getContent(content);
        if (bytes === undefined)
          return { done: false, conflict: true, problem: `The text of the hunk for ${path} was erased.` };
        if (hash !== before || !(await replaceFile(root, path, bytes, before, intent))) {
          return { done: false, conflict: true, problem: changed(path) };
        }
        failpoint('review.write.after');
      }
      return { done: true };
    } catch (error) {
      return failed(error);
    }
  }
}

/** `undefined` for what cannot be read. */
function hashNow(root: string, path: string): string | null | undefined {
  try {
    return readDisk(root, path).hash;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function streamOf(event: ReviewEvent, proposal: string): string {
  if (event.type === 'file.seen') return FILES_STREAM;
  if (event.type === 'hunk.turned') return proposalStream(proposalOf(event.body.hunk));
  if (event.type === 'hunk.decided') return proposalStream(proposalOf(event.body.hunk));
  return proposalStream(proposal);
}

function changed(path: string): string {
  return `${path} changed while the decision was being written. Look at it and decide again.`;
}

/** What a person can mend is an answer; anything else is a bug. */
function failed(error: unknown): EffectEnd {
  if (!(error instanceof UserError)) throw error;
  return { done: false, conflict: false, problem: `${error.message} ${error.remedy}` };
}
