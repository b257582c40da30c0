import { parse } from '@babel/parser';
import type { ParserPlugin } from '@babel/parser';

import { hashOf } from '../../common/index.ts';

/** Any node of the syntax tree, as far as this room looks at it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface SyntaxProblem {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  readonly message: string;
}

export type Parsed =
  /** `problems`: mistakes that the parser could step over, such as a name declared twice. */
  | { readonly ok: true; readonly program: SyntaxNode; readonly problems: readonly SyntaxProblem[] }
  | { readonly ok: false; readonly problem: SyntaxProblem };

const PARSING = {
  sourceType: 'unambiguous',
  errorRecovery: true,
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowNewTargetOutsideFunction: true,
  allowUndeclaredExports: true,
} as const;

/** True if files of this name are parsed; every other file is taken as plain lines. */
export function hasParser(path: string): boolean {
  return pluginsFor(path) !== undefined;
}

/**
 * Parses a JavaScript or TypeScript file, chosen by its name.
 * @throws Error if the name has no parser (ask `hasParser` first).
 */
export function parseSource(text: string, path: string): Parsed {
  const plugins = pluginsFor(path);
  if (plugins === undefined) throw new Error(`no parser for ${path}`);
  try {
    const file = parse(text, { ...PARSING, plugins });
    const problems = (file.errors ?? []).map((error: unknown) => problemOf(error));
    return { ok: true, program: file.program as unknown as SyntaxNode, problems };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** The first thing that keeps a text from being a program of its language; `undefined` if it parses or has no parser. */
export function syntaxProblem(text: string, path: string): SyntaxProblem | undefined {
  if (!hasParser(path)) return undefined;
  const parsed = parseSource(text, path);
  return parsed.ok ? parsed.problems[0] : parsed.problem;
}

/** True if the text is a program of its language, or the language has no parser here. */
export function parses(text: string, path: string): boolean {
  return syntaxProblem(text, path) === undefined;
}

/**
 * A key that two texts share if their code is the same, token by token: white space and comments do not count. Without a
 * parser for the language, or where the text does not parse, lines are compared without white space at their ends.
 */
export function sameCodeKey(text: string, path: string): string {
  const plugins = pluginsFor(path);
  const tokens = plugins === undefined ? undefined : tokensOf(text, plugins);
  const parts = tokens ?? text.split(/\r\n|\r|\n/).map((line) => line.trimEnd());
  return hashOf(parts);
}

function tokensOf(text: string, plugins: ParserPlugin[]): readonly string[] | undefined {
  try {
    const file = parse(text, { ...PARSING, plugins, tokens: true });
    const tokens = (file.tokens ?? []) as readonly { type: unknown; start: number; end: number }[];
    return tokens
      .filter(({ type }) => typeof type !== 'string')
      .map(({ start, end }) => text.slice(start, end));
  } catch {
    return undefined;
  }
}

function pluginsFor(path: string): ParserPlugin[] | undefined {
  const extension = /\.([cm]?[jt]sx?)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === undefined) return undefined;
  const shared: ParserPlugin[] = ['decorators-legacy'];
  if (!extension.includes('ts')) return [...shared, 'jsx'];
  return extension === 'tsx' ? [...shared, 'typescript', 'jsx'] : [...shared, 'typescript'];
}

/** Also takes the parser's own overflow on endless nesting: such a file does not parse, and that is all. */
function problemOf(error: unknown): SyntaxProblem {
  if (error instanceof RangeError) return { line: 1, column: 1, message: 'The nesting is too deep' };
  const { loc, message } = error as { loc?: { line: number; column: number }; message: string };
  return {
    line: loc?.line ?? 1,
    column: (loc?.column ?? 0) + 1,
    message: message.replace(/\s*\(\d+:\d+\)\s*$/, ''),
  };
}
