import { parseAddress } from '../flow/index.ts';
import type { TraceView } from '../protocol/index.ts';
import type { ContentRef, Store } from '../store/index.ts';
import { readRunEvent, RUN_STREAM, type RunEvent, type RunEventBodies } from './events.ts';

interface Draft {
  readonly address: string;
  kind: TraceView['kind'];
  outcome?: string;
  startedAt?: number;
  endedAt?: number;
  detail?: string;
  call?: TraceView['call'];
  readonly children: Map<string, Draft>;
}

/** The run as a tree: nodes, items, attempts, steps. Texts that were erased are absent. */
export function traceOf(store: Store, run: string): TraceView | undefined {
  const events = store.readStream(RUN_STREAM + run).map(readRunEvent);
  if (events.length === 0) return undefined;
  const root: Draft = { address: '', kind: 'run', children: new Map() };
  for (const event of events) addEvent(store, root, event);
  return finished(root);
}

function addEvent(store: Store, root: Draft, event: RunEvent): void {
  const text = (ref: ContentRef | undefined) => (ref === undefined ? undefined : store.getText(ref));
  switch (event.type) {
    case 'run.began':
      root.startedAt = event.at;
      return;
    case 'run.ended':
      return close(root, event.at, event.body.outcome, text(event.body.detail));
    case 'attempt.started':
      place(root, event.address ?? '').startedAt ??= event.at;
      return;
    case 'attempt.ended':
      return close(place(root, event.address ?? ''), event.at, event.body.outcome, text(event.body.detail));
    case 'item.revised':
      return close(place(root, event.address ?? ''), event.at, event.body.outcome, text(event.body.detail));
    case 'node.skipped':
      return close(place(root, event.address ?? ''), event.at, 'skipped', event.body.reason);
    case 'node.broken':
      return close(place(root, event.address ?? ''), event.at, 'failed', text(event.body.detail));
    case 'step.ended':
      return addStep(store, root, event.address ?? '', event.body);
    case 'effect.ended': {
      const { output, result, proposal, detail } = event.body;
      const draft: Draft = {
        address: `outputs/${output}`,
        kind: 'effect',
        startedAt: event.at,
        children: new Map(),
      };
      root.children.set(draft.address, draft);
      return close(draft, event.at, result, proposal ?? text(detail));
    }
    case 'run.resumed':
    case 'run.pinned':
    case 'run.cancel-requested':
    case 'run.stopped':
    case 'run.noted':
    case 'node.condition':
    case 'node.items':
    case 'node.settled':
    case 'effect.intended':
      return;
  }
}

function close(draft: Draft, at: number, outcome: string, detail: string | undefined): void {
  draft.endedAt = at;
  draft.outcome = outcome;
  if (detail !== undefined) draft.detail = detail;
}

function addStep(store: Store, root: Draft, address: string, body: RunEventBodies['step.ended']): void {
  const { call } = body;
  const draft: Draft = {
    address,
    kind: body.kind,
    outcome: body.outcome,
    startedAt: body.startedAt,
    endedAt: body.startedAt + body.ms,
    children: new Map(),
  };
  if (call !== undefined) {
    const { seed, temperature } = call.sampling;
    draft.call = {
      agent: call.agent,
      model: call.model,
      digest: call.digest,
      numCtx: call.numCtx,
      seed: typeof seed === 'number' ? seed : null,
      temperature: typeof temperature === 'number' ? temperature : null,
      promptTokens: call.promptTokens,
      answerTokens: call.answerTokens,
      prompt: store.getText(call.prompt),
      answer: store.getText(call.answer),
      validation: call.validation,
    };
  } else {
    const value = store.getText(body.value);
    if (value !== undefined) draft.detail = summed(value) ?? shortened(value);
  }
  const { node, item, attempt } = parseAddress(address);
  const parent = node === '' ? root : place(root, placeText(node, item, attempt));
  parent.children.set(address, draft);
}

/** A check or command in a sentence: its exit code and its tests, those that failed by name. */
function summed(value: string): string | undefined {
  let result: { exitCode?: unknown; timedOut?: unknown; tests?: unknown; stdout?: unknown };
  try {
    result = JSON.parse(value) as typeof result;
  } catch {
    return undefined;
  }
  if (typeof result !== 'object' || result === null) return undefined;
  const end = result.timedOut === true ? 'time limit reached' : `exit code ${String(result.exitCode)}`;
  if (typeof result.stdout === 'string') {
    const said = result.stdout.trim().replaceAll(/\s+/g, ' ');
    return said === '' ? end : `${end}, printed: ${shortened(said, MOST_PRINTED_CHARS)}`;
  }
  if (!Array.isArray(result.tests)) return undefined;
  const tests = result.tests as readonly { id: string; passed: boolean; skipped: boolean }[];
  const failed = tests.filter((test) => !test.passed && !test.skipped).map(({ id }) => id);
  const passed = tests.filter((test) => test.passed).length;
  const names = failed.length === 0 ? '' : `; fails: ${failed.join(', ')}`;
  return shortened(`${end}, ${passed} of ${tests.length} tests pass${names}`);
}

const MOST_CHARS = 2000;
const MOST_PRINTED_CHARS = 200;

function shortened(text: string, mostChars = MOST_CHARS): string {
  return text.length <= mostChars ? text : `${text.slice(0, mostChars)}…`;
}

function placeText(node: string, item: number | null, attempt: number | null): string {
  return node + (item === null ? '' : `[${item}]`) + (attempt === null ? '' : `#${attempt}`);
}

/** The place in the tree, made with what it lies in. */
function place(root: Draft, address: string): Draft {
  const { node, item, attempt } = parseAddress(address);
  let draft = child(root, node, 'node');
  if (item !== null) draft = child(draft, placeText(node, item, null), 'item');
  return attempt === null ? draft : child(draft, placeText(node, item, attempt), 'attempt');
}

function child(parent: Draft, address: string, kind: TraceView['kind']): Draft {
  const known = parent.children.get(address);
  if (known !== undefined) return known;
  const made: Draft = { address, kind, children: new Map() };
  parent.children.set(address, made);
  return made;
}

/** A place without an event of its own has the outcome and times of what happened in it last. */
function finished(draft: Draft): TraceView {
  const children = [...draft.children.values()].map(finished);
  const last =
    draft.kind === 'run'
      ? undefined
      : children.findLast((each) => each.kind === 'attempt' || each.kind === 'item');
  const startedAt = draft.startedAt ?? least(children.map((each) => each.startedAt));
  const endedAt = draft.endedAt ?? latestEnd(children);
  return {
    address: draft.address,
    kind: draft.kind,
    outcome: draft.outcome ?? last?.outcome,
    startedAt: startedAt === undefined ? null : new Date(startedAt).toISOString(),
    durationMs: startedAt === undefined || endedAt === undefined ? null : Math.max(0, endedAt - startedAt),
    detail: draft.detail,
    call: draft.call,
    children,
  };
}

function least(times: readonly (string | null)[]): number | undefined {
  const known = times.flatMap((time) => (time === null ? [] : [Date.parse(time)]));
  return known.length === 0 ? undefined : Math.min(...known);
}

function latestEnd(children: readonly TraceView[]): number | undefined {
  const ends = children.flatMap(({ startedAt, durationMs }) =>
    startedAt === null || durationMs === null ? [] : [Date.parse(startedAt) + durationMs],
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}
