import assert from 'node:assert/strict';

import type { UserError } from '../../common/index.ts';
import type { ContextPart } from '../../flow/index.ts';
import { cutUnit, gatherSources, importsIn, packPrompt, readData, readFindings } from './index.ts';

const FILE =
  "import { a } from './a.js';\nconst b = require('../b');\n\nexport function lastOf(list) {\n  return list[list.length];\n}\n";
const unit = cutUnit(FILE, 'src/lists.js', 'lastOf', 'function');
const FILES: Record<string, string> = {
  'src/a.js': 'export const a = 1;\n',
  'b/index.js': 'far away',
  'b.js': 'exports.b = 1;\n',
  'AGENTS.md': 'root rules',
  'src/AGENTS.md': 'near rules\n',
  'CLAUDE.md': 'claude rules',
};
const read = (path: string) => FILES[path];

function agent(context: readonly ContextPart[], body = 'You mend ${{ inputs.function }}.') {
  return { name: 'mender', body, context };
}
const inputs = { function: 'lastOf', tags: ['x'] };

describe('packing a prompt', () => {
  it('shows exactly the numbered unit when it is the only part', () => {
    const only = agent(['function']);
    const packed = packPrompt(only, inputs, gatherSources(only, { unit }, read), 10_000);
    assert.equal(packed.system, 'You mend lastOf.');
    assert.equal(packed.user, '1| export function lastOf(list) {\n2|   return list[list.length];\n3| }');
    assert.deepEqual(packed.parts, [{ source: 'unit lastOf in src/lists.js', chars: packed.user.length }]);
  });

  it('puts what stays the same first and the task last', () => {
    const all = agent(['function', 'file', 'imports', 'instructions', 'changes', 'inputs']);
    const packed = packPrompt(
      all,
      inputs,
      gatherSources(all, { unit, changes: '-old\n+new\n' }, read),
      10_000,
    );
    assert.deepEqual(
      packed.parts.map(({ source }) => source),
      [
        'instructions src/AGENTS.md',
        'instructions CLAUDE.md',
        'import src/a.js',
        'import b.js',
        'file src/lists.js',
        'changes',
        'inputs',
        'unit lastOf in src/lists.js',
      ],
    );
    assert.ok(packed.user.includes('Inputs:\nfunction: lastOf\ntags: ["x"]'));
    assert.ok(packed.user.endsWith(`To change, lastOf in src/lists.js:\n${unit.numbered}`));
  });

  it('leaves out whole parts, least important first, and says so', () => {
    const all = agent(['function', 'instructions', 'imports', 'file']);
    const packed = packPrompt(all, inputs, gatherSources(all, { unit }, read), 440);
    assert.deepEqual(packed.leftOut, ['import src/a.js', 'import b.js', 'file src/lists.js']);
    assert.match(
      packed.user,
      /Left out for lack of room: import src\/a\.js, import b\.js, file src\/lists\.js\.$/,
    );
    assert.ok(packed.system.length + packed.user.length <= 440);
  });

  it('refuses a task that does not fit', () => {
    const only = agent(['function']);
    assert.throws(
      () => packPrompt(only, inputs, { unit }, 50),
      (error: UserError) => error.code === 'prompt-too-large',
    );
  });

  it('shows a whole file once when it is what may change', () => {
    const whole = cutUnit(FILE, 'src/lists.js', undefined, 'file');
    const files = agent(['file']);
    const packed = packPrompt(files, inputs, gatherSources(files, { unit: whole }, read), 10_000);
    assert.equal(packed.user, whole.numbered);
  });

  it('finds imports of neighbours only', () => {
    assert.deepEqual(importsIn(FILE, 'src/lists.js'), ['./a.js', '../b']);
    assert.deepEqual(importsIn("import x from 'react'; import('./y.js'); export * from './z.js';", 'a.ts'), [
      './y.js',
      './z.js',
    ]);
    assert.deepEqual(
      gatherSources(
        agent(['imports']),
        { file: { path: 'a.js', text: "import '../../etc/passwd';" } },
        () => 'x',
      ).imports,
      [],
    );
  });
});

describe('reading findings and data', () => {
  const good = { line: 2, severity: 'warning', message: 'may be undefined' };

  it('reads findings, fenced or bare, as object or list', () => {
    for (const answer of [
      JSON.stringify({ findings: [good] }),
      `\`\`\`json\n${JSON.stringify([good])}\n\`\`\``,
    ]) {
      assert.deepEqual(readFindings(answer, 5, 3), { kind: 'value', value: [good] });
    }
    assert.deepEqual(readFindings('[]', 5, 3), { kind: 'value', value: [] });
  });

  for (const [answer, problem] of [
    ['', /empty/],
    ['nothing', /not JSON/],
    ['{"findings": [{"line": 1}]}', /\/findings\/0 must have required property 'severity'/],
    [JSON.stringify([{ ...good, severity: 'bad' }]), /severity must be equal to one of.*"info"/],
    [JSON.stringify([{ ...good, line: 9 }]), /Line 9 does not exist: the file has 3 lines/],
    [JSON.stringify([good, good, good]), /more than 2/],
    [JSON.stringify([{ ...good, extra: 1 }]), /"extra"/],
  ] as const) {
    it(`refuses ${answer.slice(0, 40)}`, () => {
      const result = readFindings(answer, 2, 3);
      assert.match(result.kind === 'unreadable' ? result.problem : '', problem);
    });
  }

  it('checks data against its schema in linear time', () => {
    const schema = {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', pattern: '^(x+)+$' } },
    };
    assert.deepEqual(readData('{"a": "xx"}', schema), { kind: 'value', value: { a: 'xx' } });
    assert.equal(readData(`{"a": "${'x'.repeat(5000)}!"}`, schema).kind, 'unreadable');
    assert.throws(() => readData('{}', { type: 'nothing' }), /does not compile/);
  });
});
