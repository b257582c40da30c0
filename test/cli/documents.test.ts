import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';

import { documents, documentSchema, type DocumentKind } from '../../src/protocol/index.ts';
import { Product } from '../support/product.ts';

const schemas = new URL('../../docs/json/', import.meta.url);
const kinds = Object.keys(documents) as DocumentKind[];

const flows = {
  fine: 'flow: fine\nnodes:\n  look: { check: { run: [node, --version], exit: 0 } }\n',
  wrong: 'flow: wrong\nnodes:\n  look: { check: { run: [node, --no-such-option], exit: 0 } }\n',
  lacking:
    "flow: lacking\nnodes:\n  look: { uses: agents/lacking, with: { file: 'a.js' } }\noutputs:\n  inbox: { propose: { findings: [look] } }\n",
};
const agent = `---
name: lacking
description: Needs a model that no server has.
model: [no-such-model]
pantheon:
  inputs: { file: { type: path } }
  output: { findings: {} }
---
Look.
`;

describe('docs/json', () => {
  it('is what the command line prints (node scripts/json-schemas.ts && npx oxfmt docs/json)', () => {
    assert.deepEqual(readdirSync(schemas).toSorted(), kinds.map((kind) => `${kind}.schema.json`).toSorted());
    for (const kind of kinds) {
      const published = readFileSync(new URL(`${kind}.schema.json`, schemas), 'utf8');
      assert.deepEqual(JSON.parse(published), JSON.parse(documentSchema(kind)), kind);
    }
  });
});

