import type { Random } from '../random.ts';
import type { Shape } from '../sample.ts';
import { Draft } from './draft.ts';
import { listSteps } from './steps.ts';
import { record } from './records.ts';

/** Statements on a part of the object; answers what is worth returning, or `undefined` where the method has returned. */
type Act = (d: Draft) => string | undefined;

const AMOUNTS = 'amount value n by change step count';
const KEYS = 'key name id code word';
const ITEMS = 'item value entry x next';
const TEXTS = 'text line word part piece';

const refusal = (d: Draft): string =>
  d.chance(0.25)
    ? `throw new ${d.pick(['Error', 'RangeError', 'TypeError'])}('${d.pick(['full', 'empty', 'closed', 'bad', 'missing'])}')`
    : `return ${d.pick(['false', 'null', 'undefined', '0', '-1', 'this', 'this.N3'])}`;

const guard = (d: Draft, ...tests: readonly string[]): void => {
  if (d.chance(0.45)) d.add(`if (${d.pick(tests)}) ${refusal(d)};`);
};

const numbers: Act = (d) => {
  const a = d.param('num', AMOUNTS).code;
  guard(
    d,
    `${a} <= 0`,
    `this.B2`,
    `!this.B2`,
    `${a} > this.N3`,
    `this.N3 + ${a} > this.N4`,
    `${a} < 0 || ${a} > this.N4`,
    `this.N3 >= this.N4`,
    `!Number.isInteger(${a})`,
  );
  return d.one<string | undefined>(
    () => plain(d, 'add', `this.N3 += ${a};`),
    () => plain(d, 'take', `this.N3 -= ${a};`),
    () => plain(d, 'raise', `this.N3 = Math.min(this.N3 + ${a}, this.N4);`),
    () => plain(d, 'lower', `this.N3 = Math.max(this.N3 - ${a}, 0);`),
    () => plain(d, 'turn', `this.N3 = (this.N3 + ${a}) % this.N4;`),
    () => plain(d, 'charge', `this.N3 += ${a} * this.N2;`),
    () => plain(d, 'clamp', `this.N3 = ${a} < this.N4 ? ${a} : this.N4;`),
    () => plain(d, 'count', `this.N3++; if (${a} > this.N1) this.N1 = ${a};`),
    () => plain(d, 'track', `if (${a} < this.N1) { this.N1 = ${a}; } this.N3 += 1;`),
    () => plain(d, 'observe', `this.N3++; this.N1 += (${a} - this.N1) / this.N3;`),
    () => plain(d, 'score', `this.N3 += ${a} > 0 ? ${a} : -${a};`),
    () => {
      const before = d.fresh('before old last previous');
      d.words.push('set{N3}');
      d.add(`const ${before} = this.N3; this.N3 = ${d.pick([a, `${before} + ${a}`, `${before} - ${a}`])};`);
      return before;
    },
    () => {
      const next = d.fresh('next after sum level');
      d.words.push('advance');
      d.add(
        `const ${next} = this.N3 ${d.pick(['+', '-'])} ${a}; if (${next} ${d.pick(['>', '>=', '<', '<='])} this.N4) { this.N3 = ${d.pick(['this.N4', '0'])}; this.B2 = ${d.pick(['true', 'false'])}; } else { this.N3 = ${next}; }`,
      );
      return next;
    },
    () => {
      const [left, taken] = [d.fresh('left room free rest'), d.fresh('taken used part moved')];
      d.words.push('fill');
      d.add(
        `const ${left} = this.N4 - this.N3; const ${taken} = Math.min(${a}, ${left}); this.N3 += ${taken};`,
      );
      return d.chance(0.5) ? taken : `${a} - ${taken}`;
    },
    () => {
      const change = d.fresh('change difference delta');
      d.words.push('move');
      d.add(`const ${change} = ${a} - this.N1; this.N1 = ${a}; this.N3 += Math.abs(${change});`);
      return change;
    },
  );
};

