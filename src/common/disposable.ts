/** Something that owns a process, timer, socket, watcher or file handle and can end it. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

/** Owns several disposables and ends them in reverse order; the first failure is thrown after all were tried. */
export class Disposables implements Disposable {
  #items: Disposable[] = [];
  #disposed = false;

  /** Takes ownership and returns the item. An owner that has already ended ends it at once. */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) void Promise.resolve(item.dispose()).catch(() => {});
    else this.#items.push(item);
    return item;
  }

  /** Takes ownership of an act to be done at the end. */
  defer(act: () => void | Promise<void>): void {
    this.add({ dispose: act });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const item of this.#items.splice(0).toReversed()) {
      try {
        await item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
