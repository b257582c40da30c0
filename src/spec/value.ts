import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair } from 'yaml';

import { parseDuration } from '../common/index.ts';
import type { Json } from '../common/index.ts';
import { otherToolsWord } from './other-words.ts';
import type { Code } from './codes.ts';
import type { Span, YamlText } from './source.ts';
import { closest } from './closest.ts';

/**
 * A value in a YAML file that knows its place. Each reader returns what the value means, or reports what is wrong with it
 * and returns `undefined`, so that one look finds every mistake of a file.
 */
export class Value {
  readonly yaml: YamlText;
  readonly node: Node | null;
  readonly span: Span;
  /** The key it stands under, for messages. */
  readonly name: string;

  constructor(yaml: YamlText, node: Node | null, name: string, fallback: Span) {
    const target = isAlias(node) ? ((node.resolve(yaml.document) as Node | undefined) ?? null) : node;
    const range = node?.range;
    this.yaml = yaml;
    this.node = target;
    this.name = name;
    this.span = range ? trimmed(yaml, range[0] + yaml.offset, range[1] + yaml.offset) : fallback;
  }

  wrong(code: Code, message: string): undefined {
    this.yaml.report.add(code, this.span, message);
    return undefined;
  }

  get isText(): boolean {
    return isScalar(this.node) && typeof this.node.value === 'string';
  }

