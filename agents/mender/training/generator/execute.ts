import { stripTypeScriptTypes } from 'node:module';
import { runInNewContext } from 'node:vm';

/** What a call came to, as comparable text: the value, or that it threw, or that it did not end. */
export type Outcome = string;

const TIME_LIMIT_MS = 400;
const UNREADABLE = '<unreadable>';

/** `later(f)` is what arguments use for an async function. How the shown value is written: JSON with the values that JSON has no word for. */
const SHOW = `
const later = (work) => (...args) => {
  const pending = (async () => work(...args))();
  pending.catch(() => {});
  return pending;
};
const __show = (value) => {
  const seen = [];
  const text = JSON.stringify(value, function (key, item) {
    if (item === undefined) return '<undefined>';
    if (typeof item === 'number' && !Number.isFinite(item)) return '<' + item + '>';
    if (Object.is(item, -0)) return 0;
    if (typeof item === 'function') return '<function>';
    if (typeof item === 'bigint') return '<' + item + 'n>';
    if (item instanceof Map) return { '<map>': [...item] };
    if (item instanceof Set) return { '<set>': [...item] };
    if (item instanceof Error) return '<error ' + item.message + '>';
    if (item && typeof item.then === 'function') return '<promise>';
    if (item && typeof item === 'object') { if (seen.includes(item)) return '<seen>'; seen.push(item); }
    return item;
  });
  return text === undefined ? '<undefined>' : text;
};
const __settle = async (start) => {
  try { return __show(await start()); }
  catch (error) { return '<throws ' + (error && error.constructor ? error.constructor.name : String(error)) + '>'; }
};`;

/**
 * Source that defines `call(...args)` from a unit: the unit itself is the function, or `around` holds UNIT
 * and defines `call`. Throws where TypeScript cannot be stripped.
 */
export function callable(unit: string, around: string | undefined, name: string): string {
  const source = around === undefined ? `${unit}\nconst call = ${name};` : around.replace('UNIT', () => unit);
  return stripTypeScriptTypes(source.replaceAll(/^export /gm, ''), { mode: 'strip' });
}

/**
 * Whether a source parses and gives the expected outcomes, and if not, whether it already fails one of the first `visible`
 * ones. Stops at the first outcome that differs, so that a wrong answer costs one call and an endless one is waited for once.
 * `undefined` for a source that does not parse.
 */
export function compareOutcomes(
  source: string,
  calls: readonly string[],
  expected: readonly Outcome[],
  visible: number,
): 'same' | 'fails-visible' | 'fails-hidden' | undefined {
  let differing: number | undefined;
  let parses = false;
  for (const [i, args] of calls.entries()) {
    const outcome = oneOutcome(source, args);
    if (outcome !== expected[i]) differing ??= i;
    // A source that does not parse is unreadable in every call.
    parses ||= outcome !== UNREADABLE;
    if (differing !== undefined && parses) return differing < visible ? 'fails-visible' : 'fails-hidden';
  }
  return differing === undefined ? 'same' : undefined;
}

/**
 * Runs `call` once for each argument list (source text) in a context of its own, each call with fresh
 * arguments; what the call did to its arguments belongs to the outcome. A source that does not parse
 * gives `undefined`.
 */
export function outcomesOf(source: string, calls: readonly string[]): Outcome[] | undefined {
  const outcomes = calls.map((args) => oneOutcome(source, args));
  return outcomes.every((outcome) => outcome === UNREADABLE) ? undefined : outcomes;
}

function oneOutcome(source: string, args: string): Outcome {
  const script = `'use strict';\n${SHOW}\n${source}\n;(() => { const args = [${args}]; __settle(async () => { const got = await call(...args); return [got, args]; }).then((text) => { outcome.text = text; }); })();`;
  const outcome: { text?: string } = {};
  try {
    // Microtasks run inside the evaluation and its time limit: what has not settled by its end never will.
    runInNewContext(script, { outcome }, { timeout: TIME_LIMIT_MS, microtaskMode: 'afterEvaluate' });
    return outcome.text ?? '<never settles>';
  } catch (error) {
    // The error comes from the other context, so it is no instance of this one's Error.
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return '<endless>';
    return UNREADABLE;
  }
}
