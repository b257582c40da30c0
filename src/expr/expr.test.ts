import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { JsonObject } from '../common/index.ts';
import { UserError } from '../common/index.ts';
import {
  ANY,
  checkExpression,
  evaluate,
  evaluateTemplate,
  parseTemplate,
  renderTemplate,
  typeOfSchema,
  type ExprType,
  type ExprTypes,
} from './index.ts';

const ITEM: ExprType = {
  kind: 'object',
  fields: {
    path: { kind: 'string' },
    line: { kind: 'number' },
    tests: { kind: 'list', of: { kind: 'string' } },
  },
};
const TYPES: ExprTypes = {
  inputs: { kind: 'object', fields: { scope: { kind: 'string' }, max: { kind: 'number' } } },
  item: ITEM,
  nodes: {
    kind: 'object',
    fields: {
      suspects: {
        kind: 'object',
        fields: { output: { kind: 'list', of: ITEM }, outcome: { kind: 'string' } },
      },
    },
  },
  run: ANY,
};
const VARIABLES: JsonObject = {
  inputs: { scope: 'src', max: 2 },
  item: { path: 'src/a.js', line: 3, tests: ['a', 'b'] },
  nodes: { suspects: { output: [{ path: 'a', line: 1, tests: [] }], outcome: 'succeeded' } },
  run: { id: 'r1', n: 5, none: null },
};

describe('expressions', () => {
  for (const [source, expected] of [
    ['inputs.scope', 'src'],
    ['item.line + 1', 4],
    ['run.n % 2 == 1', true],
    ['inputs.max * 2 > item.line', true],
    ['item.tests', ['a', 'b']],
    ['item.tests[0]', 'a'],
    ['{"a": [1, null, 2.5]}', { a: [1, null, 2.5] }],
    ['nodes.suspects.output.map(s, s.path)', ['a']],
    ['contains(item.path, "src") && startsWith(item.path, "src") && endsWith(item.path, ".js")', true],
    ['contains(item.tests, "b")', true],
    ['contains([1, 2], inputs.max)', true],
    ['join(item.tests, "-") + join(item.tests)', 'a-ba,b'],
    ['toJSON(item.tests)', '["a","b"]'],
    ['fromJSON("{\\"a\\": 1}").a', 1],
    ['success() && !failure() && always()', true],
    ['item.path.matches("^src/.*[.]js$")', true],
    ['"a" in item.tests ? "yes" : "no"', 'yes'],
    ['has(run.missing)', false],
    ['run.none', null],
    ['timestamp("2026-01-02T03:04:05Z")', '2026-01-02T03:04:05.000Z'],
  ] as const) {
    it(`${source} gives ${JSON.stringify(expected)}`, () => {
      assert.equal(checkExpression(source, TYPES).ok, true);
      assert.deepEqual(evaluate(source, { variables: VARIABLES }), expected);
    });
  }

  it('knows whether a needed node failed', () => {
    assert.equal(evaluate('failure()', { variables: {}, anyFailed: true }), true);
    assert.equal(evaluate('success()', { variables: {}, anyFailed: true }), false);
  });

  for (const [source, kind, start, end, message] of [
    ['inputs.scop', 'type', 7, 11, /No such key: scop/],
    ['nodes.other.output', 'type', 6, 11, /other/],
    ['nothing.at.all', 'type', 0, 7, /no nothing here.*inputs, item, nodes, run/],
    ['item.path + 1', 'type', 0, 13, /string \+ number/],
    ['item.line == "x"', 'type', 0, 16, /number == string/],
    ['nodes.suspects.output.filter(s, s.zip)', 'type', 34, 37, /zip/],
    ['1 +', 'syntax', 3, 3, /ends too early/],
    ['"abc', 'syntax', 0, 4, /Unterminated/],
    ['missing(1)', 'type', 0, 10, /missing\(number\)/],
    ['hashFiles("a")', 'not-available', 0, 14, /not available in this version/],
    ['item.tests.map(a, item.tests.map(b, item.tests.map(c, c)))', 'too-large', 0, 58, /at most 2 deep/],
    [`1${' + 1'.repeat(400)}`, 'too-large', undefined, undefined, /./],
    ['('.repeat(60) + ')'.repeat(60), 'too-large', undefined, undefined, /./],
    ['1'.repeat(5000), 'too-large', 0, 5000, /at most 4000/],
  ] as const) {
    it(`refuses ${source.slice(0, 60)}`, () => {
      const check = checkExpression(source, TYPES);
      assert.ok(!check.ok);
      assert.equal(check.problem.kind, kind);
      if (start !== undefined) assert.deepEqual([check.problem.start, check.problem.end], [start, end]);
      assert.match(check.problem.message, message);
    });
  }

  it('tells the type of a result', () => {
    const check = checkExpression('nodes.suspects.output', TYPES);
    assert.deepEqual(check, { ok: true, type: { kind: 'list', of: ITEM } });
  });

  it('says where an evaluation failed', () => {
    assert.throws(
      () => evaluate('run.id + run.nope', { variables: VARIABLES }),
      (error: UserError) =>
        error.code === 'expression-failed' && error.message.includes('nope') && error.message.includes('14'),
    );
    for (const source of [
      '9007199254740993',
      'type(1)',
      'b"x"',
      'item.path.matches("(")',
      'fromJSON("{")',
      '1 / 0',
    ]) {
      assert.throws(() => evaluate(source, { variables: VARIABLES }), UserError, source);
    }
  });

  it('reaches nothing but the given values', () => {
    for (const source of ['run.constructor', 'run.__proto__', 'item.tests.length', 'inputs.toString']) {
      assert.throws(() => evaluate(source, { variables: VARIABLES }), UserError, source);
    }
    assert.throws(() => evaluate('process.env', { variables: {} }), UserError);
  });

  it('matches in linear time', () => {
    const text = `${'a'.repeat(5000)}!`;
    assert.equal(evaluate('t.matches("^(a+)+$")', { variables: { t: text } }), false);
  });
});

