import assert from 'node:assert/strict';

import type { Item } from '../../agents/mender/training/evaluation/item.ts';
import { createJudge, scoreItem } from '../../agents/mender/training/evaluation/score.ts';

const UNIT = `function sumTo(n) {
  let sum = 0;
  for (let i = 1; i < n; i++) {
    sum += i;
  }
  return sum;
}`;
const item: Item = {
  id: 'sumTo-1',
  set: 'unseen',
  slip: 'bound',
  prompt: '',
  answer: '3|   for (let i = 1; i <= n; i++) {',
  unit: UNIT,
  right: UNIT.replace('i < n', 'i <= n'),
  name: 'sumTo',
  visible: ['3', '1'],
  hidden: ['0', '10'],
};

describe('the judge of answers', function () {
  this.timeout(20_000);
  const judge = createJudge(item);
  const cases = {
    'right: all tests pass': ['3|   for (let i = 1; i <= n; i++) {', 'R'],
    'false: the visible tests pass, a held-out one does not': [
      '6|   return n === 3 ? 6 : n === 10 ? 0 : n;',
      'F',
    ],
    'wrong: a visible test fails': ['3|   for (let i = 2; i < n; i++) {', 'W'],
    'wrong: a call throws': ['6|   return total;', 'W'],
    'wrong: it never ends': ['3|   for (let i = 1; i < n; i--) {', 'W'],
    'unreadable: it does not parse': ['3|   for (let i = 1; i <= n; i++ {', 'U'],
    'unreadable: no line of the function': ['12| }', 'U'],
    'unreadable: prose': ['The loop is too short.', 'U'],
    'no change: ok': ['ok', 'O'],
    'no change: the line as it is': ['2|   let sum = 0;', 'O'],
  } as const;
  for (const [title, [answer, verdict]] of Object.entries(cases)) {
    it(title, () => assert.equal(judge(answer), verdict));
  }

  it('gives equal changes equal numbers', () => {
    const samples = ['ok', item.answer, '2|   let sum = 1;', item.answer, 'nonsense'];
    const { samples: letters, changes } = scoreItem(item, { id: item.id, greedy: 'ok', samples });
    assert.equal(letters, 'ORWRU');
    assert.deepEqual(changes, [-1, 0, 1, 0, -1]);
  });
});
