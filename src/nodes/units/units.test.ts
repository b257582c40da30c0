import assert from 'node:assert/strict';

import fc from 'fast-check';

import { UserError } from '../../common/index.ts';
import { cutUnit, functionsIn, parses, readAnswer } from './index.ts';

const LISTS = `'use strict';
/** The last one. */
export function lastOf(list) {
  return list[list.length];
}

const first = (list) => list[0];
exports.second = function (list) {
  return list[1];
};
class List {
  #items = [];
  static of(...items) {
    return new List(items);
  }
  constructor(items) {
    this.#items = items;
  }
  get size() {
    return this.#items.length;
  }
  #grow() {}
  add = (item) => {
    this.#items.push(item);
  };
}
const api = {
  sum(list) { return list.reduce((a, b) => a + b); },
  'mean-of': (list) => api.sum(list) / list.length,
};
export default () => api;
`;

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('functions in a file', () => {
  it('finds every way to name a function', () => {
    const names = functionsIn(LISTS, 'lists.js').map(
      ({ qualified, line, endLine }) => `${qualified} ${line}-${endLine}`,
    );
    assert.deepEqual(names, [
      'lastOf 3-5',
      'first 7-7',
      'exports.second 8-10',
      'List.of 13-15',
      'List.constructor 16-18',
      'List.size 19-21',
      'List.#grow 22-22',
      'List.add 23-25',
      'api.sum 28-28',
      'api.mean-of 29-29',
      'default 31-31',
    ]);
  });

  it('finds a function by short, full, getter, class and inferred names', () => {
    for (const [selector, line] of [
      ['lastOf', 3],
      ['second', 8],
      ['module.exports.second', 8],
      ['List', 16],
      ['get size', 19],
      ['List.add', 23],
      ['#grow', 22],
      ['add:23', 23],
    ] as const) {
      assert.equal(cutUnit(LISTS, 'lists.js', selector, 'function').firstLine, line, selector);
    }
  });

  it('reads TypeScript with types, overloads, decorators and JSX', () => {
    const text = `function f(a: string): string;
function f(a: number): number;
function f<T>(a: T): T { return a; }
export const g = ((x: number) => x) as Fn;
abstract class A<T> { @log() m(this: A<T>): void {} abstract n(): void; private static async *s(): AsyncGenerator {} }
`;
    assert.deepEqual(
      functionsIn(text, 'a.ts').map((found) => `${found.qualified}:${found.line}`),
      ['f:3', 'g:4', 'A.m:5', 'A.s:5'],
    );
    assert.equal(functionsIn('const V = () => <b>{x}</b>;', 'a.tsx').length, 1);
    assert.equal(functionsIn('const V = () => <b>{x}</b>;', 'a.js').length, 1);
  });

  it('says what else there is when a name is unknown or stands for several', () => {
    const two = 'function f() {}\nclass A {\n  f() {}\n}\nclass B {\n  f() {}\n}\n';
    assert.throws(() => cutUnit(two, 'a.js', 'f', 'function'), /f:1, f:3, f:6/);
    assert.equal(cutUnit(two, 'a.js', 'B.f', 'function').firstLine, 6);
    assert.equal(cutUnit(two, 'a.js', 'f:3', 'function').firstLine, 3);
    assert.throws(
      () => cutUnit(LISTS, 'lists.js', 'lastof2', 'function'),
      (error: UserError) => error.code === 'function-not-found' && error.remedy.includes('lastOf'),
    );
  });

  it('names the position of a file that does not parse', () => {
    assert.throws(
      () => cutUnit('let a = 1;\nlet b = ;\n', 'b.js', 'f', 'function'),
      (error: UserError) => error.code === 'file-not-parsed' && error.message.startsWith('b.js:2:9 '),
    );
    assert.equal(
      codeOf(() => cutUnit('def f(): pass', 'a.py', 'f', 'function')),
      'language-not-supported',
    );
    assert.equal(
      codeOf(() => cutUnit('a\nb\n', 'a.py', '1-3', 'region')),
      'lines-not-found',
    );
    assert.equal(
      codeOf(() => cutUnit('a\nb\n', 'a.py', undefined, 'region')),
      'unit-not-named',
    );
    assert.equal(
      codeOf(() => cutUnit('a\n'.repeat(5001), 'a.py', undefined, 'file')),
      'unit-too-large',
    );
  });

  it('does not overflow on endless nesting', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    assert.ok(
      ['file-not-parsed', 'function-not-found'].includes(
        codeOf(() => cutUnit(deep, 'a.js', 'f', 'function')),
      ),
    );
    const chain = `const f = () => 1${' + 1'.repeat(500)};`;
    assert.equal(
      codeOf(() => cutUnit(chain, 'a.js', 'f', 'function')),
      'no error',
    );
  });
});