describe('the command line with --json', function () {
  this.timeout(120_000);
  const ajv = new Ajv2020({ strict: false });
  const validate = new Map(
    kinds.map((kind) => [kind, ajv.compile(JSON.parse(documentSchema(kind)) as object)]),
  );
  let product: Product;
  let root: string;
  before(() => {
    product = new Product();
    root = join(product.folder, 'project');
    mkdirSync(join(root, '.pantheon', 'flows'), { recursive: true });
    mkdirSync(join(root, '.pantheon', 'agents'));
    for (const [name, text] of Object.entries(flows))
      writeFileSync(join(root, '.pantheon', 'flows', `${name}.flow.yaml`), text);
    writeFileSync(join(root, '.pantheon', 'agents', 'lacking.agent.md'), agent);
    writeFileSync(join(root, 'a.js'), 'export const first = (list) => {\n  return list[1];\n};\n');
    writeFileSync(join(root, 'package.json'), '{ "name": "p", "type": "module" }\n');
  });
  after(() => product.dispose());

  /** Runs a command, checks its exit code and its document, and gives that. */
  async function printed(
    kind: DocumentKind,
    code: number,
    ...args: string[]
  ): Promise<Record<string, unknown>> {
    const outcome = await product.json<Record<string, unknown>>(args, { cwd: root });
    assert.equal(
      outcome.code,
      code,
      `${args.join(' ')}: ${JSON.stringify(outcome.document)} ${outcome.stderr}`,
    );
    const check = validate.get(kind);
    assert.ok(check?.(outcome.document), `${args.join(' ')}: ${JSON.stringify(check?.errors)}`);
    assert.equal(outcome.document['schema'], `pantheon.${kind}/1`);
    return outcome.document;
  }
  /** Runs a command that has no answer: nothing on stdout, and a sentence with what to do on stderr. */
  async function refused(code: number, says: RegExp, ...args: string[]): Promise<void> {
    const { code: ended, stdout, stderr } = await product.run([...args, '--json'], { cwd: root });
    assert.deepEqual([ended, stdout], [code, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
  }

  it('says how the daemon is without starting it', async () => {
    const view = await printed('daemon', 0, 'daemon', 'status');
    assert.deepEqual([view['state'], 'pid' in view], ['stopped', false]);
    assert.equal((await printed('daemon', 0, 'daemon', 'start'))['state'], 'running');
    await printed('daemon', 0, 'daemon', 'start');
  });

  it('runs nothing before the workspace is trusted: 3, and trust needs a yes: 2', async () => {
    await refused(3, /pantheon trust/, 'run', 'fine');
    await refused(3, /pantheon trust/, 'queue', 'add', 'fine');
    await refused(2, /--yes/, 'trust');
    assert.equal((await printed('trust', 0, 'trust', '--yes'))['trusted'], true);
  });

  it('says what is there: 0, and what is wrong in a file: 1', async () => {
    await printed('doctor', 0, 'doctor');
    await printed('specs', 0, 'agents');
    await printed('specs', 0, 'flows');
    await printed('models', 0, 'models');
    await printed('validate', 0, 'validate');
    const bad = join(root, '.pantheon', 'flows', 'bad.flow.yaml');
    writeFileSync(bad, 'flow: bad\nnodes:\n  look: { uses: agents/nobody }\n');
    const view = await printed('validate', 1, 'validate', bad);
    assert.deepEqual(
      (view['diagnostics'] as { line: number; column: number }[]).map(({ line, column }) => [line, column]),
      [[3, 17]],
    );
    rmSync(bad);
  });

  it('ends a run with 0, with 1 where it failed, and with 3 where the machine lacks something', async () => {
    const fine = await printed('run', 0, 'run', 'fine', '--wait');
    assert.deepEqual([fine['state'], fine['outcome']], ['finished', 'succeeded']);
    const wrong = await printed('run', 1, 'run', 'wrong', '--wait');
    assert.equal(wrong['outcome'], 'failed');
    const lacking = await printed('run', 3, 'run', 'lacking', '--wait');
    assert.deepEqual([lacking['outcome'], lacking['cause']], ['failed', 'environment']);
    await refused(2, /no flow nobody/i, 'run', 'nobody');
    await refused(2, /input/i, 'run', 'fine', '--input', 'x=1');
    const id = String(fine['id']);
    assert.equal((await printed('run', 0, 'show', id))['id'], id);
    assert.equal((await printed('run', 0, 'show', 'latest'))['id'], lacking['id']);
    assert.equal((await printed('trace', 0, 'trace', id))['address'], id);
    await printed('trace', 0, 'trace', id, '--node', 'look');
    const [otel, journal] = [join(root, 'otel.json'), join(root, 'events.jsonl')];
    const files = await printed('trace', 0, 'trace', id, '--otel', otel, '--journal', journal);
    assert.deepEqual([files['otel'], files['journal']], [otel, journal]);
    assert.match(readFileSync(otel, 'utf8'), /"name":"flow fine"[^\n]*"name":"node look"/);
    const events = readFileSync(journal, 'utf8').trimEnd().split('\n');
    const types = events.map((line) => {
      const event = JSON.parse(line) as { type: string };
      assert.ok(validate.get('event')?.(event), line);
      return event.type;
    });
    assert.deepEqual([types[0], types.at(-1)], ['run.began', 'run.ended']);
    rmSync(otel);
    rmSync(journal);
    await refused(2, /cannot be used with/, 'trace', id, '--journal', journal, '--node', 'look');
    await refused(2, /has nothing at/, 'trace', id, '--node', 'nothing');
    await refused(2, /no run/i, 'show', 'r-none');
    assert.equal(((await printed('runs', 0, 'runs'))['runs'] as unknown[]).length, 3);
    await printed('report', 0, 'report', '--since', '1h');
    const page = join(root, 'report.html');
    assert.equal((await printed('report', 0, 'report', '--html', page))['html'], page);
    assert.match(readFileSync(page, 'utf8'), /^<!doctype html>[\s\S]*<h1>Morning report<[\s\S]*wrong/);
    assert.ok(!readFileSync(page, 'utf8').includes('command:'));
    await refused(2, /cannot be written/, 'report', '--html', join(root, 'none', 'report.html'));
    rmSync(page);
    await refused(2, /is not a time/, 'report', '--since', 'yesterday');
    await printed('inbox', 0, 'inbox');
    await refused(2, /no proposal/i, 'review', 'p-none');
  });

  it('plans, moves, holds and takes out', async () => {
    const queued = await printed('queue', 0, 'queue', 'add', 'fine', '--at', '2100-01-31T22:00');
    const [item] = queued['items'] as {
      id: string;
      waitingFor?: string;
      notBefore?: string;
      next?: string;
    }[];
    assert.ok(item?.waitingFor !== undefined && item.notBefore !== undefined);
    assert.equal(item.next, 'later');
    await printed('queue', 0, 'queue', 'move', item.id, '5');
    await printed('queue', 0, 'queue', 'pause', item.id);
    await printed('queue', 0, 'queue', 'resume', item.id);
    assert.equal(((await printed('queue', 0, 'queue', 'list'))['items'] as unknown[]).length, 1);
    assert.equal(
      (await printed('run', 0, 'show', 'latest'))['state'],
      'finished',
      'not the night that waits',
    );
    assert.equal(
      (await printed('run', 0, 'cancel', 'latest'))['outcome'],
      'cancelled',
      'of what has not ended',
    );
    await printed('queue', 0, 'queue', 'add', 'fine', '--at', '2100-01-31T22:00');
    const here = await product.run(['queue'], { cwd: root });
    assert.doesNotMatch(here.stdout, /PROJECT/);
    const elsewhere = await product.run(['queue'], { cwd: product.folder });
    assert.match(elsewhere.stdout, /^ITEM +FLOW +PROJECT /m);
    assert.ok(elsewhere.stdout.includes(root));
    const { items } = (await printed('queue', 0, 'queue', 'list')) as { items?: { id: string }[] };
    assert.deepEqual((await printed('queue', 0, 'queue', 'remove', items?.[0]?.id ?? ''))['items'], []);
    await refused(2, /is not a time/, 'queue', 'add', 'fine', '--at', 'tonight');
    await refused(2, /window/i, 'queue', 'add', 'fine', '--window', 'late');
  });

  it('shows one call of an agent, and proposes nothing', async () => {
    const view = await printed(
      'try',
      0,
      'try',
      'mender',
      '--input',
      'file=a.js',
      '--input',
      'function=first',
    );
    assert.match(String(view['prompt']), /list\[1\]/);
    assert.deepEqual((await printed('inbox', 0, 'inbox'))['proposals'], []);
    await refused(3, /no-such-model/, 'try', 'lacking', '--input', 'file=a.js');
    await refused(2, /no agent nobody/i, 'try', 'nobody');
  });

  it('stops the daemon, and again without complaint', async () => {
    assert.equal((await printed('daemon', 0, 'daemon', 'stop'))['state'], 'stopped');
    assert.equal((await printed('daemon', 0, 'daemon', 'stop'))['state'], 'stopped');
  });
});