const lists: Act = (d) => {
  const list = 'this.L3';
  const empty = (): void => guard(d, `${list}.length === 0`, `!${list}.length`, `${list}.length < 2`);
  const full = (x: string): void =>
    guard(d, `${list}.length >= this.N4`, `${list}.includes(${x})`, `${x} < 0`, `this.B2`, `!this.B2`);
  const added = (x: string): string =>
    d.pick([`${list}.push(${x});`, `${list}.push(${x});`, `${list}.unshift(${x});`]);
  return d.one<string | undefined>(
    () => {
      const x = d.param('num', ITEMS).code;
      full(x);
      return plain(d, 'push', added(x));
    },
    () => {
      const x = d.param('num', ITEMS).code;
      return plain(
        d,
        'remember',
        `${list}.push(${x}); ${d.pick(['if', 'while'])} (${list}.length > this.N4) ${list}.shift();`,
      );
    },
    () => {
      const x = d.fresh('top last item value first');
      empty();
      d.words.push('pop');
      d.add(`const ${x} = ${list}.${d.pick(['pop', 'shift'])}();`);
      if (d.chance(0.6))
        d.add(d.pick([`this.N3 -= ${x};`, `this.N3 += ${x};`, `this.N3--;`, `this.P3.push(String(${x}));`]));
      return x;
    },
    () => {
      empty();
      d.words.push('peek');
      return d.pick([`${list}[${list}.length - 1]`, `${list}[0]`, `${list}.at(-1)`, `${list}[this.N3]`]);
    },
    () => {
      const [x, at] = [d.param('num', ITEMS).code, d.fresh('at index place i')];
      d.words.push('remove');
      d.add(
        `const ${at} = ${list}.${d.pick(['indexOf', 'lastIndexOf'])}(${x}); if (${at} === -1) return ${d.pick(['false', 'null', '-1'])}; ${list}.splice(${at}, 1);`,
      );
      return d.pick(['true', at, `${list}.length`]);
    },
    () => {
      const [x, i] = [d.param('num', ITEMS).code, d.fresh('i at k')];
      d.words.push('insert');
      d.add(
        `let ${i} = ${d.pick(['0', `${list}.length`])}; while (${i} < ${list}.length && ${list}[${i}] ${d.pick(['<', '<='])} ${x}) ${i}++; ${list}.splice(${i}, 0, ${x});`,
      );
      return i;
    },
    () => {
      const [i, j] = [d.param('num', 'i from a first').code, d.param('num', 'j to b second').code];
      d.words.push('swap');
      return d.one(
        () => plain(d, '', `[${list}[${i}], ${list}[${j}]] = [${list}[${j}], ${list}[${i}]];`),
        () => {
          const held = d.fresh('held kept temp saved');
          return plain(
            d,
            '',
            `const ${held} = ${list}[${i}]; ${list}[${i}] = ${list}[${j}]; ${list}[${j}] = ${held};`,
          );
        },
      );
    },
    () => {
      const [x, i] = [d.fresh('found value current'), d.param('num', 'index at offset').code];
      d.words.push('item');
      d.add(`if (${i} < 0 || ${i} >= ${list}.length) ${refusal(d)}; const ${x} = ${list}[${i}];`);
      if (d.chance(0.5)) d.add(`this.N3 = ${i};`);
      return x;
    },
    () => {
      const [x, n] = [d.fresh('x item value y'), d.param('num', 'limit min n least').code];
      const [kept, before] = [d.fresh('kept left rest'), d.fresh('before size old')];
      d.words.push('prune');
      d.add(
        `const ${before} = ${list}.length; const ${kept} = ${list}.filter((${x}) => ${x} ${d.pick(['<', '>', '<=', '>=', '!=='])} ${n}); ${list} = ${kept};`,
      );
      return `${before} - ${kept}.length`;
    },
    () => {
      const [out, count] = [d.fresh('out taken batch group'), d.param('num', 'count n size most').code];
      d.words.push('drain');
      d.add(
        `const ${out} = ${d.pick([`${list}.splice(0, ${count})`, `${list}.slice(0, ${count})`, `${list}.slice(-${count})`])}; this.N3 ${d.pick(['+=', '-='])} ${out}.length;`,
      );
      return out;
    },
    () => {
      d.words.push('next');
      d.add(
        `const ${d.fresh('item')} = ${list}[this.N3 % ${list}.length]; this.N3 = (this.N3 + 1) % ${list}.length;`,
      );
      return 'item';
    },
    () => listed(d, list),
    () => listed(d, list),
    () => listed(d, list),
  );
};