  get isMap(): boolean {
    return isMap(this.node);
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  get isNothing(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  text(): string | undefined {
    if (isScalar(this.node) && typeof this.node.value === 'string') return this.node.value;
    return this.wrong(
      'wrong-type',
      `${this.name} takes a text. Write one, in quotes if it looks like something else.`,
    );
  }

  /** Texts, and numbers and booleans as they are written. */
  looseText(): string | undefined {
    if (isScalar(this.node) && ['number', 'boolean'].includes(typeof this.node.value)) {
      return this.node.source ?? String(this.node.value);
    }
    return this.text();
  }

  boolean(): boolean | undefined {
    if (isScalar(this.node) && typeof this.node.value === 'boolean') return this.node.value;
    return this.wrong('wrong-type', `${this.name} takes true or false.`);
  }

  number(bounds: { min: number; max: number; isWhole?: boolean }): number | undefined {
    if (!isScalar(this.node) || typeof this.node.value !== 'number' || !Number.isFinite(this.node.value)) {
      return this.wrong('wrong-type', `${this.name} takes a number.`);
    }
    const value = this.node.value;
    const fits =
      value >= bounds.min && value <= bounds.max && (bounds.isWhole === false || Number.isInteger(value));
    if (fits) return value;
    const kind = bounds.isWhole === false ? 'number' : 'whole number';
    return this.wrong('wrong-value', `${this.name} takes a ${kind} from ${bounds.min} to ${bounds.max}.`);
  }

  /** A count such as `12000`, `12k` or `3M`. */
  count(): number | undefined {
    if (isScalar(this.node) && typeof this.node.value === 'number') return this.number({ min: 1, max: 1e12 });
    const match = /^(\d+(?:\.\d+)?)([kM])$/.exec(isScalar(this.node) ? String(this.node.value) : '');
    if (match === null) return this.wrong('wrong-value', `${this.name} takes a count, as 12000, 12k or 3M.`);
    return Math.round(Number(match[1]) * (match[2] === 'k' ? 1000 : 1_000_000));
  }

  durationMs(): number | undefined {
    const text = isScalar(this.node) ? String(this.node.value) : '';
    const durationMs = parseDuration(text);
    if (durationMs !== undefined && durationMs > 0 && durationMs <= 30 * 86_400_000) return durationMs;
    return this.wrong('wrong-duration', `${this.name} takes a duration, as 30s, 10m or 1h30m, up to 30d.`);
  }

  oneOf<const T extends string>(choices: readonly T[]): T | undefined {
    const text = isScalar(this.node) ? String(this.node.value) : undefined;
    const choice = choices.find((each) => each === text);
    if (choice !== undefined) return choice;
    const message = `${this.name} is one of ${choices.join(', ')}.`;
    const near = text === undefined ? undefined : closest(text, choices);
    const fix =
      near === undefined ? undefined : { title: `Change to ${near}`, span: this.span, newText: near };
    this.yaml.report.add('wrong-value', this.span, message, fix);
    return undefined;
  }

  list(): readonly Value[] | undefined {
    if (!isSeq(this.node)) return this.wrong('wrong-type', `${this.name} takes a list.`);
    return this.node.items.map(
      (item) => new Value(this.yaml, item as Node | null, `an entry of ${this.name}`, this.span),
    );
  }

  /** A list of texts; with `orOne` a lone text counts as a list of one. */
  texts(options: { orOne: boolean }): readonly Value[] | undefined {
    if (options.orOne && this.isText) return [this];
    const items = this.list();
    return items?.every((item) => item.looseText() !== undefined) === true ? items : undefined;
  }

  map(): Fields | undefined {
    if (!isMap(this.node)) return this.wrong('wrong-type', `${this.name} takes keys with values.`);
    return new Fields(this, this.node.items as Pair<Node, Node | null>[]);
  }

  /** The value as JSON. */
  json(): Json | undefined {
    try {
      const value: unknown = this.node?.toJS(this.yaml.document, { maxAliasCount: 20 });
      return JSON.parse(JSON.stringify(value ?? null)) as Json;
    } catch {
      return this.wrong('wrong-type', `${this.name} cannot be read as JSON: it repeats itself too often.`);
    }
  }

  /** The span of a stretch of this text value, exact where YAML shows the text as it is. */
  spanWithin(start: number, end: number): Span {
    const { start: from, end: to } = this.span;
    const raw = this.yaml.report.source.text.slice(from, to);
    const value = isScalar(this.node) && typeof this.node.value === 'string' ? this.node.value : '';
    const at = raw.indexOf(value);
    if (value !== '' && at >= 0) return { start: from + at + start, end: from + at + Math.max(end, start) };
    const part = value.slice(start, end);
    const partAt = part === '' ? -1 : raw.indexOf(part);
    return partAt < 0 ? this.span : { start: from + partAt, end: from + partAt + part.length };
  }
}

/** The keys of a map. What nobody asked for is unknown. */
export class Fields {
  readonly value: Value;
  readonly #pairs = new Map<string, { key: Span; value: Value }>();
  readonly #asked = new Set<string>();

  constructor(value: Value, pairs: readonly Pair<Node, Node | null>[]) {
    this.value = value;
    const { yaml } = value;
    for (const { key, value: inner } of pairs) {
      const keyValue = new Value(yaml, key, 'a key', value.span);
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        yaml.report.add('wrong-type', keyValue.span, 'A key is a word.');
        continue;
      }
      const name = String(key.value as string | number | boolean);
      this.#pairs.set(name, {
        key: keyValue.span,
        value: new Value(yaml, inner ?? null, name, keyValue.span),
      });
    }
  }

  get(name: string): Value | undefined {
    this.#asked.add(name);
    return this.#pairs.get(name)?.value;
  }

  /** As `get`; a missing key is reported at `at`, or at the map. */
  need(name: string, at: Span = startOf(this.value.span)): Value | undefined {
    const found = this.get(name);
    if (found === undefined) this.value.yaml.report.add('missing-key', at, `${name} is missing. Add it.`);
    return found;
  }

  keySpan(name: string): Span {
    return this.#pairs.get(name)?.key ?? this.value.span;
  }

  entries(): readonly (readonly [string, Value, Span])[] {
    return [...this.#pairs].map(([name, { key, value }]) => {
      this.#asked.add(name);
      return [name, value, key] as const;
    });
  }

  has(name: string): boolean {
    return this.#pairs.has(name);
  }

  /** Reports keys that are part of the formats and not run by this version. */
  refuse(names: readonly string[]): void {
    for (const name of names) {
      if (this.get(name) === undefined) continue;
      this.value.yaml.report.add(
        'not-available',
        this.keySpan(name),
        `${name} is not available in this version. Remove it.`,
      );
    }
  }

  /** Reports keys that are known and have no effect. */
  ignore(names: readonly string[]): void {
    for (const name of names) {
      if (this.get(name) === undefined) continue;
      this.value.yaml.report.add('not-used', this.keySpan(name), `${name} is kept and not used by Pantheon.`);
    }
  }

  /** Reports every key that nobody asked for. */
  finish(): void {
    for (const [name, { key }] of this.#pairs) {
      if (this.#asked.has(name)) continue;
      const known = [...this.#asked].filter((each) => !this.has(each));
      const word = otherToolsWord(name, known);
      const near = word ?? closest(name, known);
      const fix = near === undefined ? undefined : { title: `Rename to ${near}`, span: key, newText: near };
      const { report } = this.value.yaml;
      if (word !== undefined)
        report.add('other-tools-word', key, `${name} is called ${word} here. Rename it.`, fix);
      else if (near !== undefined)
        report.add('unknown-key', key, `${name} has no meaning here. Did you mean ${near}?`, fix);
      else
        report.add(
          'unknown-key',
          key,
          `${name} has no meaning here. It is kept; remove it if it is a mistake.`,
        );
    }
  }
}

/** A block ends where its text does, not on the line after it. */
function trimmed({ report }: YamlText, start: number, end: number): Span {
  return { start, end: start + report.source.text.slice(start, end).trimEnd().length };
}

function startOf(span: Span): Span {
  return { start: span.start, end: span.start };
}
