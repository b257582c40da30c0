import assert from 'node:assert/strict';

import { CODES, loadSpecs, parseUserSettings, type Diagnostic, type SpecSource } from './index.ts';

const ROOT = '/ws/.pantheon';
const AGENT = `---
description: Mends.
pantheon:
  inputs:
    file: { type: path }
    function: { type: string, optional: true }
  output: { edit: { unit: function } }
---
Mend \${{ inputs.file }}.
`;
const FILES: Readonly<Record<string, string>> = {
  [`${ROOT}/flows/list.json`]:
    '{"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}}}}',
  [`${ROOT}/flows/bad.json`]: '{"type": "nothing"}',
  [`${ROOT}/flows/torn.json`]: '{',
  ['/ws/secret.json']: '{}',
};

/** Takes the marks « and » out of a text and tells the range between them. */
function marked(text: string): { text: string; range: Diagnostic['range'] } {
  const positionAt = (offset: number) => {
    const lines = text.slice(0, offset).replaceAll('«', '').replaceAll('»', '').split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  };
  const range = { start: positionAt(text.indexOf('«')), end: positionAt(text.indexOf('»')) };
  return { text: text.replace('«', '').replace('»', ''), range };
}

function source(name: string, text: string, origin: SpecSource['origin'] = 'workspace'): SpecSource {
  const root = origin === 'workspace' ? ROOT : `/${origin}`;
  return { path: `${root}/${name}`, root, origin, text };
}

function load(...sources: SpecSource[]) {
  return loadSpecs(sources, { read: (path) => FILES[path] });
}

const MENDER = source('agents/mender.agent.md', AGENT);
const flow = (nodes: string, rest = '') => `flow: x\nnodes:\n${nodes}\n${rest}`;
const agent = (pantheon: string, body = 'Do it.') => `---\npantheon:\n${pantheon}\n---\n${body}\n`;