describe('templates', () => {
  it('are cut at their braces, with positions', () => {
    assert.deepEqual(parseTemplate('a ${{ b }}c'), {
      parts: [
        { kind: 'text', text: 'a ', start: 0, end: 2 },
        { kind: 'expression', source: 'b', start: 6, end: 7 },
        { kind: 'text', text: 'c', start: 10, end: 11 },
      ],
      problems: [],
    });
    assert.equal(parseTemplate('${{ {"a": {"b": "}}"}} }}').whole, '{"a": {"b": "}}"}}');
    assert.deepEqual(
      parseTemplate('${{ }}').problems.map(({ start, end }) => [start, end]),
      [[0, 6]],
    );
    assert.deepEqual(
      parseTemplate('x ${{ a').problems.map(({ start, end }) => [start, end]),
      [[2, 7]],
    );
  });

  it('keep the type of a lone expression and join everything else as text', () => {
    const context = { variables: VARIABLES };
    assert.deepEqual(evaluateTemplate(' ${{ item.tests }}\n', context), ['a', 'b']);
    assert.equal(evaluateTemplate('${{ item.path }}:${{ item.line }}', context), 'src/a.js:3');
    assert.equal(evaluateTemplate('[${{ run.none }}] ${{ item.tests }}', context), '[] ["a","b"]');
    assert.equal(evaluateTemplate('no braces }}', context), 'no braces }}');
    assert.equal(renderTemplate(' ${{ item.line }}\n', context), ' 3\n');
    assert.throws(() => evaluateTemplate('${{ }}', context), UserError);
  });

  it('leave text from values alone, whatever it looks like', () => {
    const hostile = '${{ run.id }} $(rm -rf /) }}';
    assert.equal(evaluateTemplate('x${{ t }}', { variables: { t: hostile } }), `x${hostile}`);
  });
});

describe('types of schemas', () => {
  it('follow plain schemas and give up on the rest', () => {
    assert.deepEqual(
      typeOfSchema({
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'array', items: { $ref: '#' } } },
      }),
      { kind: 'object', fields: { a: { kind: 'number' }, b: { kind: 'list', of: ANY } } },
    );
    for (const schema of [true, {}, { type: ['string', 'null'] }, { type: 'object' }, { oneOf: [] }]) {
      assert.deepEqual(typeOfSchema(schema), ANY);
    }
  });
});

describe('expressions, for all texts', () => {
  const word = fc.constantFrom(
    'item',
    '.',
    'path',
    'line',
    '+',
    '(',
    ')',
    '[',
    ']',
    '"a"',
    "'",
    '1',
    '0',
    '??',
    'map(',
    'x, x',
    ' in ',
    '&&',
    '!',
    '{',
    '}',
    ':',
    'matches(',
    'fromJSON(',
    '\\',
    '"""',
    'b"',
    '\n',
    '${{',
    '}}',
    '-9223372036854775808',
    '%',
    '/',
  );
  const source = fc.oneof(
    fc.array(word, { maxLength: 25 }).map((words) => words.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it('never crash', () => {
    fc.assert(
      fc.property(source, (text) => {
        const check = checkExpression(text, TYPES);
        if (!check.ok)
          assert.ok(
            check.problem.start <= check.problem.end &&
              check.problem.end <= text.length &&
              check.problem.message !== '',
          );
        for (const act of [
          () => evaluate(text, { variables: VARIABLES }),
          () => evaluateTemplate(text, { variables: VARIABLES }),
        ]) {
          try {
            JSON.stringify(act());
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
