import assert from 'node:assert/strict';

import fc from 'fast-check';

import { completionsAt, flowOfAgent, lensesOf, loadSpecs, type SpecSource } from './index.ts';

const ROOT = '/ws/.pantheon';
const AGENT = `---
# a comment
name: mender
description: Mends one function.
model: [mender, small]
pantheon:
  version: 1.2.0
  inputs:
    file: { type: path }
    function: string
    note: { type: string, optional: true }
    depth: { type: number, default: 2 }
  output: { edit: { unit: lines } }
  context: [function, instructions]
  limits: { time: 30s, tokens: 2k }
  sampling: { temperature: 0.2, top-p: 0.9, seed: 7 }
---
You mend \${{ inputs.function }} in
\${{ inputs.file }}.
`;
const FLOW = `# comment
flow: night
version: 3
description: All of it.
on: { command: true }
inputs:
  scope: { type: string, default: '' }
  deep: boolean
defaults: { timeout: 5m, retry: { max: 1, backoff: 5s..2m, on: [timeout] } }
limits: { time: 5h, tokens: 3M }
nodes:
  list:
    run: [node, $PANTHEON_FLOW_DIR/list.mjs, $SCOPE]
    env: { SCOPE: '\${{ inputs.scope }}' }
    output: { $ref: list.json }
  mend:
    uses: agents/mender
    needs: [list]
    if: inputs.deep && size(nodes.list.output) > 0
    for-each: \${{ nodes.list.output }}
    max-parallel: 4
    with: { file: '\${{ item.path }}', function: '\${{ item.name }}:\${{ item.line }}' }
    best-of: { n: 5, check: { run: [node, --test, $TEST], env: { TEST: '\${{ item.path }}' }, compare: baseline } }
    repair: { max: 1 }
    fallback: [agents/mender, abstain]
  script:
    shell: |
      echo "$HOME" && true
    timeout: 1h30m
    continue-on-fail: true
  suite:
    check: { run: [npm, test], compare: baseline, timeout: 2m, results: { junit: out.xml } }
    needs: [mend, script]
    join: { quorum: 1 }
outputs:
  inbox: { propose: { edits: [mend], evidence: [suite] }, if: nodes.suite.outcome == 'succeeded' }
`;
const SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    properties: { path: { type: 'string' }, name: { type: 'string' }, line: { type: 'integer' } },
  },
};
const FILES: Record<string, string> = { [`${ROOT}/flows/list.json`]: JSON.stringify(SCHEMA) };

