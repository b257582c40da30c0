import type { Random } from '../random.ts';

/** What a variable holds. `nums`, `strs`, `objs` are lists; `obj` has the fields N1, N2, S1, S2, B1, L1. */
export type Type =
  | 'num'
  | 'str'
  | 'bool'
  | 'nums'
  | 'strs'
  | 'objs'
  | 'obj'
  | 'dict'
  | 'map'
  | 'set'
  | 'matrix'
  | 'pairs';
export type Value = { readonly code: string; readonly type: Type };
/** A piece of source with the word that it adds to the function's name. */
export type Piece = { readonly code: string; readonly word: string };

/** Statements that make the next value of this one; `undefined` where the function has returned. */
export type Step = (d: Draft, from: Value) => Value | undefined;

const NAMES: Readonly<Record<Type, string>> = {
  num: 'value amount size n level score',
  str: 'text word name line label key',
  bool: 'ok done found valid',
  nums: 'xs values numbers scores prices marks sizes steps',
  strs: 'words names tags lines labels parts',
  objs: 'items entries rows records users orders',
  obj: 'item entry record user order row',
  dict: 'counts table lookup totals dict',
  map: 'map index lookup counts',
  set: 'set seen known used',
  matrix: 'grid rows matrix board',
  pairs: 'pairs entries list',
};

/** A function being made: its parameters, the names in use, the words for its name, the statements so far. */
export class Draft {
  readonly random: Random;
  readonly params: string[] = [];
  readonly words: string[] = [];
  private readonly taken = new Set<string>();
  private readonly known: Value[] = [];
  private body = '';
  isAsync = false;

  constructor(random: Random) {
    this.random = random;
  }

  /** A parameter; `kind` is a kind of argument (kinds.ts), `type` what it holds. */
  param(type: Type, names?: string, kind: string = type): Value {
    const code = this.fresh(names ?? NAMES[type]);
    this.params.push(`${code}:${kind}`);
    return this.knows(code, type);
  }

  /** Declares a variable. */
  local(type: Type, names: string, init: string, word: 'let' | 'const' = 'const'): Value {
    const code = this.fresh(names);
    this.add(`${word} ${code} = ${init};`);
    return this.knows(code, type);
  }

  /** A name that is not in use yet. */
  fresh(names: string): string {
    const list = names.split(' ');
    const free = list.filter((name) => !this.taken.has(name));
    const name = free.length > 0 ? this.random.pick(free) : `${list[0]}${this.taken.size}`;
    this.taken.add(name);
    return name;
  }

  knows(code: string, type: Type): Value {
    const value = { code, type };
    this.known.push(value);
    return value;
  }

  /** Another known variable of a type, or a new parameter. */
  other(type: Type, names: string, except: string): string {
    const found = this.known.filter(
      (value) => value.type === type && !except.includes(value.code) && this.isParam(value.code),
    );
    if (found.length > 0 && this.chance(0.7)) return this.random.pick(found).code;
    return this.params.length < 3
      ? this.param(type, names).code
      : this.pick([...found.map(({ code }) => code), type === 'num' ? 'K1' : `'a'`]);
  }

  private isParam(name: string): boolean {
    return this.params.some((param) => param.startsWith(`${name}:`));
  }

  add(...statements: readonly string[]): void {
    this.body += `${statements.join(' ')} `;
  }

  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  pick<T>(list: readonly T[]): T {
    return this.random.pick(list);
  }

  /** One of several ways; only the chosen one is made. */
  one<T>(...ways: readonly (() => T)[]): T {
    return this.random.pick(ways)();
  }

  get source(): string {
    return this.body.trim();
  }
}