describe('cutting a unit', () => {
  it('takes the common indent off and numbers the lines', () => {
    const unit = cutUnit(LISTS, 'lists.js', 'List.of', 'function');
    assert.equal(unit.numbered, '1| static of(...items) {\n2|   return new List(items);\n3| }');
  });

  it('leaves the indent where a line lacks it', () => {
    const text = 'if (x) {\n  function f() {\n    return `\nno indent`;\n  }\n}\n';
    assert.equal(cutUnit(text, 'a.js', 'f', 'function').shown[0], '  function f() {');
  });

  it('cuts regions and whole files of any language', () => {
    assert.equal(cutUnit('a:\n  - b\n  - c\n', 'x.yaml', '2-3', 'region').numbered, '1| - b\n2| - c');
    assert.equal(cutUnit('\uFEFFa\r\nb', 'x.txt', undefined, 'file').numbered, '1| a\n2| b');
    assert.equal(cutUnit('', 'x.txt', undefined, 'file').numbered, '');
  });
});

describe('reading an answer', () => {
  const unit = cutUnit(LISTS, 'lists.js', 'lastOf', 'function');
  const mended = LISTS.replace('list[list.length]', 'list[list.length - 1]');
  const good = { kind: 'edit', newText: mended, changedLines: [4] };

  for (const [title, answer] of [
    ['one line', '2|   return list[list.length - 1];'],
    ['one line in a fence', '```\n2|   return list[list.length - 1];\n```\n'],
    ['the same line twice', '2|   return list[list.length - 1];\n2|   return list[list.length - 1];'],
    ['carriage returns', '2|   return list[list.length - 1];\r\n'],
    ['space before the number', ' 2 |   return list[list.length - 1];'],
    ['all lines numbered', '1| export function lastOf(list) {\n2|   return list[list.length - 1];\n3| }'],
    [
      'the whole unit in a fence',
      '```js\nexport function lastOf(list) {\n  return list[list.length - 1];\n}\n```',
    ],
    [
      'prose round the fence',
      'Sure:\n\n```js\nexport function lastOf(list) {\n  return list[list.length - 1];\n}\n```\nDone.',
    ],
    ['the bare function', 'export function lastOf(list) {\n  return list[list.length - 1];\n}\n'],
    [
      'the bare function, indented',
      '  export function lastOf(list) {\n    return list[list.length - 1];\n  }',
    ],
  ] as const) {
    it(`reads ${title}`, () => assert.deepEqual(readAnswer(answer, unit), good));
  }

  for (const answer of [
    'ok',
    ' OK.\n',
    '`ok`',
    '```\nok\n```',
    '2|   return list[list.length];',
    '2|   return list[list.length];   ',
  ]) {
    it(`takes ${JSON.stringify(answer)} as unchanged`, () =>
      assert.deepEqual(readAnswer(answer, unit), { kind: 'unchanged' }));
  }

  for (const [answer, problem] of [
    ['', /empty/],
    ['Sorry', /not the function lastOf/],
    ['I cannot help with that.', /does not parse/],
    ['4| x', /numbered 1 to 3/],
    ['0| x', /numbered 1 to 3/],
    ['2| a();\n2| b();', /twice/],
    ['2| return list[', /does not parse at line 5/],
    ['1| export function other(list) {', /not the function lastOf/],
    ['```js\nfunction', /not closed/],
    ['```\na\n```\n```\nb\n```', /more than one/],
    ['Line 2 is wrong:\n2| return 1;', /does not parse/],
    ['x'.repeat(1_000_001), /too long/],
  ] as const) {
    it(`refuses ${JSON.stringify(answer.slice(0, 40))}`, () => {
      const read = readAnswer(answer, unit);
      assert.equal(read.kind, 'unreadable');
      assert.match(read.kind === 'unreadable' ? read.problem : '', problem);
    });
  }

  it('undoes the dedent and keeps line ends, BOM, tabs and a missing last newline', () => {
    const text = '\uFEFFclass A {\r\n\tm() {\r\n\t\treturn 1;\r\n\t}\r\n}';
    const cut = cutUnit(text, 'a.js', 'm', 'function');
    const edit = readAnswer('2| \treturn 2;', cut);
    assert.equal(edit.kind === 'edit' && edit.newText, text.replace('1', '2'));
    const whole = readAnswer('```js\nm() {\n\tlog();\n\treturn 2;\n}\n```', cut);
    assert.equal(
      whole.kind === 'edit' && whole.newText,
      '\uFEFFclass A {\r\n\tm() {\r\n\t\tlog();\r\n\t\treturn 2;\r\n\t}\r\n}',
    );
  });

  it('lets a file that did not parse be mended, and refuses one that parses worse', () => {
    const broken = cutUnit('let a = ;\n', 'a.js', undefined, 'file');
    assert.equal(readAnswer('1| let a = 1;', broken).kind, 'edit');
    assert.equal(readAnswer('1| let a = (;', broken).kind, 'unreadable');
    const twice = cutUnit('let a = 1;\nlet b = 1;\n', 'a.js', undefined, 'file');
    assert.match(JSON.stringify(readAnswer('2| let a = 2;', twice)), /does not parse at line 2/);
  });

  it('needs a fence or numbers for anything but a function', () => {
    const file = cutUnit('a\nb\n', 'a.txt', undefined, 'file');
    assert.equal(readAnswer('a\nc\n', file).kind, 'unreadable');
    assert.deepEqual(readAnswer('```\na\nc\nd\n```', file), {
      kind: 'edit',
      newText: 'a\nc\nd\n',
      changedLines: [2],
    });
  });
});