/** The steps of functions on lists, on one that the object has. */
function listed(d: Draft, list: string): string | undefined {
  const made = d.pick(listSteps)(d, d.knows(list, 'nums'));
  if (made === undefined) return undefined;
  if (made.type === 'num' && d.chance(0.4)) d.add(`this.N3 ${d.pick(['=', '+='])} ${made.code};`);
  return made.code;
}

const tables: Act = (d) => {
  const key = d.param('str', KEYS, 'key').code;
  const map = 'this.M1';
  guard(d, `!${map}.has(${key})`, `${map}.has(${key})`, `${map}.size >= this.N4`, `this.B2`, `${key} === ''`);
  return d.one<string | undefined>(
    () => {
      const x = d.param('num', ITEMS).code;
      return plain(
        d,
        'set',
        `${map}.set(${key}, ${x}); if (${map}.size > this.N4) ${map}.delete(${map}.keys().next().value);`,
      );
    },
    () => {
      const [n, known] = [d.param('num', AMOUNTS).code, d.fresh('known old before count')];
      d.words.push('add');
      d.add(
        `const ${known} = ${map}.get(${key}) ${d.pick(['??', '||'])} 0; ${map}.set(${key}, ${known} ${d.pick(['+', '+', '-'])} ${n});`,
      );
      return d.pick([known, `${known} + ${n}`]);
    },
    () =>
      plain(
        d,
        'increment',
        `${map}.set(${key}, (${map}.get(${key}) ${d.pick(['??', '||'])} ${d.pick(['0', '1'])}) + 1);`,
      ),
    () => {
      const x = d.fresh('value found old item');
      d.words.push('remove');
      d.add(`const ${x} = ${map}.get(${key}); ${map}.delete(${key});`);
      if (d.chance(0.5)) d.add(d.pick([`this.N3--;`, `this.N3 -= ${x};`]));
      return x;
    },
    () => {
      const x = d.fresh('value found known');
      d.words.push('lookup');
      d.add(
        `const ${x} = ${map}.get(${key}); if (${x} === undefined) { this.N3++; return ${d.pick(['null', '0', 'this.N1'])}; } this.N1++;`,
      );
      return x;
    },
    () => {
      const x = d.param('num', ITEMS).code;
      d.words.push('put');
      d.add(
        `if (${map}.has(${key})) { ${map}.set(${key}, ${d.pick([`Math.max(${map}.get(${key}), ${x})`, `${map}.get(${key}) + ${x}`])}); } else { ${map}.set(${key}, ${x}); this.N3 += 1; }`,
      );
      return `${map}.size`;
    },
    () => {
      const [name, value] = [d.fresh('name k other'), d.fresh('value v count')];
      d.words.push('rank');
      const place = d.fresh('place rank count more');
      d.add(
        `let ${place} = ${d.pick(['0', '1'])}; for (const [${name}, ${value}] of ${map}) { if (${name} !== ${key} && ${value} ${d.pick(['>', '>=', '<'])} this.N3) ${place}++; }`,
      );
      return place;
    },
    () => {
      const to = d.param('str', 'to target other', 'key').code;
      const x = d.fresh('value moved amount');
      d.words.push('rename');
      d.add(
        `const ${x} = ${map}.get(${key}) ?? ${d.pick(['0', 'null'])}; ${map}.delete(${key}); ${map}.set(${to}, ${x});`,
      );
      return x;
    },
  );
};

