import assert from 'node:assert/strict';

import type { ScriptedRequest } from '../support/scripted-ollama/index.ts';
import { writeFiles } from '../../src/workspace/testing/fixture.ts';
import { detailOf, Night, outcomesOf } from './night.ts';
import { PROJECT } from './project.ts';

const flow = (bestOf: string, propose: string) => `flow: look
version: 1
nodes:
  list:
    run: [node, $PANTHEON_FLOW_DIR/list.mjs]
    output: { type: object, properties: { functions: { type: array, items: { type: object, properties: { path: { type: string }, name: { type: string } } } } } }
  look:
    uses: agents/fixer
    needs: [list]
    for-each: \${{ nodes.list.output.functions }}
    with: { file: '\${{ item.path }}', function: '\${{ item.name }}' }
    best-of: ${bestOf}
    fallback: [abstain]
outputs:
  inbox: { propose: ${propose} }
`;

describe('a vote of samples', function () {
  this.timeout(60_000);
  const night = Night.hooks();

  /** Samples of the same function in the order in which they were asked for. */
  function answerInTurn(answers: Readonly<Record<string, readonly string[]>>): string[] {
    const asked: string[] = [];
    night.answering = ({ prompt }: ScriptedRequest) => {
      const name = Object.keys(answers).find((each) => prompt.includes(`function ${each}(`)) ?? '';
      const before = asked.filter((each) => each === name).length;
      asked.push(name);
      return answers[name]?.[before] ?? 'ok';
    };
    return asked;
  }

  function write(bestOf: string, propose = '{ findings: [look] }'): void {
    writeFiles(night.root, {
      ...PROJECT,
      '.pantheon/flows/look/list.mjs': PROJECT['.pantheon/flows/night/list.mjs'] ?? '',
      '.pantheon/flows/look/look.flow.yaml': flow(bestOf, propose),
    });
  }

  const last = '2|   return items[items.length - 1];';

  it('remarks, with a suggestion at its lines, only where enough samples make the same change', async () => {
    const asked = answerInTurn({
      lastOf: [last, last, 'I cannot say.', '2|   return   items[items.length - 1]; // the last', last],
      double: ['2|   return n * 2;', 'ok', '2|   return n + n;', '2|   return n;', 'ok'],
      shout: ['ok', '2|   return word.toLowerCase(); // as it is', 'ok', 'ok'],
      increment: ['ok', 'ok', 'ok', 'ok'],
    });
    write('{ n: 6, pick: vote, agree: 4 }');
    const view = await night.run({ flow: 'look' });
    assert.deepEqual(outcomesOf(view), {
      list: 'succeeded',
      'look[0]': 'succeeded',
      'look[1]': 'abstained',
      'look[2]': 'succeeded',
      'look[3]': 'succeeded',
    });
    assert.equal(detailOf(view, 'look[0]'), '4 of 5 samples make the same change.');
    assert.equal(
      detailOf(view, 'look[1]'),
      'The samples do not agree (4 must): at most 1 of 4 make the same change, 1 change nothing.',
    );
    assert.equal(detailOf(view, 'look[2]'), '4 of 4 samples change nothing.');
    assert.deepEqual(
      ['lastOf', 'double', 'shout', 'increment'].map((name) => asked.filter((each) => each === name).length),
      [5, 4, 4, 4],
    );
    const [proposal] = night.stage.review.inbox().proposals;
    assert.deepEqual(proposal?.files, []);
    assert.deepEqual(proposal?.findings, [
      {
        id: `${proposal?.id}.f1`,
        path: 'src/lists.js',
        line: 5,
        severity: 'warning',
        message: '4 of 5 samples make the same change here.',
        suggestion: '  return items[items.length - 1];',
        agent: 'fixer',
        state: 'open',
      },
    ]);
  });

  it('proposes the change as a hunk where the flow asks for edits, once', async () => {
    answerInTurn({ lastOf: [last, last] });
    write('{ n: 3, pick: vote }', '{ edits: [look] }');
    await night.run({ flow: 'look' });
    const [proposal] = night.stage.review.inbox().proposals;
    assert.deepEqual(
      proposal?.files.map(({ path, hunks }) => [path, hunks.map(({ added }) => added)]),
      [['src/lists.js', [['  return items[items.length - 1];']]]],
    );
  });

  it('draws greedily first, then with a seed of its own for each sample', async () => {
    const seen: Record<string, unknown>[] = [];
    night.answering = ({ prompt, options }) => {
      if (prompt.includes('function lastOf(')) seen.push(options);
      return 'ok';
    };
    write('{ n: 3, pick: vote, agree: 3 }');
    await night.run({ flow: 'look' });
    assert.deepEqual(
      seen.map((options) => options['temperature']),
      [0, 0.7, 0.7],
    );
    assert.equal(new Set(seen.map((options) => options['seed'])).size, 3);
  });

  it('finds a remark at its line although lines came in above it while the run went on', async () => {
    night.answering = ({ prompt }) => {
      writeFiles(night.root, { 'src/lists.js': `// new\n${PROJECT['src/lists.js'] ?? ''}` });
      return prompt.includes('function lastOf(') ? last : 'ok';
    };
    write('{ n: 3, pick: vote }');
    await night.run({ flow: 'look' });
    const [finding] = night.stage.review.inbox().proposals[0]?.findings ?? [];
    assert.deepEqual([finding?.line, finding?.state], [6, 'open']);
  });
});
