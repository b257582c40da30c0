import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ProposalView } from '../../src/protocol/index.ts';
import type { ProposedFinding } from '../../src/review/index.ts';
import { propose, withReviews } from '../support/editor/proposals.ts';
import { Product } from '../support/product.ts';

const base = 'export const first = (list) => list[1];\nexport const last = (list) => list.at(0);\n';
const finding = (line: number, suggestion?: string): ProposedFinding => ({
  path: 'lists.js',
  line,
  severity: 'warning',
  message: 'One too far.',
  agent: 'reviewer',
  ...(suggestion === undefined ? {} : { suggestion }),
});

describe('deciding on the command line', function () {
  this.timeout(120_000);
  let product: Product;
  let root: string;
  let id: string;
  let proposals = 0;
  before(() => {
    product = new Product();
  });
  beforeEach(async () => {
    root = join(product.folder, `project ${(proposals += 1)}`);
    mkdirSync(root);
    root = realpathSync(root);
    writeFileSync(join(root, 'lists.js'), base);
    writeFileSync(join(root, 'more.txt'), 'one\ntwo\nthree\n');
    await product.run(['daemon', 'stop']);
    id = await withReviews(product.home, (review) =>
      propose(
        review,
        root,
        { 'more.txt': ['one\ntwo\nthree\n', 'ONE\ntwo\nTHREE\n'] },
        {
          key: `mixed ${proposals}`,
          findings: [finding(0, 'export const first = (list) => list[0];'), finding(1), finding(1)],
        },
      ),
    );
  });
  after(() => product.dispose());

  const review = async (...args: string[]) => {
    const { code, document } = await product.json<Record<string, unknown>>(['review', id, ...args], {
      cwd: root,
    });
    return {
      code,
      view: ProposalView.parse(document),
      decided: document['decided'],
      refused: document['refused'] as { hunk: string; problem: string }[],
      schema: document['schema'],
    };
  };
  const text = (path = 'lists.js') => readFileSync(join(root, path), 'utf8');

  it('applies what a remark suggests, and dismisses one with the words of the person', async () => {
    const { code, view, decided, refused, schema } = await review(
      '--accept',
      'f1',
      '1',
      '--reject',
      'f2',
      `${id}.2`,
      '--words',
      'as it shall be',
    );
    assert.deepEqual([code, schema, refused], [0, 'pantheon.proposal/1', []]);
    assert.deepEqual(decided, [`${id}.1`, `${id}.f1`, `${id}.2`, `${id}.f2`]);
    assert.deepEqual(
      view.findings.map(({ state }) => state),
      ['applied', 'dismissed', 'open'],
    );
    assert.equal(text(), base.replace('list[1]', 'list[0]'));
    assert.equal(text('more.txt'), 'ONE\ntwo\nthree\n');
    const { stdout } = await product.run(['review', id, '--reject', 'f3'], { cwd: root });
    assert.equal(stdout, `${id}.f3: dismissed (lists.js)\nEverything is decided.`);
    const patch = await product.run(['review', id, '--patch', 'rest.patch'], { cwd: root });
    assert.equal(patch.code, 1);
    assert.match(patch.stderr, /^Error: \S+ has no undecided hunk/);
    assert.equal(existsSync(join(root, 'rest.patch')), false);
  });

  it('says why a remark cannot be decided, changes nothing then, and ends with 1', async () => {
    const none = await review('--accept', 'f2', 'f9');
    assert.equal(none.code, 1);
    assert.deepEqual(none.refused, [
      { hunk: `${id}.f2`, problem: 'This finding suggests no change. Resolve or dismiss it.' },
      { hunk: `${id}.f9`, problem: 'The proposal has no such remark.' },
    ]);
    writeFileSync(join(root, 'lists.js'), base.replace('list[1]', 'list[2]'));
    const outdated = await review('--accept', 'f1');
    assert.match(outdated.refused[0]?.problem ?? '', /lines of this finding in lists\.js changed/);
    assert.equal(text(), base.replace('list[1]', 'list[2]'));
    assert.equal((await review('--reject', 'f1')).code, 0);
    assert.deepEqual((await review('--accept', 'f1')).refused, [
      { hunk: `${id}.f1`, problem: 'It is dismissed already.' },
    ]);
  });

  it('with all: accepts hunks and applies suggestions, and leaves what suggests nothing', async () => {
    const { code, view } = await review('--accept', 'all');
    assert.equal(code, 0);
    assert.deepEqual(
      view.findings.map(({ state }) => state),
      ['applied', 'open', 'open'],
    );
    assert.equal(text('more.txt'), 'ONE\ntwo\nTHREE\n');
    const rest = await review('--reject', 'all');
    assert.equal(rest.code, 0);
    assert.deepEqual(rest.decided, [`${id}.f2`, `${id}.f3`]);
  });

  it('refuses to decide the same both ways, as wrong usage', async () => {
    const { code, stderr } = await product.run(['review', id, '--accept', 'f1', '--reject', `${id}.f1`], {
      cwd: root,
    });
    assert.equal(code, 2);
    assert.match(stderr, /cannot be accepted and rejected/);
  });
});
