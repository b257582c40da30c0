import { hasTemplate } from '../expr/index.ts';
import type { CheckSpec, Command } from '../flow/index.ts';
import { readTemplate } from './expressions.ts';
import type { Scope } from './expressions.ts';
import type { Fields, Value } from './value.ts';

/** Variables every command has, beside those of `env`. */
const GIVEN = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'PANTHEON_FLOW_DIR'];
const VARIABLE = /\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** Reads `run` (a list, one entry an argument) or `shell` (a script), with `env`. */
export function readCommand(fields: Fields, scope: Scope): Command | undefined {
  const env = readEnv(fields.get('env'), scope);
  const run = fields.get('run');
  const shell = fields.get('shell');
  if (run !== undefined && shell !== undefined)
    return shell.wrong('node-kind', 'Give run or shell, not both.');
  if (shell !== undefined) {
    const script = plainText(shell);
    return script === undefined ? undefined : { argv: [], env, shell: script };
  }
  if (run === undefined) {
    fields.need('run');
    return undefined;
  }
  return readArguments(run, env);
}

function readArguments(run: Value, env: Readonly<Record<string, string>>): Command | undefined {
  if (run.isText) {
    const words = (run.text() ?? '').trim().split(/\s+/);
    run.yaml.report.add(
      'wrong-type',
      run.span,
      'A command is a list, one entry an argument: run: [npm, test]. For a script use shell.',
      {
        title: 'Write as a list',
        span: run.span,
        newText: `[${words.map(quoted).join(', ')}]`,
      },
    );
    return undefined;
  }
  const items = run.list();
  if (items?.length === 0) return run.wrong('wrong-value', 'A command has at least the program. Add it.');
  const argv = items?.map((item) => readArgument(item, env));
  return argv?.every((each) => each !== undefined) === true ? { argv, env } : undefined;
}

function readArgument(item: Value, env: Readonly<Record<string, string>>): string | undefined {
  const text = item.looseText();
  if (text === undefined || refuseTemplate(item, text)) return undefined;
  for (const match of text.matchAll(VARIABLE)) {
    const name = match[1] ?? '';
    if (name in env || GIVEN.includes(name)) continue;
    const span = item.spanWithin(match.index, match.index + match[0].length);
    item.yaml.report.add('unknown-variable', span, `$${name} is not in env. Add env: { ${name}: … }.`);
    return undefined;
  }
  return text;
}

function quoted(word: string): string {
  return /^[\w./@$-]+$/.test(word) ? word : JSON.stringify(word);
}

function plainText(value: Value): string | undefined {
  const text = value.text();
  return text === undefined || refuseTemplate(value, text) ? undefined : text;
}

function refuseTemplate(value: Value, text: string): boolean {
  if (!hasTemplate(text)) return false;
  const start = text.indexOf('${{');
  const close = text.indexOf('}}', start);
  const end = close < 0 ? text.length : close + 2;
  const message = `A command takes no expression. Write env: { NAME: '${text.slice(start, end)}' } and $NAME here.`;
  value.yaml.report.add('template-in-command', value.spanWithin(start, end), message);
  return true;
}

function readEnv(value: Value | undefined, scope: Scope): Readonly<Record<string, string>> {
  const env: [string, string][] = [];
  for (const [name, inner, key] of value?.map()?.entries() ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      inner.yaml.report.add('wrong-name', key, `${name} cannot be a variable: use letters, digits and _.`);
      continue;
    }
    // A broken expression was reported; the name still counts, so that `$NAME` is not reported too.
    env.push([name, readTemplate(inner, scope) ?? '']);
  }
  return Object.fromEntries(env);
}

/** Reads a check: a command and what counts as good. */
export function readCheck(value: Value, scope: Scope, standardFixes: number): CheckSpec | undefined {
  const fields = value.map();
  if (fields === undefined) return undefined;
  const command = readCommand(fields, scope);
  const compare = readCompare(fields);
  const fixes =
    fields.get('fixes')?.number({ min: 0, max: 10_000 }) ?? (compare === 'baseline' ? standardFixes : 0);
  const timeoutMs = fields.get('timeout')?.durationMs();
  const results = readResults(fields.get('results'));
  fields.finish();
  if (command === undefined) return undefined;
  return {
    command,
    compare,
    fixes,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(results === undefined ? {} : { results }),
  };
}

function readCompare(fields: Fields): CheckSpec['compare'] {
  const compare = fields.get('compare');
  const exit = fields.get('exit');
  exit?.number({ min: 0, max: 0 });
  if (compare !== undefined && exit !== undefined)
    exit.wrong('wrong-value', 'Give compare or exit, not both.');
  return compare?.oneOf(['baseline']) ?? 'exit-0';
}

function readResults(value: Value | undefined): CheckSpec['results'] {
  const fields = value?.map();
  if (value === undefined || fields === undefined) return undefined;
  const junit = fields.get('junit')?.text();
  const tap = fields.get('tap')?.oneOf(['stdout']);
  fields.finish();
  if (junit !== undefined) return { junit };
  if (tap !== undefined) return { tap };
  return value.wrong('missing-key', 'results takes junit: FILE or tap: stdout. Add one.');
}
