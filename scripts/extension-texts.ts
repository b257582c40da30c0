// Finds the texts of src/extension and of the pages it shares, in their syntax trees: those that go through `l10n.t`, and those that should and do not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from '@babel/parser';
import type { Node } from '@babel/types';

export interface FoundText {
  /** Relative to src, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
}
export interface Texts {
  /** First arguments of `l10n.t`. */
  readonly translated: readonly FoundText[];
  /** Calls of `l10n.t` whose text is not written there, or whose placeholders and values differ in number. */
  readonly unreadable: readonly FoundText[];
  /** Words for a person that do not go through `l10n.t`. */
  readonly bare: readonly FoundText[];
}

const source = join(import.meta.dirname, '..', 'src');
/** The pages of the report are shown in the editor too. */
const folders = ['extension', 'report/pages'];
/** The manifest's texts are in package.nls.json. */
const skipped = /(^|\/)manifest\/|\.test\.ts$/;

export function extensionTexts(): Texts {
  const found = folders
    .flatMap((folder) =>
      readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${folder}/${path.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => path.endsWith('.ts') && !skipped.test(path))
    .toSorted()
    .map((path) => textsOf(path, readFileSync(join(source, path), 'utf8')));
  return {
    translated: found.flatMap((one) => one.translated),
    unreadable: found.flatMap((one) => one.unreadable),
    bare: found.flatMap((one) => one.bare),
  };
}

/** Texts of one source file. */
export function textsOf(file: string, source: string): Texts {
  const translated: FoundText[] = [];
  const unreadable: FoundText[] = [];
  const bare: FoundText[] = [];
  const at = (node: Node, text: string): FoundText => ({ file, line: node.loc?.start.line ?? 0, text });
  const visit = (node: Node, property: string | undefined): void => {
    if (isNoText(node)) return;
    if (node.type === 'CallExpression' && isTranslation(node.callee)) {
      const [first, ...values] = node.arguments;
      const text = first?.type === 'StringLiteral' ? first.value : undefined;
      if (first === undefined || text === undefined || placeholdersOf(text) !== values.length) {
        unreadable.push(at(node, text ?? source.slice(node.start ?? 0, node.end ?? 0)));
      } else translated.push(at(first, text));
      for (const value of values) visit(value, undefined);
      return;
    }
    if (node.type === 'TaggedTemplateExpression') {
      // HTML: words stand between tags.
      const words = node.quasi.quasis.map(({ value }) => value.raw).join(' \uFFFC ');
      const text = words.replaceAll(/<[^>]*>/g, ' ').trim();
      if (/\p{L}{2,}/u.test(text)) bare.push(at(node, text.replaceAll(/\s+/g, ' ')));
      for (const expression of node.quasi.expressions) visit(expression, undefined);
      return;
    }
    const text = wordsOf(node);
    if (text !== undefined && isForPeople(text, property)) bare.push(at(node, text));
    for (const [key, child] of childrenOf(node)) {
      visit(child, node.type === 'ObjectProperty' && key === 'value' ? nameOf(node.key) : undefined);
    }
  };
  visit(parse(source, { sourceType: 'module', plugins: ['typescript'] }).program, undefined);
  return { translated, unreadable, bare };
}

/** Properties that VS Code shows as they are. */
const shown = new Set([
  'title',
  'label',
  'description',
  'detail',
  'placeHolder',
  'prompt',
  'tooltip',
  'message',
]);

/** Imports, types, paths, what is logged, and bugs: none of it is for a person in front of the editor. */
function isNoText(node: Node): boolean {
  if (node.type.startsWith('TS') && node.type !== 'TSAsExpression' && node.type !== 'TSSatisfiesExpression') {
    return true;
  }
  if (node.type === 'ImportDeclaration' || node.type === 'Directive') return true;
  if (node.type === 'NewExpression') return node.callee.type === 'Identifier' && node.callee.name === 'Error';
  return node.type === 'CallExpression' && (isLog(node.callee) || nameOf(node.callee) === 'join');
}

/** `log.warn(…)`, `this.#host.log.debug(…)`. */
function isLog(callee: Node): boolean {
  if (callee.type !== 'MemberExpression') return false;
  const { object } = callee;
  return (
    (object.type === 'Identifier' && object.name === 'log') ||
    (object.type === 'MemberExpression' && nameOf(object.property) === 'log')
  );
}

/** `l10n.t`, `vscode.l10n.t`. */
function isTranslation(callee: Node): boolean {
  if (callee.type !== 'MemberExpression' || nameOf(callee.property) !== 't') return false;
  const { object } = callee;
  return object.type === 'MemberExpression' ? nameOf(object.property) === 'l10n' : nameOf(object) === 'l10n';
}

function nameOf(node: Node): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

/** The words of a string or a template, without the values in it. */
function wordsOf(node: Node): string | undefined {
  if (node.type === 'StringLiteral') return node.value;
  // What goes over several lines is a file, not a message.
  if (node.type !== 'TemplateLiteral' || node.loc?.start.line !== node.loc?.end.line) return undefined;
  return node.quasis.map(({ value }) => value.cooked ?? value.raw).join('\uFFFC');
}

/**
 * Two words beside each other, a sentence of one, or any word in a property that is shown. Icons and the name of the product
 * need no translation.
 */
function isForPeople(text: string, property: string | undefined): boolean {
  const words = text.replaceAll(/\$\([a-z~-]+\)|\uFFFC/g, ' ').trim();
  if (words === 'Pantheon') return false;
  if (shown.has(property ?? '')) return /\p{L}{2,}/u.test(words);
  return /\p{L}{2,} \p{L}{2,}/u.test(words) || /^\p{Lu}\p{Ll}{2,}[….!?]?$/u.test(words);
}

function placeholdersOf(text: string): number {
  return new Set([...text.matchAll(/\{(\d+)\}/g)].map(([, n]) => n)).size;
}

function childrenOf(node: Node): [string, Node][] {
  return Object.entries(node).flatMap(([key, value]): [string, Node][] => {
    if (key === 'loc' || key.endsWith('Comments')) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.filter(isNode).map((child) => [key, child]);
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The list that translators begin with: each text once, in alphabetical order, as VS Code wants it. */
export function bundleOf(translated: readonly FoundText[]): string {
  const texts = [...new Set(translated.map(({ text }) => text))].toSorted();
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`;
}