const counts: Act = (d) => {
  const key = d.param('str', KEYS, 'key').code;
  const table = 'this.D1';
  const n = (): string => (d.chance(0.75) ? d.other('num', AMOUNTS, key) : '1');
  guard(d, `!(${key} in ${table})`, `${key} === ''`, `this.B2`, `${table}[${key}] === undefined`);
  return d.one<string | undefined>(
    () => plain(d, 'add', `${table}[${key}] = (${table}[${key}] ${d.pick(['??', '||'])} 0) + ${n()};`),
    () => plain(d, 'count', `if (!(${key} in ${table})) ${table}[${key}] = 0; ${table}[${key}] += ${n()};`),
    () => plain(d, 'ensure', `${table}[${key}] ??= ${n()}; this.N3 += ${table}[${key}];`),
    () => {
      const [have, by] = [d.fresh('have stock known left'), n()];
      d.words.push('spend');
      d.add(
        `const ${have} = ${table}[${key}] ?? 0; if (${have} < ${by}) return ${d.pick(['false', 'null', '-1', have])}; ${table}[${key}] = ${have} - ${by};`,
      );
      if (d.chance(0.4)) d.add(`if (${table}[${key}] === 0) delete ${table}[${key}];`);
      return d.pick(['true', `${have} - ${by}`, have]);
    },
    () => {
      const x = d.fresh('value old removed');
      d.words.push('drop');
      d.add(`const ${x} = ${table}[${key}]; delete ${table}[${key}]; this.N3 -= ${x} ?? 0;`);
      return x;
    },
    () => {
      const [total, one] = [d.fresh('total sum all'), d.fresh('one value count')];
      d.words.push('share');
      d.add(
        `let ${total} = 0; for (const ${one} of Object.values(${table})) { ${total} += ${one}; } if (${total} === 0) return ${d.pick(['0', 'null'])};`,
      );
      return `(${table}[${key}] ?? 0) / ${total}`;
    },
    () => {
      const [best, name] = [d.fresh('best top leader'), d.fresh('name other k')];
      d.words.push('leader');
      d.add(
        `let ${best} = ${key}; for (const ${name} of Object.keys(${table})) { if (${table}[${name}] ${d.pick(['>', '<'])} (${table}[${best}] ?? 0)) ${best} = ${name}; }`,
      );
      return best;
    },
  );
};

const members: Act = (d) => {
  const key = d.param('str', KEYS, 'key').code;
  guard(d, `this.Q1.has(${key})`, `!this.Q1.has(${key})`, `this.Q1.size >= this.N4`, `this.B2`);
  return d.one<string | undefined>(
    () => plain(d, 'add', `this.Q1.add(${key}); this.N3${d.pick(['++', '--'])};`),
    () => plain(d, 'remove', `this.Q1.delete(${key}); this.N3 -= 1;`),
    () => {
      d.words.push('toggle');
      d.add(
        `if (this.Q1.has(${key})) { this.Q1.delete(${key}); } else { this.Q1.add(${key}); ${d.pick(['', 'this.N3++; '])}}`,
      );
      return d.pick([`this.Q1.has(${key})`, `this.Q1.size`]);
    },
    () => {
      const x = d.fresh('x name other item');
      d.words.push('others');
      return `[...this.Q1].filter((${x}) => ${x} !== ${key})`;
    },
    () => {
      d.words.push('visit');
      d.add(`const ${d.fresh('isNew')} = !this.Q1.has(${key}); this.Q1.add(${key}); this.P3.push(${key});`);
      return 'isNew';
    },
  );
};

