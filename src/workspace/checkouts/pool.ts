import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import type { Disposable } from '../../common/index.ts';
import type { PrivateRepository } from '../trees/private-repository.ts';
import type { Checkout, TreeId } from '../types.ts';
import { removeCompletely, Slot, type Provision } from './slot.ts';

/** Disposable folders of one workspace, used again after a reset: only what differs from the last tree is written. */
export class CheckoutPool implements Disposable {
  readonly #dir: string;
  readonly #root: string;
  readonly #repository: PrivateRepository;
  readonly #dependencies: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly #slots = new Map<Checkout, Slot>();
  readonly #free: Slot[] = [];
  #count = 0;

  /** `dependencies` names the dependency folders of the workspace, relative to its root. */
  constructor(
    dir: string,
    root: string,
    repository: PrivateRepository,
    dependencies: (signal: AbortSignal) => Promise<readonly string[]>,
  ) {
    this.#dir = dir;
    this.#root = root;
    this.#repository = repository;
    this.#dependencies = dependencies;
  }

  /** Removes what a crash left behind. */
  async open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    for (const name of await readdir(this.#dir)) await removeCompletely(path.join(this.#dir, name));
  }

  /** Takes a checkout that holds exactly `tree`. Disposing it gives its folder back to the pool. */
  async acquire(tree: TreeId, provision: Provision, signal: AbortSignal): Promise<Checkout> {
    signal.throwIfAborted();
    const slot = this.#free.pop() ?? this.#newSlot();
    try {
      await slot.fill(tree, await this.#dependencies(signal), provision, signal);
    } catch (error) {
      this.#free.push(slot);
      throw error;
    }
    const checkout: Checkout = {
      dir: slot.work,
      tree,
      dispose: () => {
        if (this.#slots.delete(checkout)) this.#free.push(slot);
      },
    };
    this.#slots.set(checkout, slot);
    return checkout;
  }

  /** The folders behind a checkout that is in use. */
  slotOf(checkout: Checkout): Slot {
    const slot = this.#slots.get(checkout);
    if (slot === undefined) throw new Error('This checkout has been given back.');
    return slot;
  }

  async dispose(): Promise<void> {
    this.#slots.clear();
    this.#free.length = 0;
    await removeCompletely(this.#dir);
  }

  #newSlot(): Slot {
    this.#count += 1;
    return new Slot(path.join(this.#dir, `c${this.#count}`), this.#repository, this.#root);
  }
}
