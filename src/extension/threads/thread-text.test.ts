import assert from 'node:assert/strict';

import type { ThreadView } from '../../protocol/index.ts';
import { fenced } from '../../text/index.ts';
import { bodyOf, contextOf, harmless, labelOf } from './thread-text.ts';

const finding: NonNullable<ThreadView['finding']> = {
  proposal: 'p1',
  agent: 'mender',
  severity: 'warning',
  suggestion: 'a\nB\nc',
  replaces: 'a\nb\nc',
  number: 2,
  of: 7,
};

function thread(more: Partial<ThreadView> = {}): ThreadView {
  return {
    id: 'p1.f2',
    workspace: '/ws',
    path: 'a.js',
    line: 0,
    endLine: 2,
    placed: true,
    state: 'open',
    comments: [
      {
        id: 'p1.f2',
        agent: 'mender',
        text: 'Look.\n\n```suggestion\na\nB\nc\n```',
        at: '2026-01-01T00:00:00.000Z',
      },
    ],
    finding,
    proposals: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

describe('the text of a thread', () => {
  it('names who remarks, which of how many, and what became of it', () => {
    assert.equal(labelOf(thread()), 'mender, 2 of 7 · warning');
    assert.equal(labelOf(thread({ state: 'dismissed' })), 'mender, 2 of 7 · discarded');
    const { finding: _, ...conversation } = thread();
    assert.equal(labelOf({ ...conversation, state: 'resolved' }), 'Conversation · resolved');
  });

  it('says to the buttons what can be done', () => {
    assert.equal(contextOf(thread()), 'finding undecided suggests');
    assert.equal(contextOf(thread({ state: 'outdated' })), 'finding undecided outdated');
    assert.equal(contextOf(thread({ state: 'applied', proposals: ['p2'] })), 'finding decided changes');
    assert.equal(
      contextOf(thread({ waiting: { run: 'r', agent: 'a' } })),
      'finding undecided suggests waits',
    );
  });

  it('shows a suggestion as a diff of the lines that differ', () => {
    assert.equal(bodyOf(thread(), 0), 'Look.\n\n```diff\n a\n-b\n+B\n c\n```');
  });

  it('fences code that has fences in it', () => {
    const text = `Look.\n\n${fenced('````md\nx\n````', 'suggestion')}`;
    const comments = [{ id: 'c', agent: 'mender', text, at: '2026-01-01T00:00:00.000Z' }];
    assert.match(bodyOf(thread({ comments }), 0), /\n\n`````diff\n/);
  });

  it('leaves a suggestion as it is where nothing tells what it would replace', () => {
    const text = 'Better:\n```suggestion\n<b>\n```\nor <b>';
    const comments = [{ id: 'c', text, at: '2026-01-01T00:00:00.000Z' }];
    const { finding: _, ...conversation } = thread({ comments });
    assert.equal(bodyOf(conversation, 0), 'Better:\n```suggestion\n<b>\n```\nor &lt;b>');
  });

  it('lets no words load pictures or become HTML, and leaves code alone', () => {
    assert.equal(harmless('![x](http://a/b.png) <b>'), '!\u200b[x](http://a/b.png) &lt;b>');
    assert.doesNotMatch(harmless('\\`![x](http://a/b.png)\\`'), /!\[/, 'what only looks like code');
    assert.equal(harmless('if `a < b` then a < b'), 'if `a < b` then a &lt; b');
    assert.equal(harmless('```\na < b\n```\na < b'), '```\na < b\n```\na &lt; b');
  });
});
