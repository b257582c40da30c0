import { failpoint } from '../common/index.ts';
import type { StepWork } from '../nodes/index.ts';
import type { ContentRef, Durability, NewEvent, Store } from '../store/index.ts';
import {
  RUN_STREAM,
  readRunEvent,
  runEvent,
  type RunEvent,
  type RunEventBodies,
  type StepKind,
} from './events.ts';

type StepBody = RunEventBodies['step.ended'];

/**
 * The stream of one run and its content. A step that has an event is never worked again: its value is read back. Two
 * writers of one run exclude each other by the stream's version.
 */
export class RunJournal {
  readonly run: string;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #steps = new Map<string, StepBody>();
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #made = new Map<string, Made>();
  readonly #staged: NewEvent[] = [];
  #version: number;
  #history: readonly RunEvent[];

  constructor(store: Store, run: string, now: () => number) {
    this.run = run;
    this.#store = store;
    this.#now = now;
    const stored = store.readStream(RUN_STREAM + run);
    this.#version = stored.length;
    this.#history = stored.map(readRunEvent);
    for (const event of this.#history) this.#remember(event);
  }

  /** What had happened when the journal was opened; forgotten by the second call, since it can be long. */
  takeHistory(): readonly RunEvent[] {
    const history = this.#history;
    this.#history = [];
    return history;
  }

  /** Appends in one transaction. */
  append(events: readonly NewEvent[], durability: Durability = 'step'): readonly RunEvent[] {
    if (events.length === 0) return [];
    failpoint('runner.append.before');
    const stored = this.#store.append(RUN_STREAM + this.run, events, {
      actor: 'runner',
      durability,
      expected: this.#version,
    });
    failpoint('runner.append.after');
    this.#version += events.length;
    const typed = stored.events.map(readRunEvent);
    for (const event of typed) this.#remember(event);
    return typed;
  }

  /** Takes events in for the next `flush`: what they say is known here at once, and nobody else until then. */
  stage(events: readonly NewEvent[]): readonly RunEvent[] {
    const at = this.#now();
    const typed = events.map((event) => ({ ...event, at }) as unknown as RunEvent);
    for (const event of typed) this.#remember(event);
    this.#staged.push(...events);
    return typed;
  }

  /** Appends what was staged, in one transaction. */
  flush(durability: Durability = 'step'): void {
    this.append(this.#staged.splice(0), durability);
  }

  /** The value of a finished step, or that of `work`, once it is recorded. The same step asked for twice at once works once. */
  async step<T>(address: string, kind: StepKind, work: () => Promise<StepWork<T>>): Promise<T> {
    const known = this.#steps.get(address);
    if (known !== undefined) return this.readJson<T>(known.value);
    const running = this.#running.get(address) as Promise<T> | undefined;
    if (running !== undefined) return await running;
    const promise = this.#work(address, kind, work);
    this.#running.set(address, promise);
    try {
      return await promise;
    } finally {
      this.#running.delete(address);
    }
  }

  async #work<T>(address: string, kind: StepKind, work: () => Promise<StepWork<T>>): Promise<T> {
    failpoint('runner.step.before');
    const startedAt = this.#now();
    const { value, outcome, call, ms } = await work();
    failpoint('runner.step.after-work');
    const ended = runEvent(
      'step.ended',
      {
        kind,
        value: this.putJson(value),
        startedAt,
        ms: ms ?? this.#now() - startedAt,
        outcome,
        ...(call === undefined ? {} : { call }),
      },
      address,
    );
    this.append([ended]);
    failpoint('runner.step.after-record');
    return value;
  }

  putText(text: string): ContentRef {
    return this.#store.putContent(text, { owner: this.run });
  }

  putJson(value: unknown): ContentRef {
    return this.putText(JSON.stringify(value));
  }

  /** Throws if it was erased: a run whose texts are gone cannot go on. */
  readJson<T>(ref: ContentRef): T {
    const text = this.#store.getText(ref);
    if (text === undefined) throw new Error(`content ${ref} of ${this.run} was erased`);
    return JSON.parse(text) as T;
  }

  readText(ref: ContentRef): string | undefined {
    return this.#store.getText(ref);
  }

  /** What a node, an item (by its address) or a settled node made last. */
  made(address: string): Made | undefined {
    return this.#made.get(address);
  }

  #remember(event: RunEvent): void {
    const { address } = event;
    if (address === undefined) return;
    if (event.type === 'step.ended') this.#steps.set(address, event.body);
    else if (event.type === 'node.items') this.#make(address, { list: event.body.list });
    else if (event.type === 'node.settled') this.#make(address, { settled: event.body.result });
    else if (event.type === 'attempt.ended') this.#make(address.slice(0, address.indexOf('#')), event.body);
    else if (event.type === 'item.revised') this.#make(address, event.body);
  }

  #make(address: string, { title, result, evidence, detail, list, settled }: Made): void {
    const given = Object.entries({ title, result, evidence, detail, list, settled });
    const known = given.filter(([, ref]) => ref !== undefined);
    if (known.length > 0)
      this.#made.set(address, { ...this.#made.get(address), ...Object.fromEntries(known) });
  }
}

/** References to what is known of a place. */
export interface Made {
  readonly title?: ContentRef;
  readonly result?: ContentRef;
  readonly evidence?: ContentRef;
  readonly detail?: ContentRef;
  /** The list of a for-each. */
  readonly list?: ContentRef;
  /** What settling the items came to. */
  readonly settled?: ContentRef;
}
