import { runInThisContext } from 'node:vm';
import type { Node } from '@babel/types';
import { printFunction } from './print.ts';

const PLAIN = {
  indent: '',
  quote: "'",
  semicolons: true,
  braces: 'always',
  step: '++',
  head: 'function',
  types: undefined,
  guarded: true,
} as const;

/** Promises as boxes that are opened by `__take` (`await`): async functions run to their end at once. */
const PRELUDE = `'use strict';
let __steps = 0;
class Box { constructor(value, error) { this.boxed = value; this.error = error; } then(f) { return __box(f)(this.boxed); } }
const __take = (box) => { if (!(box instanceof Box)) return box; if (box.error) throw box.error; return box.boxed; };
const __box = (work) => function (...args) {
  try { const value = work.apply(this, args); return value instanceof Box ? value : new Box(value); }
  catch (error) { return new Box('failed', error); }
};
const later = __box;
const Promise = {
  all: (list) => list.find((one) => one instanceof Box && one.error) ?? new Box(list.map(__take)),
  race: (list) => list[0] ?? new Box(),
  resolve: (value) => new Box(value),
};`;

/** Shows values as text that can be compared. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => {
    if (item === undefined) return '<undefined>';
    if (typeof item === 'number' && !Number.isFinite(item)) return `<${item}>`;
    if (typeof item === 'function') return '<function>';
    if (item instanceof Map) return { map: [...item] };
    if (item instanceof Set) return { set: [...item] };
    return item;
  });
  return text ?? '<undefined>';
}

/**
 * Outcomes of the function for each argument list, loops cut off by a counter: fast, for functions of the
 * generator's own only. `onObject`: the first argument is what `this` is. `undefined` where the source does not parse.
 */
export function runGuarded(
  fn: Node,
  name: string,
  calls: readonly string[],
  onObject = false,
): string[] | undefined {
  const isAsync = (fn as unknown as { async?: boolean }).async === true;
  const called = `${name}${onObject ? '.call' : ''}(...args)`;
  const call = isAsync ? `__take(${called})` : called;
  const list = calls.map((args) => `() => { __steps = 0; const args = [${args}]; return [${call}, args]; }`);
  let runs: (() => unknown)[];
  try {
    runs = runInThisContext(
      `(() => { ${PRELUDE}\n${printFunction(fn, name, PLAIN)}\nreturn [${list.join(',\n')}]; })()`,
    ) as (() => unknown)[];
  } catch {
    return undefined;
  }
  return runs.map((run) => {
    try {
      return shown(run());
    } catch (error) {
      return `<throws ${error instanceof Error ? error.constructor.name : String(error)}>`;
    }
  });
}
