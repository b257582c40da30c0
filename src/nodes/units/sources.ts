import type { CompiledAgent } from '../../flow/index.ts';
import type { CutUnit } from './cut.ts';
import { hasParser, parseSource } from './syntax.ts';

/** A file as it is shown to a model; `path` is relative to the workspace, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Everything that may go into a prompt; what is absent is not packed. */
export interface PromptSources {
  /** What an `edit` agent may change. */
  readonly unit?: CutUnit;
  /** The file the call is about. */
  readonly file?: SourceFile;
  /** Files of the workspace that it imports, in the order of the imports. */
  readonly imports?: readonly SourceFile[];
  /** Instructions for agents, nearest first. */
  readonly instructions?: readonly SourceFile[];
  /** The diff against the base, as text. */
  readonly changes?: string;
}

const AT_ROOT = ['CLAUDE.md', '.github/copilot-instructions.md'];
const MAX_IMPORTS = 20;

/**
 * Reads what an agent's context asks for. `read` gives the text of a file by its path relative to the workspace, or
 * `undefined`; it decides what may be read.
 */
export function gatherSources(
  agent: Pick<CompiledAgent, 'context'>,
  about: { readonly unit?: CutUnit; readonly file?: SourceFile; readonly changes?: string },
  read: (path: string) => string | undefined,
): PromptSources {
  const { context } = agent;
  const file =
    about.file ?? (about.unit === undefined ? undefined : { path: about.unit.path, text: about.unit.text });
  return {
    ...(about.unit === undefined ? {} : { unit: about.unit }),
    ...(file === undefined ? {} : { file }),
    ...(context.includes('changes') && about.changes !== undefined ? { changes: about.changes } : {}),
    ...(context.includes('imports') && file !== undefined ? { imports: importedFiles(file, read) } : {}),
    ...(context.includes('instructions') ? { instructions: instructionsFor(file?.path ?? '', read) } : {}),
  };
}

/** The nearest `AGENTS.md` at or above a file's folder, then the files of that kind at the root. */
function instructionsFor(path: string, read: (path: string) => string | undefined): readonly SourceFile[] {
  const folders = path.split('/').slice(0, -1);
  const nearest = folders
    .map((_, index) => `${folders.slice(0, folders.length - index).join('/')}/AGENTS.md`)
    .concat('AGENTS.md')
    .find((candidate) => read(candidate) !== undefined);
  return [...(nearest === undefined ? [] : [nearest]), ...AT_ROOT].flatMap((candidate) =>
    fileAt(candidate, read),
  );
}

function importedFiles(file: SourceFile, read: (path: string) => string | undefined): readonly SourceFile[] {
  const found = new Map<string, SourceFile>();
  for (const specifier of importsIn(file.text, file.path)) {
    if (found.size === MAX_IMPORTS) break;
    const target = candidatesFor(file.path, specifier).flatMap((path) => fileAt(path, read))[0];
    if (target !== undefined && target.path !== file.path) found.set(target.path, target);
  }
  return [...found.values()];
}

/** What a JavaScript or TypeScript file imports from files beside it: `import`, `export from`, `require`. */
export function importsIn(text: string, path: string): readonly string[] {
  if (!hasParser(path) || !parseSource(text, path).ok) return [];
  const pattern = /(?:\bfrom|\bimport|\brequire\s*\()\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
  return [...new Set([...text.matchAll(pattern)].map((match) => match[2] ?? ''))];
}

function candidatesFor(from: string, specifier: string): readonly string[] {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.length === 0) return [];
      parts.pop();
    } else if (part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  const asTypeScript = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const endings = ['.js', '.ts', '.tsx', '.jsx', '.mjs', '.cjs', '/index.js', '/index.ts'];
  return [...new Set([path, asTypeScript, ...endings.map((ending) => path + ending)])];
}

function fileAt(path: string, read: (path: string) => string | undefined): SourceFile[] {
  const text = read(path);
  return text === undefined ? [] : [{ path, text }];
}
