import type { BufferView } from '../protocol/index.ts';
import type { EditorReview } from '../review/index.ts';
import type { Client } from './rpc-server.ts';

interface Held {
  readonly root: string;
  readonly path: string;
  readonly client: Client;
}

/** Which window holds unsaved text of which file: one at a time. What a window held is free when it goes away. */
export class UnsavedFiles {
  readonly #review: Pick<EditorReview, 'released' | 'unsaved'>;
  readonly #onDefect: (error: unknown) => void;
  readonly #held = new Map<string, Held>();
  readonly #known = new WeakSet<Client>();

  constructor(review: Pick<EditorReview, 'released' | 'unsaved'>, onDefect: (error: unknown) => void) {
    this.#review = review;
    this.#onDefect = onDefect;
  }

  /** Whether the client may speak for the file: it does from now on, unless another does. */
  take(client: Client, root: string, path: string): boolean {
    const held = this.#held.get(key(root, path));
    if (held !== undefined && held.client !== client) return false;
    this.#held.set(key(root, path), { root, path, client });
    this.#follow(client);
    return true;
  }

  /** Those of the client's texts that no other window holds. */
  taken(client: Client, root: string, texts: readonly BufferView[] = []): readonly BufferView[] {
    return texts.filter(({ path }) => this.take(client, root, path));
  }

  isOthers(client: Client, root: string, path: string): boolean {
    const held = this.#held.get(key(root, path));
    return held !== undefined && held.client !== client;
  }

  /** The client holds these files no more; without paths, none of the workspace. */
  async free(client: Client, root: string, paths?: readonly string[]): Promise<void> {
    const mine = [...this.#held.values()].filter(
      (held) =>
        held.client === client && held.root === root && (paths === undefined || paths.includes(held.path)),
    );
    for (const { path } of mine) this.#held.delete(key(root, path));
    if (mine.length > 0)
      await this.#review.released(
        root,
        mine.map(({ path }) => path),
      );
  }

  /** Files that a window held which is gone, for example together with an earlier daemon. */
  async freeOrphans(root: string): Promise<void> {
    const orphans = this.#review.unsaved(root).filter((path) => !this.#held.has(key(root, path)));
    if (orphans.length > 0) await this.#review.released(root, orphans);
  }

  #follow(client: Client): void {
    if (this.#known.has(client)) return;
    this.#known.add(client);
    client.signal.addEventListener('abort', () => void this.#leave(client).catch(this.#onDefect), {
      once: true,
    });
  }

  async #leave(client: Client): Promise<void> {
    const mine = [...this.#held.values()].filter((held) => held.client === client);
    for (const root of new Set(mine.map((held) => held.root))) await this.free(client, root);
  }
}

function key(root: string, path: string): string {
  return `${root}\n${path}`;
}
