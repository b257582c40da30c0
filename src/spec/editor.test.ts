import assert from 'node:assert/strict';

import { completionsAt, lensesOf, loadSpecs, type SpecSource } from './index.ts';

const ROOT = '/ws/.pantheon';
const AGENT = '---\npantheon:\n  inputs: { file: path }\n  output: { edit: {} }\n---\nMend.\n';

function source(name: string, text: string): SpecSource {
  return { path: `${ROOT}/${name}`, root: ROOT, origin: 'workspace', text };
}

describe('help while writing', () => {
  const set = loadSpecs([source('agents/mender.agent.md', AGENT)], { read: () => undefined });
  const labels = (name: string, text: string) => {
    const before = text.slice(0, text.indexOf('|')).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return completionsAt(source(name, text.replace('|', '')), position, set).map(({ label }) => label);
  };
  const flow = (text: string) => labels('flows/x.flow.yaml', text);

  for (const [text, wanted, unwanted] of [
    ['|', 'nodes', 'uses'],
    ['flow: x\nnodes:\n  a:\n    |', 'uses', 'nodes'],
    ['flow: x\nnodes:\n  a:\n    uses: |', 'agents/mender', 'nodes'],
    ['flow: x\nnodes:\n  a:\n    run: [b]\n  c:\n    needs: [|', 'a', 'uses'],
    ['flow: x\nnodes:\n  a:\n    join: s|', 'settled', 'a'],
    ['flow: x\nnodes:\n  a:\n    best-of:\n      check:\n        |', 'compare', 'n'],
    ['flow: x\ninputs:\n  scope: string\nnodes:\n  a:\n    if: ${{ inputs.|', 'scope', 'a'],
    ['flow: x\nnodes:\n  a:\n    run: [b]\n  c:\n    if: ${{ nodes.a.|', 'output', 'a'],
    ['flow: x\nnodes:\n  a:\n    if: ${{ suc|', 'success()', 'uses'],
    ['flow: x\noutputs:\n  o:\n    propose:\n      |', 'edits', 'propose'],
  ] as const) {
    it(`offers ${wanted} in ${JSON.stringify(text.slice(-40))}`, () => {
      const found = flow(text);
      assert.ok(found.includes(wanted), found.join(' '));
      assert.ok(!found.includes(unwanted));
    });
  }

  it('offers keys of agents and inputs in their text', () => {
    const name = 'agents/x.agent.md';
    assert.ok(labels(name, '---\npantheon:\n  output:\n    |\n---\n').includes('findings'));
    assert.deepEqual(labels(name, '---\npantheon:\n  inputs:\n    file: path\n---\nSee ${{ inputs.| }}'), [
      'file',
    ]);
    assert.deepEqual(labels(name, '---\npantheon:\n---\n|'), []);
  });

  it('names what can be done with a file', () => {
    assert.deepEqual(lensesOf(source('flows/y.flow.yaml', '# c\nflow: x # n\n')), [
      {
        action: 'run-flow',
        title: 'Run now',
        name: 'x',
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 11 } },
      },
      {
        action: 'queue-flow',
        title: 'Queue for tonight',
        name: 'x',
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 11 } },
      },
    ]);
    assert.equal(lensesOf(source('agents/mender.agent.md', AGENT))[0]?.name, 'mender');
    assert.deepEqual(lensesOf(source('pantheon.yaml', '')), []);
  });
});
