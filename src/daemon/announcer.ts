import { Disposables, type Disposable } from '../common/index.ts';
import type { Runner } from '../runner/index.ts';
import type { Store, StoredEvent } from '../store/index.ts';
import type { RpcServer } from './rpc-server.ts';

/** Streams by the start of their name, and the view that they change. */
const viewsByStream: readonly (readonly [string, string])[] = [
  ['run', 'runs'],
  ['queue', 'queue'],
  ['proposal', 'inbox'],
  ['thread', 'inbox'],
  ['finding', 'inbox'],
  ['review', 'inbox'],
  ['trust', 'specs'],
];

const gatherMs = 50;

/** Tells subscribers which views changed and what runs are doing, gathered so that a busy run is not a flood. */
export class Announcer implements Disposable {
  readonly #rpc: Pick<RpcServer, 'notify'>;
  readonly #runner: Runner;
  readonly #runs: () => readonly string[];
  readonly #owned = new Disposables();
  readonly #changed = new Set<string>();
  readonly #said = new Map<string, string>();
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, rpc: Pick<RpcServer, 'notify'>, runner: Runner, runs: () => readonly string[]) {
    this.#rpc = rpc;
    this.#runner = runner;
    this.#runs = runs;
    this.#owned.add(store.onAppended((events) => this.#hear(events)));
  }

  #hear(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#seq = event.seq;
      const view = fileView(event) ?? viewsByStream.find(([start]) => event.stream.startsWith(start))?.[1];
      if (view !== undefined) this.#changed.add(view);
    }
    this.#timer ??= setTimeout(() => this.#tell(), gatherMs);
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#changed.size > 0) this.#rpc.notify('changed', { seq: this.#seq, views: [...this.#changed] });
    this.#changed.clear();
    const runs = this.#runs();
    for (const run of runs) {
      const doing = this.#runner.doing(run);
      if (doing === undefined || this.#said.get(run) === doing.text) continue;
      this.#said.set(run, doing.text);
      this.#rpc.notify('progress', { run, ...doing });
    }
    for (const run of this.#said.keys()) if (!runs.includes(run)) this.#said.delete(run);
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#owned.dispose();
  }
}

/** The topic of a file under review, if the event is about the text of one. */
function fileView({ type, body }: StoredEvent): string | undefined {
  if (type !== 'file.seen') return undefined;
  const { root, path } = body as { readonly root: string; readonly path: string };
  return `file:${root}/${path}`;
}