const states: Act = (d) => {
  const [a, b, c] = d.random.shuffle(['idle', 'busy', 'done', 'open', 'ready']) as [string, string, string];
  if (d.chance(0.3)) d.add(`if (this.S3 !== '${a}') ${refusal(d)};`);
  return d.one<string | undefined>(
    () =>
      plain(
        d,
        'advance',
        `if (this.S3 === '${a}') { this.S3 = '${b}'; } else if (this.S3 === '${b}') { this.S3 = '${c}'; this.N3++; }`,
      ),
    () =>
      plain(
        d,
        'step',
        `switch (this.S3) { case '${a}': this.S3 = '${b}'; break; case '${b}': this.S3 = '${c}'; break; default: this.S3 = '${a}'; }`,
      ),
    () => plain(d, 'toggle', `this.B2 = !this.B2; this.S3 = this.B2 ? '${a}' : '${b}';`),
    () => {
      const n = d.param('num', AMOUNTS).code;
      return plain(
        d,
        'tick',
        `this.N3 ${d.pick(['+=', '-='])} ${n}; if (this.N3 ${d.pick(['>=', '>', '<=', '<'])} ${d.pick(['this.N4', '0'])}) { this.S3 = '${a}'; this.B2 = ${d.pick(['true', 'false'])}; }`,
      );
    },
    () => {
      const next = d.param('str', 'next to state', 'phase').code;
      d.words.push('change');
      const old = d.fresh('old before from');
      d.add(
        `if (this.S3 === ${next}) return ${d.pick(['false', 'this'])}; const ${old} = this.S3; this.S3 = ${next}; this.P3.push(${d.pick([old, next, `\`\${${old}}-\${${next}}\``])});`,
      );
      return old;
    },
    () => {
      const times = d.param('num', 'times attempts n').code;
      d.words.push('fail');
      d.add(
        `this.N3 += 1; if (this.N3 ${d.pick(['>=', '>'])} ${times}) { this.S3 = '${a}'; this.N3 = 0; return ${d.pick(['true', 'false'])}; }`,
      );
      return d.pick(['true', 'false', 'this.N3']);
    },
  );
};

const texts: Act = (d) =>
  d.one<string | undefined>(
    () => {
      const text = d.param('str', TEXTS).code;
      guard(d, `${text} === ''`, `this.B2`, `!${text}`, `this.P3.includes(${text})`);
      return plain(
        d,
        'write',
        d.pick([
          `this.P3.push(${text});`,
          `this.P3.push(' '.repeat(this.N2) + ${text});`,
          `this.S2 += this.S2 === '' ? ${text} : ', ' + ${text};`,
          `this.S2 = this.S2 ? this.S2 + ${d.pick([`'-'`, `' '`, `','`])} + ${text} : ${text};`,
          `this.P3.push(\`\${this.N3}: \${${text}}\`); this.N3++;`,
          `this.N3 += ${text}.length; this.P3.unshift(${text});`,
        ]),
      );
    },
    () => {
      const c = d.fresh('mark letter c char');
      d.words.push('next');
      d.add(
        `if (this.N3 ${d.pick(['>=', '>='])} this.S2.length) return ${d.pick(["''", 'null', 'undefined'])}; const ${c} = this.S2[this.N3]; this.N3++;`,
      );
      return c;
    },
    () => {
      const [mark, from] = [d.param('str', 'mark end stop', 'letter').code, d.fresh('from start begin')];
      d.words.push('readUntil');
      d.add(
        `const ${from} = this.N2; while (this.N2 < this.S2.length && this.S2[this.N2] !== ${mark}) this.N2++;`,
      );
      return `this.S2.slice(${from}, this.N2)`;
    },
    () => {
      const width = d.param('num', 'width size n', 'pos').code;
      const x = d.fresh('line part x');
      d.words.push('render');
      return d.pick([
        `this.P3.map((${x}) => ${x}.padEnd(${width})).join('|')`,
        `this.P3.filter((${x}) => ${x}.length > ${width}).join(', ')`,
        `this.P3.slice(0, ${width}).join(' ')`,
        `this.S2.slice(0, ${width}) + (this.S2.length > ${width} ? '..' : '')`,
      ]);
    },
    () => {
      d.words.push('describe');
      return d.pick([
        '`${this.S1} (${this.N1})`',
        "`${this.S1}: ${this.B2 ? this.N1 : 'none'}`",
        "this.S1 + ' ' + this.S2",
        'this.B2 ? this.S1.toUpperCase() : this.S1',
        '`${this.N3} of ${this.N4}`',
        "this.P3.length > 0 ? this.P3.join(', ') : '-'",
      ]);
    },
  );