const lineText = fc.stringMatching(/^[ \t]{0,3}[a-z|`0-9äß€😀]{0,6} ?$/u);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const fileText = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.tuple(lineText, lineEnd), { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([bom, lines, endsOpen]) => {
    const text = lines.map(([line, end]) => line + end).join('');
    return bom + (endsOpen ? text.replace(/(\r\n|\n|\r)$/, '') : text);
  });

describe('units, for all texts', () => {
  it('give the file back for an answer that repeats the unit', () => {
    fc.assert(
      fc.property(fileText, (text) => {
        const unit = cutUnit(text, 'a.txt', undefined, 'file');
        fc.pre(unit.shown.length > 0);
        assert.deepEqual(readAnswer(unit.numbered, unit), { kind: 'unchanged' });
      }),
      { numRuns: 500 },
    );
  });

  it('change exactly the bytes of the lines that an answer gives', () => {
    fc.assert(
      fc.property(fileText, fc.nat(), fc.nat(), fc.stringMatching(/^[a-z]{1,5}!$/), (text, a, b, word) => {
        const pieces = text.replace(/^\uFEFF/, '').match(/[^\r\n]*(\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
        fc.pre(pieces.length > 0);
        const first = a % pieces.length;
        const target = first + (b % (pieces.length - first));
        const unit = cutUnit(text, 'a.txt', `${first + 1}-${pieces.length}`, 'region');
        const expected = pieces.map((piece, index) =>
          index === target ? unit.indent + word + (/[\r\n]+$/.exec(piece)?.[0] ?? '') : piece,
        );
        const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
        const edit = readAnswer(`${target - first + 1}| ${word}`, unit);
        assert.equal(edit.kind === 'edit' && edit.newText, bom + expected.join(''));
        assert.deepEqual(edit.kind === 'edit' && edit.changedLines, [target + 1]);
      }),
      { numRuns: 1000 },
    );
  });

  it('keep every byte outside a rewritten unit and every byte of equal lines', () => {
    fc.assert(
      fc.property(
        fileText,
        fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 6 }),
        (text, words) => {
          const head = '// head\r\n';
          const tail = '// tail\n// end';
          const body = /[\r\n]$/.test(text)
            ? text.slice(text.startsWith('\uFEFF') ? 1 : 0)
            : `${text.replace('\uFEFF', '')}\n`;
          const count = body.match(/\r\n|\n|\r/g)?.length ?? 0;
          const unit = cutUnit(head + body + tail, 'a.txt', `2-${count + 1}`, 'region');
          const edit = readAnswer(`\`\`\`\n${words.join('\n')}\n\`\`\``, unit);
          if (edit.kind !== 'edit') return;
          assert.ok(edit.newText.startsWith(head) && edit.newText.endsWith(tail));
          const inner = edit.newText.slice(head.length, -tail.length).split(/\r\n|\n|\r/);
          assert.deepEqual(
            inner.map((line) => line.trim()),
            [...words, ''],
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('read any answer without failing', () => {
    const unit = cutUnit(LISTS, 'lists.js', 'lastOf', 'function');
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('```', '\n', '2| ', 'ok', 'function lastOf(list) {', '}', '|', '\u2028'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const read = readAnswer(pieces.join(''), unit);
        if (read.kind === 'edit') assert.ok(parses(read.newText, 'lists.js'));
      }),
      { numRuns: 500 },
    );
  });
});
