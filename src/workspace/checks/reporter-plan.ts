import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { CommandRequest } from '../types.ts';
import { readPlainFile } from './plain-file.ts';

/** The reporter, beside this file and beside the bundles. It runs in whatever Node a project's tests use. */
export const reporterFile = fileURLToPath(new URL('./node-test-reporter.mjs', import.meta.url));

export interface ReporterPlan {
  /** What of the request changes so that our reporter is used besides the usual one. */
  readonly request: Pick<CommandRequest, 'argv' | 'env'>;
  /** True if the command is Node's test runner for sure; a package script may be anything. */
  readonly isNodeTest: boolean;
}

/**
 * How results per test can be had from a command, or `undefined` if it has no known form, or brings its own reporter.
 * `resultsDir` is the folder for results as the command sees it.
 */
export async function planReporter(
  request: CommandRequest,
  work: string,
  resultsDir: string,
): Promise<ReporterPlan | undefined> {
  const url = pathToFileURL(reporterFile);
  url.searchParams.set('out', resultsDir);
  const options = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${url.href}`,
    '--test-reporter-destination=stderr',
  ];
  const { argv, env } = request;
  const testFlag = argv.indexOf('--test');
  if (isProgram(argv[0], 'node') && testFlag > 0) {
    if (argv.some((argument) => argument.startsWith('--test-reporter'))) return undefined;
    const changed = [...argv.slice(0, testFlag + 1), ...options, ...argv.slice(testFlag + 1)];
    return { request: { argv: changed, env }, isNodeTest: true };
  }
  const script = scriptName(argv);
  if (script === undefined) return undefined;
  const texts = await scriptTexts(work, script);
  if (texts.some((text) => text.includes('--test-reporter'))) return undefined;
  const nodeOptions = [env.NODE_OPTIONS, ...options]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  const isNodeTest = texts.length === 1 && /^node\s[^&|;]*--test\b[^&|;]*$/.test(texts[0] ?? '');
  return { request: { argv, env: { ...env, NODE_OPTIONS: nodeOptions } }, isNodeTest };
}

/** The package script that a command runs: `npm test`, `npm run x`, `yarn x`, `pnpm x`. */
function scriptName(argv: readonly string[]): string | undefined {
  const [program, ...rest] = argv;
  const words = rest.filter((word) => !word.startsWith('-'));
  const isNpm = isProgram(program, 'npm');
  if (!isNpm && !isProgram(program, 'yarn') && !isProgram(program, 'pnpm')) return undefined;
  const [first, second] = words;
  if (first === 'run' || first === 'run-script') return second;
  if (first === 't' || first === 'tst' || first === 'test') return 'test';
  return isNpm ? undefined : first;
}

/** The text of a script with those around it and those it calls, as far as they can be told from the text. */
async function scriptTexts(work: string, name: string): Promise<string[]> {
  const scripts = await readScripts(work);
  const texts = new Map<string, string>();
  const pending = [`pre${name}`, name, `post${name}`];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const text = scripts[next];
    if (typeof text !== 'string' || texts.has(next)) continue;
    texts.set(next, text);
    for (const [, called] of text.matchAll(/\b(?:npm|pnpm|yarn)\s+(?:run(?:-script)?\s+)?([\w:.-]+)/g)) {
      if (called !== undefined) pending.push(called);
    }
  }
  return [...texts.values()];
}

async function readScripts(work: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const manifest = JSON.parse((await readPlainFile(path.join(work, 'package.json'), work)) ?? '{}') as {
      scripts?: Record<string, unknown>;
    };
    return manifest.scripts ?? {};
  } catch {
    return {};
  }
}

function isProgram(argument: string | undefined, name: string): boolean {
  return path.basename(argument ?? '').replace(/\.(exe|cmd)$/i, '') === name;
}