function source(name: string, text: string): SpecSource {
  return { path: `${ROOT}/${name}`, root: ROOT, origin: 'workspace', text };
}
function load(agent = AGENT, flow = FLOW, files: Record<string, string> = FILES) {
  return loadSpecs([source('agents/mender.agent.md', agent), source('flows/night.flow.yaml', flow)], {
    read: (path) => files[path],
  });
}
function hashes(set = load()) {
  assert.deepEqual(
    set.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return [set.agents.get('mender')?.agent.hash, set.flows.get('night')?.flow.hash];
}

describe('compiling', () => {
  it('gives an agent its meaning', () => {
    const { hash, ...agent } = load().agents.get('mender')?.agent ?? {};
    assert.match(String(hash), /^[0-9a-f]{64}$/);
    assert.deepEqual(agent, {
      name: 'mender',
      description: 'Mends one function.',
      version: '1.2.0',
      models: ['mender', 'small'],
      inputs: {
        file: { type: 'path', optional: false },
        function: { type: 'string', optional: false },
        note: { type: 'string', optional: true },
        depth: { type: 'number', optional: false, default: 2 },
      },
      output: { kind: 'edit', unit: 'lines' },
      context: ['function', 'instructions'],
      limits: { timeMs: 30_000, tokens: 2000, turns: 6 },
      sampling: { temperature: 0.2, topP: 0.9, seed: 7 },
      body: 'You mend ${{ inputs.function }} in\n${{ inputs.file }}.',
    });
  });

  it('gives a flow its meaning', () => {
    const set = load();
    assert.deepEqual(set.diagnostics, []);
    const loaded = set.flows.get('night');
    const flow = loaded?.flow;
    const agentHash = set.agents.get('mender')?.agent.hash;
    assert.deepEqual(loaded?.commands, [
      ['node', '$PANTHEON_FLOW_DIR/list.mjs', '$SCOPE'],
      ['node', '--test', '$TEST'],
      ['shell', 'echo "$HOME" && true\n'],
      ['npm', 'test'],
    ]);
    assert.equal(loaded?.dir, `${ROOT}/flows`);
    assert.deepEqual(flow?.limits, { timeMs: 18_000_000, tokens: 3_000_000 });
    assert.deepEqual(
      flow?.nodes.map(({ id, timeoutMs, join }) => [id, timeoutMs, join]),
      [
        ['list', 300_000, 'all'],
        ['mend', 300_000, 'all'],
        ['script', 5_400_000, 'all'],
        ['suite', 300_000, { quorum: 1 }],
      ],
    );
    const [list, mend, script, suite] = flow?.nodes ?? [];
    assert.deepEqual(list?.retry, { max: 1, backoffMs: [5000, 120_000], on: ['timeout'] });
    assert.deepEqual(list?.body.kind === 'run' && list.body.outputSchema, SCHEMA);
    assert.equal(mend?.if, 'inputs.deep && size(nodes.list.output) > 0');
    assert.equal(mend?.forEach, 'nodes.list.output');
    assert.deepEqual(mend?.body, {
      kind: 'uses',
      agent: { name: 'agents/mender', hash: agentHash },
      with: { file: '${{ item.path }}', function: '${{ item.name }}:${{ item.line }}' },
      bestOf: {
        n: 5,
        check: {
          command: { argv: ['node', '--test', '$TEST'], env: { TEST: '${{ item.path }}' } },
          compare: 'baseline',
          fixes: 1,
        },
        pick: 'first',
      },
      repairMax: 1,
      fallback: [{ name: 'agents/mender', hash: agentHash }, 'abstain'],
    });
    assert.equal(script?.continueOnFail, true);
    assert.deepEqual(suite?.body.kind === 'check' && suite.body.check, {
      command: { argv: ['npm', 'test'], env: {} },
      compare: 'baseline',
      fixes: 0,
      timeoutMs: 120_000,
      results: { junit: 'out.xml' },
    });
    assert.equal(flow?.outputs[0]?.if, "nodes.suite.outcome == 'succeeded'");
  });

  it('hashes meaning, not layout', () => {
    const plain = hashes();
    const other = FLOW.replace('# comment\n', '')
      .replace('    needs: [list]\n', "    'needs': # why\n      - list\n")
      .replaceAll('\n', '\r\n');
    assert.deepEqual(hashes(load(AGENT.replace('# a comment\n', '').replaceAll('\n', '\r\n'), other)), plain);
    assert.deepEqual(hashes(load(`\uFEFF${AGENT}`, `\uFEFF${FLOW}`)), plain);
    assert.deepEqual(hashes(load(AGENT, FLOW.replace('nodes:', 'colour: red\nnodes:'))), plain);
  });

  it('changes the hash with every change of meaning, of agents in flows too', () => {
    const [agent, flow] = hashes();
    const changed = hashes(load(AGENT.replace('You mend', 'You now mend')));
    assert.notEqual(changed[0], agent);
    assert.notEqual(changed[1], flow);
    const playbook = hashes(
      load(AGENT, FLOW, { ...FILES, [`${ROOT}/playbooks/mender.md`]: 'Look at ${{ this }}.' }),
    );
    assert.notEqual(playbook[0], agent);
    for (const [from, to] of [
      ['n: 5', 'n: 6'],
      ['timeout: 5m', 'timeout: 6m'],
      ['compare: baseline }', 'exit: 0 }'],
    ] as const) {
      assert.notEqual(hashes(load(AGENT, FLOW.replace(from, to)))[1], flow, to);
    }
    const schema = { ...FILES, [`${ROOT}/flows/list.json`]: JSON.stringify({ ...SCHEMA, maxItems: 3 }) };
    assert.notEqual(hashes(load(AGENT, FLOW, schema))[1], flow);
  });

  it('makes a flow of one node from an agent', () => {
    const loaded = load().agents.get('mender');
    assert.ok(loaded);
    const flow = flowOfAgent(loaded);
    const [node] = flow.nodes;
    assert.deepEqual(node?.body.kind === 'uses' && node.body.with, {
      file: '${{ inputs.file }}',
      function: '${{ inputs.function }}',
      note: '${{ has(inputs.note) ? inputs.note : null }}',
      depth: '${{ inputs.depth }}',
    });
    assert.deepEqual(
      flow.outputs.map(({ edits, findings }) => [edits, findings]),
      [[['agent'], []]],
    );
  });

  it('takes the nearest file of a name', () => {
    const bundled = {
      ...source('x', AGENT.replace('Mends one', 'Far')),
      path: '/b/mender/mender.agent.md',
      root: '/b',
      origin: 'bundled' as const,
    };
    const set = loadSpecs([bundled, source('agents/mender.agent.md', AGENT)], { read: () => undefined });
    assert.equal(set.agents.get('mender')?.origin, 'workspace');
    assert.deepEqual(set.diagnostics, []);
  });
});

describe('files, for all texts', () => {
  const snippet = fc.constantFrom(
    '${{',
    '}}',
    ': ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a',
    '*a',
    '|',
    '---\n',
    '!!js',
    '\t',
    '#',
    '<<: ',
    '? ',
    '%',
    '\u0000',
    '\uFEFF',
    '\r',
    '__proto__: ',
    'constructor: 1\n',
    'null',
    '1e999',
    '~',
    '$X',
  );
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(30),
    text: fc.oneof(snippet, fc.string({ unit: 'binary', maxLength: 8 })),
  });
  const mutate = (text: string, edits: readonly { at: number; cut: number; text: string }[]) =>
    edits.reduce((now, { at, cut, text: put }) => {
      const start = Math.floor(at * now.length);
      return now.slice(0, start) + put + now.slice(start + cut);
    }, text);
  const edits = fc.array(edit, { minLength: 1, maxLength: 6 });

  it('give a result or a diagnostic, and never throw', () => {
    fc.assert(
      fc.property(edits, edits, (a, b) => {
        const [agent, flow] = [mutate(AGENT, a), mutate(FLOW, b)];
        const set = load(agent, flow);
        const said = set.diagnostics.some(({ severity }) => severity === 'error');
        assert.ok(said || (set.agents.size === 1 && set.flows.size === 1));
        for (const { range, message, path } of set.diagnostics) {
          const lines = (path.endsWith('.md') ? agent : flow).split(/\r\n|\n|\r/);
          assert.ok(range.start.line < lines.length && range.end.line < lines.length && message !== '');
        }
        completionsAt(source('flows/x.flow.yaml', flow), { line: a.length * 5, character: 8 }, set);
        lensesOf(source('flows/x.flow.yaml', flow));
      }),
      { numRuns: 1500 },
    );
  }).timeout(120_000);

  it('bear nesting and repetition without end', () => {
    const bomb = `a: &a [1,1,1,1]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\nflow: night\nnodes: { x: { run: [a], output: { d: *d } } }\n`;
    for (const text of [
      bomb,
      `flow: ${'['.repeat(5000)}`,
      `${'- '.repeat(5000)}a`,
      `a: &a { b: *a }\nnodes: *a`,
      'nodes: &n { a: *n }',
    ]) {
      const { diagnostics, flows } = load(AGENT, text);
      assert.ok(flows.size === 0 && diagnostics.length > 0);
    }
  });
});
