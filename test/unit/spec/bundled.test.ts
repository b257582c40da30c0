import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { diagnosticsPage, loadSpecs, type SpecSource } from '../../../src/spec/index.ts';

const root = fileURLToPath(new URL('../../../agents', import.meta.url)).replaceAll('\\', '/');

describe('bundled agents and flows', () => {
  const paths = globSync('**/*.{agent.md,flow.yaml}', { cwd: root, exclude: ['**/node_modules/**'] });
  const sources = paths.map((name): SpecSource => {
    const path = `${root}/${name.replaceAll('\\', '/')}`;
    return { path, root, origin: 'bundled', text: readFileSync(path, 'utf8') };
  });

  it('compile without a remark', () => {
    const set = loadSpecs(sources, {
      read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    });
    assert.deepEqual(set.diagnostics, []);
    assert.ok(set.flows.has('mend-failing-tests'));
    assert.equal(set.agents.size + set.flows.size, sources.length);
  });
});

describe('docs/diagnostics.md', () => {
  it('is what the table of codes says (node test/unit/spec/write-diagnostics-page.ts)', () => {
    const page = readFileSync(new URL('../../../docs/diagnostics.md', import.meta.url), 'utf8');
    assert.equal(page.replaceAll('\r\n', '\n'), diagnosticsPage());
  });
});

describe('docs/agents-and-flows.md', () => {
  it('has examples that compile without a remark', () => {
    const doc = readFileSync(
      new URL('../../../docs/agents-and-flows.md', import.meta.url),
      'utf8',
    ).replaceAll('\r\n', '\n');
    const [agent = '', flow = '', settings = ''] = [
      ...doc.matchAll(/```(?:markdown|yaml)\n([\s\S]*?)```/g),
    ].map(([, text]) => text ?? '');
    const mender =
      '---\npantheon:\n  inputs: { file: path, function: string }\n  output: { edit: {} }\n---\n';
    const schema = readFileSync(`${root}/flows/mend-failing-tests/suspects.schema.json`, 'utf8');
    const folder = '/ws/.pantheon';
    const source = (name: string, text: string): SpecSource => ({
      path: `${folder}/${name}`,
      root: folder,
      origin: 'workspace',
      text,
    });
    const set = loadSpecs(
      [
        source('agents/null-guard.agent.md', agent),
        source('agents/mender.agent.md', mender),
        source('flows/mend-lists.flow.yaml', flow),
        source('pantheon.yaml', settings),
      ],
      { read: (path) => (path === `${folder}/flows/suspects.schema.json` ? schema : undefined) },
    );
    assert.deepEqual(set.diagnostics, []);
    assert.deepEqual([set.flows.size, set.agents.size, set.settings.protected.length], [1, 2, 1]);
  });
});
