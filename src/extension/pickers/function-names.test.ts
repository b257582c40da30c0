import assert from 'node:assert/strict';

import { functionNames } from './function-names.ts';

describe('names of functions in a text', () => {
  it('are found however a function is declared, in their order and each once', () => {
    const text = `
export async function first(list) {}
function* second() {}
export default function third() {
  function inner() {}
}
const fourth = async (a) => a;
export const fifth: Visit = (a) => a;
let sixth = x => x;
var seventh = function () {};
const eighth = [1, 2];
const first = 3;
// function commented() {}
`;
    const names = ['first', 'second', 'third', 'inner', 'fourth', 'fifth', 'sixth', 'seventh'];
    assert.deepEqual(functionNames(text), names);
  });

  it('are none where there is no function', () => {
    assert.deepEqual(functionNames('# Title\n\nfunctional words\n'), []);
  });
});
