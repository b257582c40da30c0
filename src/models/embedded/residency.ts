import type { Llama } from 'node-llama-cpp';

import { LoadedModel, type Placement } from './loaded-model.ts';
import type { ModelFile } from './model-file.ts';
import { RefusedRequest } from './requests.ts';

/** Leave to use a loaded model; `release` gives it back. */
export interface Lease {
  readonly model: LoadedModel;
  /** Time spent on loading for this lease, in milliseconds; waiting for others included. */
  readonly loadMs: number;
  release(): void;
}

interface Resident {
  readonly file: ModelFile;
  readonly model: LoadedModel;
  readonly large: boolean;
  users: number;
  keepAliveMs: number;
  expiresAtMs: number;
  timer: NodeJS.Timeout | undefined;
  leaving: boolean;
}

const DEFAULT_KEEP_ALIVE_MS = 10 * 60_000;

/**
 * The models in memory. Each is loaded at its first use, again when another `num_ctx` is asked for (after the answers
 * under way are finished), and dropped when its keep_alive has passed without use. Loads and drops happen one at a time.
 */
export class Residency {
  readonly #llama: () => Promise<Llama>;
  readonly #placementOf: (file: ModelFile) => Promise<Placement>;
  readonly #residents = new Map<string, Resident>();
  #turn: Promise<unknown> = Promise.resolve();
  #idle: (() => void)[] = [];

  constructor(llama: () => Promise<Llama>, placementOf: (file: ModelFile) => Promise<Placement>) {
    this.#llama = llama;
    this.#placementOf = placementOf;
  }

  /** The models in memory, for /api/ps. */
  list(): readonly { readonly name: string; readonly numCtx: number; readonly expiresAtMs: number }[] {
    return [...this.#residents.values()].map(({ file, model, expiresAtMs }) => ({
      name: file.name,
      numCtx: model.numCtx,
      expiresAtMs,
    }));
  }

  /** Gets a model into memory and keeps it there until the lease is given back. */
  async lease(file: ModelFile, numCtx: number, keepAliveMs: number | undefined): Promise<Lease> {
    const startMs = performance.now();
    const ready = this.#residents.get(file.path);
    if (ready !== undefined && this.#suits(ready, numCtx)) return this.#use(ready, keepAliveMs, 0);
    const load = this.#turn.then(() => this.#bring(file, numCtx, keepAliveMs, startMs));
    this.#turn = load.catch(() => {});
    return load;
  }

  /** Drops a model as soon as no answer needs it. */
  async unload(file: ModelFile): Promise<void> {
    const resident = this.#residents.get(file.path);
    if (resident !== undefined) await this.#drop(resident);
  }

  async dispose(): Promise<void> {
    await this.#turn;
    await Promise.all([...this.#residents.values()].map((resident) => this.#drop(resident)));
  }

  /** Makes room for a large model: two of them may not fit into memory together. */
  async #dropLarge(): Promise<void> {
    for (const resident of this.#residents.values()) if (resident.large) await this.#drop(resident);
  }

  #suits(resident: Resident, numCtx: number): boolean {
    return !resident.leaving && resident.model.numCtx === numCtx;
  }

  async #bring(
    file: ModelFile,
    numCtx: number,
    keepAliveMs: number | undefined,
    startMs: number,
  ): Promise<Lease> {
    const present = this.#residents.get(file.path);
    if (present !== undefined) {
      if (this.#suits(present, numCtx)) return this.#use(present, keepAliveMs, performance.now() - startMs);
      await this.#drop(present);
    }
    const placement = await this.#placementOf(file);
    if (placement.large) await this.#dropLarge();
    let model: LoadedModel;
    try {
      model = await LoadedModel.load(await this.#llama(), file.path, numCtx, placement);
    } catch (error) {
      if (error instanceof RefusedRequest) throw error;
      throw new RefusedRequest(500, `failed to load model ${file.name}: ${String(error)}`);
    }
    const resident: Resident = {
      file,
      model,
      large: placement.large,
      users: 0,
      keepAliveMs: DEFAULT_KEEP_ALIVE_MS,
      expiresAtMs: 0,
      timer: undefined,
      leaving: false,
    };
    this.#residents.set(file.path, resident);
    return this.#use(resident, keepAliveMs, performance.now() - startMs);
  }

  #use(resident: Resident, keepAliveMs: number | undefined, loadMs: number): Lease {
    resident.users++;
    clearTimeout(resident.timer);
    if (keepAliveMs !== undefined) resident.keepAliveMs = keepAliveMs;
    resident.expiresAtMs = Date.now() + Math.min(resident.keepAliveMs, LONGEST_TIMER_MS);
    let released = false;
    return {
      model: resident.model,
      loadMs,
      release: () => {
        if (released) return;
        released = true;
        resident.users--;
        if (resident.users > 0) return;
        for (const idle of this.#idle.splice(0)) idle();
        this.#scheduleEnd(resident);
      },
    };
  }

  #scheduleEnd(resident: Resident): void {
    if (resident.leaving || resident.keepAliveMs > LONGEST_TIMER_MS) return;
    resident.expiresAtMs = Date.now() + resident.keepAliveMs;
    resident.timer = setTimeout(() => {
      const end = this.#turn.then(() => (resident.users === 0 ? this.#drop(resident) : undefined));
      this.#turn = end.catch(() => {});
    }, resident.keepAliveMs).unref();
  }

  async #drop(resident: Resident): Promise<void> {
    resident.leaving = true;
    clearTimeout(resident.timer);
    while (resident.users > 0) await new Promise<void>((idle) => this.#idle.push(idle));
    if (this.#residents.get(resident.file.path) !== resident) return;
    this.#residents.delete(resident.file.path);
    await resident.model.dispose();
  }
}

/** Node's timers hold 31 bits; anything longer counts as for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
