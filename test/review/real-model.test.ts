import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DaemonConnection } from '../../src/client/index.ts';
import { InboxView, RunView, type FindingView, type ResultOf } from '../../src/protocol/index.ts';
import { correct, demoProjectDir, demoTruth } from '../fixtures/demo-project.ts';
import { commitAll } from '../support/editor/workspaces.ts';
import { Product } from '../support/product.ts';

const root = join(import.meta.dirname, '..', '..');
const right = `/** The items that are in both lists, in the order of the first. */
export function shared(left, right) {
  const known = new Set(right);
  return left.filter((item) => known.has(item));
}

/** How often each word stands in a text. */
export function wordCounts(text) {
  const counts = new Map();
  for (const word of text.split(' ')) {
    if (word === '') continue;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** The smallest of some numbers; undefined if there are none. */
export function smallest(numbers) {
  let best = numbers[0];
  for (const number of numbers) {
    if (number < best) best = number;
  }
  return best;
}

/** A text with its first letter in upper case. */
export function capitalised(text) {
  if (text.length === 0) return text;
  return text[0].toUpperCase() + text.slice(1);
}
`;

const wrong = `export function sumOf(values) {
  let sum = 1;
  for (const value of values) {
    sum += value;
  }
  return sum;
}

export function countOf(items, wanted) {
  let count = 1;
  for (const item of items) {
    if (item === wanted) {
      count += 1;
    }
  }
  return count;
}

export function totalPrice(lines) {
  let total = 1;
  for (const line of lines) {
    total += line.price * line.amount;
  }
  return total;
}

export function lengthOfAll(texts) {
  let length = 1;
  for (const text of texts) {
    length += text.length;
  }
  return length;
}
`;

/** The flow on the model that comes with Pantheon: no other server answers. Its seed is set, so that each run draws the same. */
describe('a review of changes by the small model', function () {
  this.timeout(240_000);
  let product: Product;
  let project: string;
  let run: RunView;
  let findings: readonly FindingView[];

  before(async () => {
    product = new Product();
    project = join(product.folder, 'pocketknife');
    cpSync(demoProjectDir, project, { recursive: true });
    const { slips, rewrites } = demoTruth();
    for (const repair of [...slips, ...rewrites]) correct(project, repair);
    const agent = readFileSync(join(root, 'agents', 'mender', 'mender.agent.md'), 'utf8');
    const seeded = agent.replace('sampling: { ', 'sampling: { seed: 4, ');
    assert.notEqual(seeded, agent);
    mkdirSync(join(project, '.pantheon', 'agents'), { recursive: true });
    writeFileSync(join(project, '.pantheon', 'agents', 'mender.agent.md'), seeded);
    await commitAll(project);
    // What a person did since: slips in some functions, and new ones that are right.
    cpSync(join(demoProjectDir, 'src'), join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'src', 'right.js'), right);
    writeFileSync(join(project, 'src', 'wrong.js'), wrong);
    assert.equal((await product.run(['trust', '--yes'], { cwd: project })).code, 0);
    const done = await product.json(['run', 'review-my-changes', '--wait'], { cwd: project });
    assert.equal(done.code, 0, done.stderr);
    run = RunView.parse(done.document);
    const inbox = await product.json(['inbox'], { cwd: project });
    findings = InboxView.parse(inbox.document).proposals.flatMap((proposal) => proposal.findings);
  });
  after(() => product.dispose());

  it('looks at every changed function and ends well', () => {
    assert.ok(run.outcome === 'succeeded' || run.outcome === 'succeeded-with-skips', run.detail);
    const looked = run.nodes.filter(({ address }) => address.startsWith('look'));
    const titles = looked.flatMap(({ title }) => title ?? []);
    for (const { path, function: name } of demoTruth().slips) {
      const title = `${path} ${name.split('.').at(-1)}`;
      assert.ok(titles.includes(title), `${title} is not among ${titles.join(', ')}`);
    }
    for (const name of ['shared', 'wordCounts', 'smallest', 'capitalised'])
      assert.ok(titles.includes(`src/right.js ${name}`), `${name} is not among ${titles.join(', ')}`);
    assert.ok(run.totals.calls >= looked.length);
  });

  it('remarks on a slip, and leaves right functions alone', () => {
    assert.ok(findings.length > 0, run.nodes.map(({ title, detail }) => `${title}: ${detail}`).join('\n'));
    assert.deepEqual(
      findings.filter(({ path }) => path === 'src/right.js'),
      [],
    );
    for (const { message, agent } of findings) {
      assert.equal(agent, 'mender');
      assert.match(message, /^[89] of \d samples make the same change here\.$/);
    }
  });

  it('suggests what can be applied: exactly these lines change', async () => {
    const signal = AbortSignal.timeout(60_000);
    const client = await DaemonConnection.open(
      { home: product.home, client: 'editor', version: '0' },
      signal,
    );
    assert.ok(client !== undefined);
    try {
      for (const { id, path, line, suggestion } of findings) {
        assert.ok(suggestion !== undefined, `${path}:${line + 1} suggests nothing`);
        const before = readFileSync(join(project, path), 'utf8').split('\n');
        const decided: ResultOf<'threads.decide'> = await client.call(
          'threads.decide',
          { thread: id, decision: 'apply', commandId: randomUUID() },
          signal,
        );
        assert.equal(decided.thread.state, 'applied');
        const after = readFileSync(join(project, path), 'utf8').split('\n');
        const lines = suggestion.split('\n').length;
        assert.equal(after.slice(line, line + lines).join('\n'), suggestion);
        assert.deepEqual(after.toSpliced(line, lines), before.toSpliced(line, lines));
      }
    } finally {
      client.dispose();
    }
  });
});
