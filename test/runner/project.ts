import type { ScriptedRequest } from '../support/scripted-ollama/index.ts';

/** A project with four functions that are wrong, three of which can be mended, and a flow that tries. */
export const PROJECT: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "demo", "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/lists.js': `export function firstOf(items) {
  return items[0];
}

export function lastOf(items) {
  return items[items.length];
}
`,
  'src/steps.js': `export function increment(n) {
  return n + 2;
}

export function double(n) {
  return n * 3;
}
`,
  'src/words.js': `export function shout(word) {
  return word.toLowerCase();
}
`,
  'test/lists.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOf, lastOf } from '../src/lists.js';
test('the first', () => assert.equal(firstOf([1, 2]), 1));
test('the last', () => assert.equal(lastOf([1, 2]), 2));
`,
  'test/steps.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { double, increment } from '../src/steps.js';
test('one step', () => assert.equal(increment(1), 2));
test('both', () => assert.equal(double(increment(1)), 4));
`,
  'test/words.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shout } from '../src/words.js';
test('shouts', () => assert.equal(shout('a'), 'A'));
`,
  '.pantheon/agents/fixer.agent.md': `---
name: fixer
description: Mends one function.
model: [tiny]
pantheon:
  version: 1.0.0
  inputs:
    file: { type: path }
    function: { type: string }
  output: { edit: { unit: function } }
  context: [function]
  limits: { time: 1m, tokens: 2k }
  sampling: { temperature: 0.7 }
---
Mend the function.
`,
  '.pantheon/flows/night/list.mjs': `import { readFileSync } from 'node:fs';
if (readFileSync('src/lists.js', 'utf8') === '') process.exit(1);
process.stdout.write(JSON.stringify({ functions: [
  { path: 'src/lists.js', name: 'lastOf', test: 'test/lists.test.js' },
  { path: 'src/steps.js', name: 'double', test: 'test/steps.test.js' },
  { path: 'src/words.js', name: 'shout', test: 'test/words.test.js' },
  { path: 'src/steps.js', name: 'increment', test: 'test/steps.test.js' },
] }));
`,
  '.pantheon/flows/night/night.flow.yaml': `flow: night
version: 1
on: { command: true }
defaults: { timeout: 1m, retry: { max: 1, backoff: 10ms..20ms, on: [timeout, model-server] } }
nodes:
  list:
    run: [node, $PANTHEON_FLOW_DIR/list.mjs]
    output: { type: object, required: [functions], properties: { functions: { type: array, items: { type: object, required: [path, name, test], properties: { path: { type: string }, name: { type: string }, test: { type: string } } } } } }
  mend:
    uses: agents/fixer
    needs: [list]
    for-each: \${{ nodes.list.output.functions }}
    max-parallel: 2
    with: { file: '\${{ item.path }}', function: '\${{ item.name }}' }
    best-of: { n: 4, check: { run: [node, --test, $TEST], env: { TEST: '\${{ item.test }}' }, compare: baseline, fixes: 1 } }
    fallback: [abstain]
  suite:
    check: { run: [npm, test], compare: baseline }
    needs: [mend]
    join: settled
outputs:
  inbox: { propose: { edits: [mend], evidence: [suite] } }
`,
};

/** The same with checks that take no longer than a process: results on stdout instead of by a test runner. */
export const QUICK_PROJECT: Readonly<Record<string, string>> = {
  ...PROJECT,
  'check.mjs': `import { firstOf, lastOf } from './src/lists.js';
import { double, increment } from './src/steps.js';
import { shout } from './src/words.js';
const tests = {
  'test/lists.test.js': { 'the first': () => firstOf([1, 2]) === 1, 'the last': () => lastOf([1, 2]) === 2 },
  'test/steps.test.js': { 'one step': () => increment(1) === 2, both: () => double(increment(1)) === 4 },
  'test/words.test.js': { shouts: () => shout('a') === 'A' },
};
const chosen = process.argv[2] === undefined ? Object.values(tests) : [tests[process.argv[2]]];
const all = chosen.flatMap((group) => Object.entries(group));
console.log('TAP version 13\\n1..' + all.length);
all.forEach(([title, test], index) => console.log((test() ? 'ok ' : 'not ok ') + (index + 1) + ' - ' + title));
`,
  '.pantheon/flows/night/night.flow.yaml': (PROJECT['.pantheon/flows/night/night.flow.yaml'] ?? '')
    .replace('run: [node, --test, $TEST]', 'run: [node, check.mjs, $TEST], results: { tap: stdout }')
    .replace('run: [npm, test]', 'run: [node, check.mjs], results: { tap: stdout }'),
};

/** Answers depend on the prompt and the seed alone, so that a run that is resumed hears the same. */
export function answer({ prompt, options }: ScriptedRequest): string {
  const isGreedy = options['temperature'] === 0;
  if (isGreedy) return prompt.includes('increment') ? 'ok' : 'I cannot say.';
  if (prompt.includes('lastOf')) return '2|   return items[items.length - 1];';
  if (prompt.includes('increment'))
    return Number(options['seed']) % 2 === 0 ? '2|   return n + 3;' : '2|   return n + 1;';
  if (prompt.includes('double')) return '2|   return n * 2;';
  return '2|   return word.trim();';
}