const questions: Act = (d) => {
  const n = d.param('num', 'amount n extra size').code;
  d.words.push(d.pick(['can', 'is', 'fits', 'has']));
  return d.pick([
    `this.N3 + ${n} <= this.N4`,
    `!this.B2 && this.N3 < ${n}`,
    `this.B2 || this.L3.length + ${n} > this.N4`,
    `this.N4 - this.N3 >= ${n}`,
    `this.L3.length < this.N4 && this.L3.some((x) => x > ${n})`,
    `this.L3.every((x) => x <= ${n})`,
    `${n} >= this.N3 && ${n} < this.N4`,
    `this.N3 / this.N4 > ${n} / 100`,
    `this.N3 % ${n} === 0`,
    `Math.round((this.N3 / this.N4) * 100)`,
    `this.N1 * ${n} - this.N3`,
    `(this.N4 - this.N3) / 2`,
  ]);
};

/** A method on the object's own fields, as one of the functions on records has it. */
const fields: Act = (d) => record(d, d.knows('this', 'obj'))?.code;

const later: Act = (d) => {
  d.isAsync = true;
  const key = d.param('num', 'id key n').code;
  const load = d.fresh('load read fetchOne ask');
  d.params.push(`${load}:load`);
  const x = d.fresh('value found got');
  d.words.push('load');
  guard(d, `this.B2`, `this.L3.includes(${key})`, `this.N3 >= this.N4`);
  d.add(`const ${x} = await ${load}(${key});`);
  d.add(
    d.pick([
      `this.L3.push(${x});`,
      `if (${x} !== null) this.L3.push(${x});`,
      `if (${x} === null) return this.N3; this.N3 += ${x};`,
      `this.M1.set(String(${key}), ${x});`,
      `this.N3++;`,
    ]),
  );
  return x;
};

/** Adds statements that leave nothing of their own to return. */
function plain(d: Draft, word: string, statements: string): string {
  if (word !== '') d.words.push(word);
  d.add(statements);
  return '';
}

const ACTS: readonly Act[] = [
  numbers,
  numbers,
  lists,
  lists,
  lists,
  tables,
  tables,
  counts,
  members,
  states,
  texts,
  questions,
  fields,
  later,
];
const ENDS = ['this', 'this', 'this.N3', 'true', 'this.L3.length', 'this.N4 - this.N3', '!this.B2'];
const LONGEST = 420;

/** A method of an object with state, composed of what such methods do to their fields. */
export function composedMethod(random: Random): Shape {
  for (;;) {
    const d = new Draft(random);
    const act = d.pick(ACTS);
    let made = act(d);
    if (made === '' && d.chance(0.3)) made = d.pick([numbers, states])(d);
    if (made === '') {
      if (d.chance(0.8)) d.add(`return ${d.pick(ENDS)};`);
    } else if (made !== undefined) d.add(`return ${made};`);
    if (d.source.length > LONGEST || d.source.length < 12) continue;
    const word = d.words[0] ?? 'update';
    return {
      id: 'method-composed',
      names: [word, word, `${word}{L3}`, `${word}One`],
      signature: `${d.params.join(' ')} : `,
      body: d.source,
      state: 'self',
    };
  }
}