const FLOW_CASES: readonly (readonly [code: string, text: string, message: RegExp])[] = [
  ['yaml-syntax', 'flow: x\nnodes: { a: «»', /not YAML/],
  ['yaml-syntax', 'flow: x\n«flow»: y', /not YAML.*unique/],
  ['file-too-large', `«»# ${'x'.repeat(300_000)}\nflow: x`, /256 KB/],
  ['wrong-type', '«- a»', /takes keys/],
  ['wrong-type', flow('  a: { run: «npm test» }'), /is a list/],
  ['wrong-type', flow('  a: { run: [a], continue-on-fail: «maybe» }'), /true or false/],
  ['wrong-type', flow('  a: { run: [a] }', 'version: «one»'), /takes a number/],
  ['wrong-value', flow('  a: { run: [a], join: «most» }'), /one of all, any, settled/],
  ['wrong-value', flow('  a: { run: [a], max-parallel: «0» }'), /from 1 to 64/],
  ['wrong-value', flow('  a: { run: «[]» }'), /at least the program/],
  ['wrong-value', 'flow: x\nnodes: «{}»', /at least one node/],
  ['wrong-value', flow('  a: { uses: «mender», with: { file: f } }'), /agents\/NAME/],
  [
    'wrong-value',
    flow('  a: { uses: agents/mender, with: { file: f }, fallback: [«abstain», agents/mender] }'),
    /ends the chain/,
  ],
  ['wrong-value', flow('  a: { run: [a] }', "on: { schedule: { cron: «'never'» } }"), /cron/],
  [
    'wrong-value',
    flow('  a: { run: [a] }', "on: { schedule: { cron: '0 1 * * *', window: «'25:00-07:00'» } }"),
    /times of day/,
  ],
  [
    'wrong-value',
    flow('  a: { run: [a] }', 'inputs: { n: { type: number, default: «many» } }'),
    /not of type number/,
  ],
  ['wrong-duration', flow('  a: { run: [a], timeout: «10» }'), /as 30s/],
  ['wrong-duration', flow('  a: { run: [a], retry: { backoff: «2m..5s» } }'), /5s\.\.2m/],
  ['wrong-name', flow('  «Big-One»: { run: [a] }'), /small letters/],
  ['wrong-name', flow('  a: { run: [a] }', 'inputs: { «two words»: string }'), /cannot be an input/],
  ['wrong-name', flow('  a: { run: [a], env: { «A-B»: x } }'), /cannot be a variable/],
  ['wrong-name', 'flow: «a/b»\nnodes: { a: { run: [a] } }', /flow's name/],
  ['missing-key', '«»nodes: { a: { run: [a] } }', /flow is missing/],
  [
    'missing-key',
    flow('  a: { uses: agents/mender, with: { file: f }, best-of: «»{ check: { run: [a] } } }'),
    /n is missing/,
  ],
  ['unknown-key', flow('  a: { run: [a], «colour»: red }'), /no meaning here/],
  ['unknown-key', flow('  a: { run: [a], «nedes»: [] }'), /Did you mean needs/],
  ['other-tools-word', flow('  b: { run: [b] }\n  a: { run: [a], «depends_on»: [b] }'), /called needs here/],
  ['other-tools-word', 'flow: x\n«jobs»: {}', /called nodes here/],
  ['other-tools-word', flow('  a: { run: [a], «when»: x }'), /called if here/],
  ['not-available', flow('  a: { «gate»: { title: x } }'), /gate is not available/],
  ['not-available', flow('  a: { run: [a], «loop»: { max: 3 } }'), /loop is not available/],
  [
    'not-available',
    flow('  a: { run: [a] }', 'outputs: { pr: { «pull-request»: {} } }'),
    /pull-request is not available/,
  ],
  ['not-available', flow('  a: { run: [a] }', '«concurrency»: { max: 1 }'), /concurrency is not available/],
  ['not-available', flow('  a: { uses: «flows/other» }'), /flow inside a flow/],
  ['not-available', flow("  a: { run: [a], if: «hashFiles('x')» == '' }"), /hashFiles/],
  [
    'not-available',
    flow(
      '  a: { uses: agents/mender, with: { file: f }, best-of: { n: 2, check: { run: [a] }, pick: «tournament» } }',
    ),
    /pick: tournament/,
  ],
  [
    'wrong-reference',
    flow(
      '  a: { uses: agents/mender, with: { file: f }, best-of: { n: 2, check: «{ run: [a] }», pick: vote } }',
    ),
    /not a check/,
  ],
  [
    'wrong-reference',
    flow(
      '  a: { uses: agents/mender, with: { file: f }, best-of: { n: 2, check: { run: [a] }, agree: «2» } }',
    ),
    /pick: vote/,
  ],
  [
    'wrong-value',
    flow('  a: { uses: agents/mender, with: { file: f }, best-of: { n: 3, pick: vote, agree: «4» } }'),
    /3/,
  ],
  ['wrong-value', flow('  a: { uses: agents/mender, with: { file: f }, without-model: «maybe» }'), /skip/],
  ['schedule-off', flow('  a: { run: [a] }', "on: { «schedule»: { cron: '0 1 * * *' } }"), /queue add/],
  ['name-differs', 'flow: «y»\nnodes: { a: { run: [a] } }', /same name/],
  ['unknown-agent', flow('  a: { uses: «agents/mendr» }'), /Did you mean agents\/mender/],
  ['unknown-node', flow('  abc: { run: [a] }\n  b: { run: [b], needs: [«abd»] }'), /Did you mean abc/],
  [
    'unknown-node',
    flow('  a: { run: [a] }', 'outputs: { o: { propose: { edits: [«zzz»] } } }'),
    /no node zzz/,
  ],
  [
    'wrong-reference',
    flow('  a: { run: [a] }', 'outputs: { o: { propose: { edits: «[a]» } } }'),
    /makes no edits/,
  ],
  ['wrong-reference', flow('  a: { check: { run: [a] }, «output»: { type: object } }'), /belongs to run/],
  [
    'missing-need',
    flow('  a: { run: [a] }\n  b: { run: [b], needs: [], if: "«nodes.a».outcome == \'x\'" }'),
    /Add a to needs/,
  ],
  [
    'cycle',
    flow('  a: { run: [a], needs: «[b]» }\n  b: { run: [b], needs: [a] }'),
    /a → b → a|wait for each other/,
  ],
  ['cycle', flow('  a: { run: [a], needs: «[a]» }'), /a → a/],
  ['node-kind', flow('  a: «»{ needs: [] }'), /exactly one/],
  ['node-kind', flow('  a: { run: [a], «check»: { run: [a] } }'), /not run and check/],
  ['output-kind', flow('  a: { run: [a] }', 'outputs: { o: «{ needs: [a] }» }'), /propose/],
  [
    'unknown-input',
    flow('  a: { uses: agents/mender, with: { file: f, «path»: g } }'),
    /It has file, function/,
  ],
  ['missing-input', flow('  a: { uses: agents/mender, with: «{ function: f }» }'), /needs file/],
  ['missing-input', flow('  a: { uses: «agents/mender» }'), /needs file/],
  [
    'template-in-command',
    flow("  a: { run: [cat, 'x-«${{ inputs.f }}»'] }", 'inputs: { f: string }'),
    /env: \{ NAME: '\$\{\{ inputs.f \}\}' \}/,
  ],
  ['template-in-command', flow('  a:\n    shell: |\n      echo «${{ run.id }}»'), /takes no expression/],
  ['unknown-variable', flow('  a: { run: [cat, «$FILE»/x] }'), /\$FILE is not in env/],
  ['expression-syntax', flow("  a: { run: [a], env: { X: 'a «${{ 1 »' } }"), /no closing/],
  ['wrong-type', flow('  a: { run: [a], for-each: «[1]» }'), /takes a text/],
  ['expression-syntax', flow('  a: { run: [a], for-each: «inputs.x» }'), /takes one expression/],
  [
    'expression-type',
    flow("  a: { run: [a], env: { X: 'in: ${{ inputs.«missing» }}' } }"),
    /No such key: missing/,
  ],
  [
    'expression-type',
    flow('  a: { run: [a], for-each: "${{ «inputs.s» }}" }', 'inputs: { s: string }'),
    /takes a list; this gives a string/,
  ],
  [
    'expression-type',
    flow(
      "  a: { run: [a], output: { $ref: list.json } }\n  b: { run: [b], needs: [a], for-each: '${{ nodes.a.output }}', env: { P: '${{ item.«pth» }}' } }",
    ),
    /pth/,
  ],
  ['expression-type', flow("  a: { run: [a], env: { P: '${{ «item» }}' } }"), /no item here/],
  ['expression-too-large', flow(`  a: { run: [a], if: '«1${' + 1'.repeat(2000)}»' }`), /4000/],
  ['schema-missing', flow('  a: { run: [a], output: «{ $ref: gone.json }» }'), /no file gone.json/],
  ['schema-missing', flow('  a: { run: [a], output: «{ $ref: ../../secret.json }» }'), /no file/],
  ['schema-wrong', flow('  a: { run: [a], output: «{ $ref: bad.json }» }'), /not a JSON Schema/],
  ['schema-wrong', flow('  a: { run: [a], output: «{ $ref: torn.json }» }'), /not JSON/],
];

const AGENT_CASES: readonly (readonly [code: string, text: string, message: RegExp])[] = [
  ['frontmatter-missing', '«»# An agent', /line ---/],
  ['yaml-syntax', '---\na: [1«\n»---\n', /not YAML/],
  ['missing-key', '---\n«description: x»\n---\n', /pantheon/],
  ['missing-key', agent('  «version: 1»\n'), /output is missing/],
  ['output-kind', agent('  output: «{ edit: {}, text: {} }»'), /not edit and text/],
  ['output-kind', agent('  output: «{}»'), /one of edit/],
  ['wrong-value', agent('  output: { edit: { unit: «class» } }'), /function, region/],
  ['wrong-value', agent('  output: { text: {} }\n  context: [file, «file»]'), /twice/],
  ['wrong-value', agent('  output: { text: {} }\n  limits: { tokens: «lots» }'), /12k/],
  ['wrong-duration', agent('  output: { text: {} }\n  limits: { time: «soon» }'), /as 30s/],
  ['schema-wrong', agent('  output: { data: «{ type: nothing }» }'), /not a JSON Schema/],
  ['name-differs', `---\nname: «other»\n${agent('  output: { text: {} }').slice(4)}`, /agents\/x/],
  ['not-used', `---\n«tools»: [read]\n${agent('  output: { text: {} }').slice(4)}`, /kept and not used/],
  ['unknown-key', agent('  output: { text: {} }\n  «mood»: good'), /no meaning/],
  ['expression-type', agent('  output: { text: {} }', 'Look at ${{ inputs.«file» }}.'), /file/],
  ['expression-syntax', agent('  output: { text: {} }', 'Look at «${{ }}».'), /nothing between/],
];

function expectAt(
  diagnostics: readonly Diagnostic[],
  code: string,
  range: Diagnostic['range'],
  message: RegExp,
): void {
  const found = diagnostics.filter((each) => each.code === code);
  const at = found.find((each) => JSON.stringify(each.range) === JSON.stringify(range));
  assert.ok(at, `wanted ${code} at ${JSON.stringify(range)}, got ${JSON.stringify(diagnostics, null, 1)}`);
  assert.match(at.message, message);
}

describe('diagnostics of flows', () => {
  for (const [code, text, message] of FLOW_CASES) {
    it(`${code}: ${text.replaceAll('\n', ' ').slice(0, 90)}`, () => {
      const { text: plain, range } = marked(text);
      const set = load(MENDER, source('flows/x.flow.yaml', plain));
      expectAt(set.diagnostics, code, range, message);
      const isError = CODES[code as keyof typeof CODES].severity === 'error';
      assert.equal(set.flows.size, isError ? 0 : 1);
      assert.equal(set.agents.size, 1);
    });
  }
});

describe('diagnostics of agents', () => {
  for (const [code, text, message] of AGENT_CASES) {
    it(`${code}: ${text.replaceAll('\n', ' ').slice(0, 90)}`, () => {
      const { text: plain, range } = marked(text);
      const set = load(source('agents/x.agent.md', plain));
      expectAt(set.diagnostics, code, range, message);
      assert.equal(set.agents.size, CODES[code as keyof typeof CODES].severity === 'error' ? 0 : 1);
    });
  }
});

describe('diagnostics of several files', () => {
  it('duplicate-name: two files of one place', () => {
    const set = load(MENDER, source('agents/mender/mender.agent.md', AGENT));
    assert.deepEqual(
      set.diagnostics.map(({ code, path }) => [code, path]),
      [['duplicate-name', `${ROOT}/agents/mender/mender.agent.md`]],
    );
    assert.equal(set.agents.size, 1);
  });

  it('broken-agent: a broken nearer file is not passed over for a farther one', () => {
    const uses = marked(flow('  a: { uses: «agents/mender», with: { file: f } }'));
    const set = load(
      source('agents/mender.agent.md', '---\n'),
      source('mender.agent.md', AGENT, 'bundled'),
      source('flows/x.flow.yaml', uses.text),
    );
    expectAt(set.diagnostics, 'broken-agent', uses.range, /has errors/);
    assert.equal(set.agents.size, 0);
  });

  it('file-unreadable: the others count all the same', () => {
    const unreadable = { unreadable: 'it is no file' };
    const set = load(
      MENDER,
      { ...source('agents/gone.agent.md', ''), ...unreadable },
      { ...source('flows/gone.flow.yaml', ''), ...unreadable },
      { ...source('pantheon.yaml', ''), ...unreadable },
    );
    assert.deepEqual(
      set.diagnostics.map(({ code }) => code),
      ['file-unreadable', 'file-unreadable', 'file-unreadable'],
    );
    assert.deepEqual([...set.agents.keys()], ['mender']);
  });

  it('are tested for every code', () => {
    const tested = new Set([...FLOW_CASES, ...AGENT_CASES].map(([code]) => code));
    for (const code of ['duplicate-name', 'broken-agent', 'file-unreadable']) tested.add(code);
    assert.deepEqual(
      Object.keys(CODES).filter((code) => !tested.has(code)),
      [],
    );
  });
});

describe('quick fixes', () => {
  const fixed = (text: string) => {
    const [diagnostic] = load(MENDER, source('flows/x.flow.yaml', text)).diagnostics.filter(
      ({ fix }) => fix !== undefined,
    );
    const fix = diagnostic?.fix;
    assert.ok(fix);
    const lines = text.split('\n');
    const offset = ({ line, character }: Diagnostic['range']['start']) =>
      lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
    return text.slice(0, offset(fix.range.start)) + fix.newText + text.slice(offset(fix.range.end));
  };

  for (const [before, after] of [
    ['  a: { run: npm test }', '  a: { run: [npm, test] }'],
    ['  a: { run: [a], joni: all }', '  a: { run: [a], join: all }'],
    [
      '  b: { run: [b] }\n  a: { run: [a], depends_on: [b] }',
      '  b: { run: [b] }\n  a: { run: [a], needs: [b] }',
    ],
    ['  a: { uses: agents/mendr, with: { file: f } }', '  a: { uses: agents/mender, with: { file: f } }'],
    [
      '  b: { run: [b] }\n  a: { run: [a], needs: [], if: "nodes.b.outcome == \'x\'" }',
      '  b: { run: [b] }\n  a: { run: [a], needs: [b], if: "nodes.b.outcome == \'x\'" }',
    ],
  ] as const) {
    it(`mends ${before.trim()}`, () => {
      const result = fixed(flow(before));
      assert.equal(result, flow(after));
      assert.deepEqual(load(MENDER, source('flows/x.flow.yaml', result)).diagnostics, []);
    });
  }
});

describe('settings', () => {
  it('of a workspace narrow', () => {
    const text =
      "models: { small: [a, b], medium: c }\nnight: { window: '22:00-07:00', tokens: 5M }\nlimits: { time: 10m, files: 20, lines: 400 }\nprotected: ['migrations/**']\n";
    assert.deepEqual(load(source('pantheon.yaml', text)).settings, {
      models: { small: ['a', 'b'], medium: ['c'] },
      night: { window: '22:00-07:00', tokens: 5_000_000 },
      limits: { timeMs: 600_000, files: 20, lines: 400 },
      protected: ['migrations/**'],
    });
  });

  it('of a workspace may not name servers', () => {
    const { text, range } = marked('«servers»: [http://evil]\nprotected: [a]');
    const set = load(source('pantheon.yaml', text));
    expectAt(set.diagnostics, 'not-available', range, /servers/);
    assert.deepEqual(set.settings.protected, []);
  });

  it('of a person are read, and an empty file is none', () => {
    for (const text of ['', '\n', '# nothing\n']) {
      assert.deepEqual(parseUserSettings(text, 's.yaml'), {
        settings: { sandbox: 'auto', night: {} },
        diagnostics: [],
      });
    }
    assert.deepEqual(
      parseUserSettings("servers: [http://127.0.0.1:1]\nsandbox: off\nnight: { window: '21:00-06:00' }", 's')
        .settings,
      {
        servers: ['http://127.0.0.1:1'],
        sandbox: 'off',
        night: { window: '21:00-06:00' },
      },
    );
    const { text, range } = marked('servers: [«ftp://x»]\nsandbox: off');
    const broken = parseUserSettings(text, 's');
    expectAt(broken.diagnostics, 'wrong-value', range, /address/);
    assert.equal(broken.settings.sandbox, 'auto');
  });
});
