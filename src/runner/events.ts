import type { Json } from '../common/index.ts';
import type { FlowEvent, FinalOutcome, Outcome, RetryCause, SkipReason } from '../flow/index.ts';
import { parseAddress } from '../flow/index.ts';
import type { CallRecord } from '../nodes/index.ts';
import type { ContentRef, NewEvent, StoredEvent, Upcaster } from '../store/index.ts';

/** What a step did; decides how it is counted and shown. */
export type StepKind = 'call' | 'check' | 'command' | 'expression';

/**
 * Events of a run's stream (`run/<id>`) and their bodies, all in version 1. What a person wrote, what a model said and
 * what commands printed stands in content; bodies hold references.
 */
export interface RunEventBodies {
  readonly 'run.began': {
    readonly flow: string;
    readonly workspace: string;
    readonly priority: 'interactive' | 'night';
    readonly inputs: ContentRef;
    readonly env: ContentRef;
  };
  readonly 'run.resumed': { readonly epoch: string };
  readonly 'run.pinned': {
    readonly workspaceId: string;
    readonly baseTree: string;
    readonly head: string | null;
    readonly branch: string | null;
    readonly flowHash: string;
    readonly nodes: readonly { readonly id: string; readonly kind: string }[];
    readonly agents: readonly { readonly name: string; readonly hash: string; readonly digest: string }[];
    /** What differs from HEAD (`FileChange[]` as JSON), if the flow or an agent asks for it. */
    readonly changes?: ContentRef;
    /** The compiled flow and agents, models and limits, as JSON. */
    readonly pin: ContentRef;
  };
  readonly 'run.cancel-requested': Record<never, never>;
  readonly 'run.stopped': {
    readonly what: 'uses' | 'all';
    readonly failed: boolean;
    readonly reason: 'limit' | 'model-server' | 'environment';
    readonly detail: ContentRef;
  };
  readonly 'run.noted': { readonly note: ContentRef };
  readonly 'run.ended': {
    readonly outcome: FinalOutcome;
    readonly detail?: ContentRef;
    /** It failed because something that it needs on this machine was not there, not because of its work. */
    readonly cause?: 'environment';
  };
  readonly 'node.condition': { readonly value: boolean };
  readonly 'node.items': { readonly count: number; readonly list: ContentRef };
  readonly 'node.skipped': { readonly reason: SkipReason; readonly detail?: ContentRef };
  readonly 'node.settled': { readonly result: ContentRef };
  readonly 'node.broken': { readonly detail: ContentRef };
  readonly 'item.revised': {
    readonly outcome: Outcome;
    readonly detail: ContentRef;
    readonly result?: ContentRef;
    readonly evidence?: ContentRef;
  };
  readonly 'attempt.started': { readonly epoch: string };
  readonly 'attempt.ended': {
    readonly outcome: Outcome;
    readonly cause?: RetryCause;
    readonly retryAt?: number;
    readonly title?: ContentRef;
    readonly detail?: ContentRef;
    readonly result?: ContentRef;
    readonly evidence?: ContentRef;
    readonly memoHits?: number;
  };
  readonly 'step.ended': {
    readonly kind: StepKind;
    readonly value: ContentRef;
    readonly startedAt: number;
    readonly ms: number;
    readonly outcome: string;
    readonly call?: CallRecord;
  };
  readonly 'effect.intended': { readonly output: string; readonly key: string };
  readonly 'effect.ended': {
    readonly output: string;
    readonly result: 'done' | 'skipped' | 'failed';
    readonly proposal?: string;
    readonly detail?: ContentRef;
  };
}

export type RunEventType = keyof RunEventBodies;

/** An event of this room, typed. */
export type RunEvent = {
  [T in RunEventType]: {
    readonly type: T;
    readonly address?: string;
    readonly at: number;
    readonly body: RunEventBodies[T];
  };
}[RunEventType];

export const RUN_STREAM = 'run/';

/** No body has changed its shape yet. */
export const RUN_UPCASTERS: readonly Upcaster[] = [];

/** Makes an event for the store. */
export function runEvent<T extends RunEventType>(
  type: T,
  body: RunEventBodies[T],
  address?: string,
): NewEvent {
  return { type, v: 1, body: body as unknown as Json, ...(address === undefined ? {} : { address }) };
}

/** Reads a stored event of a run's stream; the store has brought it to the current version. */
export function readRunEvent(event: StoredEvent): RunEvent {
  return event as unknown as RunEvent;
}

/** What an event means for the state machine; `undefined` if nothing. */
export function flowEventOf(event: RunEvent): FlowEvent | undefined {
  switch (event.type) {
    case 'run.cancel-requested':
      return { type: 'cancelled' };
    case 'run.stopped':
      return { type: 'stopped', what: event.body.what, failed: event.body.failed };
    case 'effect.ended':
      return { type: 'output', output: event.body.output, result: event.body.result };
    case 'node.condition':
      return { type: 'condition', node: event.address ?? '', value: event.body.value };
    case 'node.items':
      return { type: 'items', node: event.address ?? '', count: event.body.count };
    case 'node.settled':
      return { type: 'settled', node: event.address ?? '' };
    case 'node.broken':
      return { type: 'broken', node: event.address ?? '' };
    case 'node.skipped':
      return { type: 'skipped', ...placeOf(event.address), reason: event.body.reason };
    case 'item.revised':
      return { type: 'revised', ...placeOf(event.address), outcome: event.body.outcome };
    case 'attempt.started':
      return { type: 'started', ...attemptOf(event.address) };
    case 'attempt.ended': {
      const { outcome, cause, retryAt } = event.body;
      return {
        type: 'ended',
        ...attemptOf(event.address),
        outcome,
        ...(cause === undefined ? {} : { cause }),
        ...(retryAt === undefined ? {} : { retryAt }),
      };
    }
    case 'run.began':
    case 'run.resumed':
    case 'run.pinned':
    case 'run.noted':
    case 'run.ended':
    case 'step.ended':
    case 'effect.intended':
      return undefined;
  }
}

function placeOf(address: string | undefined): { node: string; item: number | null } {
  const { node, item } = parseAddress(address ?? '');
  return { node, item };
}

function attemptOf(address: string | undefined): { node: string; item: number | null; attempt: number } {
  const { node, item, attempt } = parseAddress(address ?? '');
  return { node, item, attempt: attempt ?? 0 };
}
