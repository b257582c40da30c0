import { readRunEvent, RUN_STREAM, type RunEvent } from '../../../src/runner/index.ts';
import type { ContentRef, Store } from '../../../src/store/index.ts';

/**
 * A run's journal as a text that people compare: place by place in the order of the flow, since items that are worked
 * side by side mix differently each time; inside a place, step by step. Times, logs and folders are left out.
 */
export function nightText(store: Store, run: string): string {
  const read = (ref: ContentRef | undefined): string =>
    ref === undefined ? '' : (store.getText(ref) ?? '(erased)');
  const events = store.readStream(RUN_STREAM + run).map(readRunEvent);
  const places = new Map<string, RunEvent[]>();
  for (const event of events) {
    const place = placeOf(event);
    places.set(place, [...(places.get(place) ?? []), event]);
  }
  const order = [...places.keys()].toSorted(comparePlaces(events));
  return order
    .map((place) => {
      const lines = (places.get(place) ?? []).flatMap((event) => linesOf(event, read));
      // Whichever item comes first works what all share.
      return [place, ...(place === 'all places' ? lines.toSorted() : steadyOrder(lines))].join('\n');
    })
    .join('\n\n')
    .concat('\n');
}

/** Looks at what edits come to together run side by side and end in any order: they stand at the end of a place. */
function steadyOrder(lines: readonly string[]): readonly string[] {
  const isLook = (line: string) => line.startsWith('  settle.');
  return [...lines.filter((line) => !isLook(line)), ...lines.filter(isLook).toSorted()];
}

function placeOf({ type, address = '' }: RunEvent): string {
  if (address.startsWith('/')) return 'all places';
  if (address !== '') return address.replace(/[#/].*$/, '');
  return type.startsWith('effect.') ? 'outputs' : 'run';
}

function comparePlaces(events: readonly RunEvent[]): (a: string, b: string) => number {
  const nodes = events.flatMap((event) =>
    event.type === 'run.pinned' ? event.body.nodes.map(({ id }) => id) : [],
  );
  const rank = (place: string): number => {
    const node = nodes.indexOf(place.replace(/\[.*$/, ''));
    const fixed = { run: -2, 'all places': -1, outputs: nodes.length }[place];
    return fixed ?? node;
  };
  const item = (place: string) => Number(/\[(\d+)\]$/.exec(place)?.[1] ?? -1);
  return (a, b) => rank(a) - rank(b) || item(a) - item(b);
}

type Read = (ref: ContentRef | undefined) => string;

/** What an event says, in lines that are indented below its place; nothing for a beginning. */
function linesOf(event: RunEvent, read: Read): string[] {
  switch (event.type) {
    case 'run.began':
      return [`  flow ${event.body.flow}, ${event.body.priority}, inputs ${read(event.body.inputs)}`];
    case 'run.pinned':
      return [`  base tree ${event.body.baseTree}`];
    case 'run.noted':
      return [`  note: ${read(event.body.note)}`];
    case 'run.ended':
      return [`  ended: ${event.body.outcome}${ending(read(event.body.detail))}`];
    case 'node.items':
      return [`  ${event.body.count} items`];
    case 'node.settled':
      return [`  together: ${orderOf(read(event.body.result))}`];
    case 'item.revised':
      return [
        `  looked at again: ${event.body.outcome}${ending(read(event.body.detail))}`,
        ...evidenceOf(read(event.body.evidence)),
      ];
    case 'attempt.ended':
      return [
        `  ${[event.body.outcome, read(event.body.title)].filter(Boolean).join(': ')}${ending(read(event.body.detail))}`,
        ...evidenceOf(read(event.body.evidence)),
      ];
    case 'step.ended':
      return stepLines(event, read);
    case 'effect.intended':
      return [`  ${event.body.output}: is about to be proposed as ${event.body.key}`];
    case 'effect.ended':
      return [`  ${event.body.output}: ${event.body.result}${ending(read(event.body.detail))}`];
    case 'attempt.started':
      return [];
    case 'run.resumed':
    case 'run.cancel-requested':
    case 'run.stopped':
    case 'node.condition':
    case 'node.skipped':
    case 'node.broken':
      return [`  ${event.type} ${JSON.stringify(event.body)}`];
  }
}

const ending = (text: string) => (text === '' ? '' : `. ${text}`);

function stepLines(event: RunEvent & { type: 'step.ended' }, read: Read): string[] {
  const { kind, outcome, value, call } = event.body;
  const step = (event.address ?? '').replace(/^[^/]*\//, '');
  const made = JSON.parse(read(value)) as Record<string, unknown>;
  if (call !== undefined) {
    const how = Object.entries(call.sampling)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', ');
    const shown = step === 'call.0' ? block(userText(read(call.prompt)), '> ') : [];
    return [...shown, `  ${step} (${how}): ${outcome}`, ...block(String(made['text']), '< ')];
  }
  if (kind === 'check') return [`  ${step}: ${outcome}, ${testsOf(made)}`];
  if (kind === 'command') {
    return [
      `  ${step}: ${outcome}, exit code ${String(made['exitCode'])}`,
      ...block(suspectsIn(String(made['stdout'])), '| '),
    ];
  }
  return [`  ${step}: ${JSON.stringify(made)}`];
}

/** The message that differs from call to call. */
function userText(prompt: string): string {
  const messages = JSON.parse(prompt) as { role: string; content: string }[];
  return messages.find(({ role }) => role === 'user')?.content ?? '';
}

function testsOf(made: Record<string, unknown>): string {
  const tests = (made['tests'] ?? []) as { id: string; passed: boolean }[];
  const failed = tests.filter(({ passed }) => !passed).map(({ id }) => id);
  const fails = failed.length === 0 ? '' : `; fails: ${failed.toSorted().join(', ')}`;
  return `${tests.length - failed.length} of ${tests.length} tests pass${fails}`;
}

function evidenceOf(text: string): string[] {
  if (text === '') return [];
  const all = JSON.parse(text) as {
    command: string[];
    testsFixed: string[];
    testsBroken: string[];
    repeats: number;
  }[];
  return all.map(
    ({ command, testsFixed, testsBroken, repeats }) =>
      `    evidence: ${command.join(' ')}, ${repeats} times; fixes ${testsFixed.join(', ')}; breaks ${testsBroken.join(', ') || 'nothing'}`,
  );
}

function orderOf(text: string): string {
  return (JSON.parse(text) as { order: string[] }).order.join(', ') || 'nothing';
}

/** The suspects, one a line; messages of failing tests are worded by Node and left out. */
function suspectsIn(stdout: string): string {
  const { functions } = JSON.parse(stdout) as { functions: unknown[] };
  return functions.map((each) => JSON.stringify(each)).join('\n');
}

function block(text: string, mark: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${mark}${line}`.trimEnd());
}
