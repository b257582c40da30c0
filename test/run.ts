// `npm test`: everything that this machine can run, one suite after the other, and one table of what was left out.
// An argument that is part of a suite's name runs those suites alone: `npm test -- models`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string) =>
  join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** It reports its counts, as mocha suites do; any other command is one check that passes with exit code 0. */
  readonly hasCounts: boolean;
}
/** What a suite with counts writes to PANTHEON_TEST_SUMMARY. */
interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly title: string; readonly why: string }[];
  readonly failures: readonly Failure[];
}
interface Failure {
  readonly title: string;
  readonly error: string;
}
interface Result extends Summary {
  readonly suite: string;
  readonly seconds: number;
}

const check = (name: string, ...command: string[]): Suite => ({ name, command, hasCounts: false });
const mochaOptions = [
  '--no-config',
  '--forbid-only',
  '--timeout',
  '30000',
  '--reporter',
  'test/support/closing-reporter.cjs',
];
const mocha = (name: string, ...specs: string[]): Suite => ({
  name,
  command: [
    process.execPath,
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    ...mochaOptions,
    ...(sideBySide.includes(name) ? ['--parallel', '--jobs', '2'] : []),
    ...specs,
  ],
  hasCounts: true,
});

/** Suites whose files wait much for processes that they start, each with a data folder of its own: two files at a time. */
const sideBySide: readonly string[] = ['cli', 'demo', 'trouble'];

/** Folders of test/ that hold suites of their own; each runs alone, since they start servers, daemons and editors. */
function areas(): Suite[] {
  return readdirSync(join(root, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['support', 'fixtures', 'editor'].includes(entry.name))
    .filter((entry) => hasTests(join(root, 'test', entry.name)))
    .map((entry) => mocha(entry.name, `test/${entry.name}/**/*.test.ts`));
}

function hasTests(folder: string): boolean {
  return readdirSync(folder, { recursive: true }).some((path) => String(path).endsWith('.test.ts'));
}

const suites: readonly Suite[] = [
  check('types', bin('tsc'), '-p', '.'),
  check('lint', bin('oxlint'), '--deny-warnings'),
  check('format', bin('oxfmt'), '--check', '.'),
  check('build', process.execPath, 'build.mjs'),
  mocha('unit', 'src/**/*.test.ts', 'test/support/**/*.test.ts', 'test/fixtures/*.test.ts'),
  ...areas(),
  // In a real extension host; it reports its counts as a mocha suite does.
  { name: 'editor', command: [process.execPath, 'test/editor/run-host.ts'], hasCounts: true },
  mocha('e2e', 'test/editor/e2e/**/*.test.ts'),
];

/** Far more than any suite takes on a slow machine. `PANTHEON_SUITE_MINUTES` sets another. */
const suiteLimitMs = Number(process.env['PANTHEON_SUITE_MINUTES'] ?? 20) * 60_000;

/** Lines of errors that are repeated at the end, in all: few enough for a log of which only the end is kept. */
const errorLines = 60;
/** An error has at least so many of them, for its message and the first place of the stack. */
const leastErrorLines = 6;

const wanted = process.argv.slice(2);
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const results: Result[] = [];
for (const suite of chosen) results.push(await run(suite));
print(results);
process.exitCode = results.some(({ failed }) => failed > 0) || results.length === 0 ? 1 : 0;

async function run(suite: Suite): Promise<Result> {
  process.stdout.write(`\n=== ${suite.name} ===\n`);
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-test-'));
  const summary = join(folder, 'summary.json');
  const startedAt = Date.now();
  const [command = '', ...args] = suite.command;
  const env = { ...process.env, PANTHEON_TEST_SUMMARY: summary, PANTHEON_HOME: join(folder, 'home') };
  const code = await new Promise<number>((resolve) => {
    // A group of its own, so that a suite that hangs can be ended with what it started.
    const detached = process.platform !== 'win32';
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env, detached });
    const end = () => {
      if (child.pid !== undefined) process.kill(detached ? -child.pid : child.pid, 'SIGKILL');
    };
    const onSignal = () => {
      end();
      process.exit(130);
    };
    const timer = setTimeout(() => {
      process.stdout.write(
        `\n${suite.name} did not end within ${suiteLimitMs / 60_000} minutes and was ended. The last test above hangs, or the one after it.\n`,
      );
      end();
    }, suiteLimitMs);
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    const ended = (exitCode: number) => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      resolve(exitCode);
    };
    child.once('error', () => ended(127));
    child.once('exit', (exitCode) => ended(exitCode ?? 1));
  });
  const seconds = (Date.now() - startedAt) / 1_000;
  const said = existsSync(summary) ? (JSON.parse(readFileSync(summary, 'utf8')) as Summary) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { suite: suite.name, ...resultOf(suite, code, said), seconds };
}

function resultOf(suite: Suite, code: number, said: Summary | undefined): Summary {
  const failed = (error: string): Summary => ({
    passed: said?.passed ?? 0,
    failed: 1,
    skipped: said?.skipped ?? [],
    failures: [{ title: 'the suite as a whole', error: `${error} Its output is above.` }],
  });
  if (!suite.hasCounts) {
    return code === 0
      ? { passed: 1, failed: 0, skipped: [], failures: [] }
      : failed(`Ended with exit code ${code}.`);
  }
  // A suite that ended without a summary, or with an error that no test reported, has failed.
  if (said === undefined) return failed(`Ended with exit code ${code} and without its counts.`);
  return code !== 0 && said.failed === 0
    ? failed(`Ended with exit code ${code} although no test failed.`)
    : said;
}

function print(all: readonly Result[]): void {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say('\n=== summary ===');
  for (const { suite, passed, failed, skipped, seconds } of all) {
    say(
      `${failed > 0 ? 'FAILED' : 'ok    '} ${suite.padEnd(12)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${String(skipped.length).padStart(3)} left out  ${seconds.toFixed(1)} s`,
    );
  }
  const leftOut = all.flatMap(({ suite, skipped }) =>
    skipped.map(({ title, why }) => ({ suite, title, why })),
  );
  if (leftOut.length > 0) {
    say('\nLeft out on this machine:');
    for (const { suite, title, why } of leftOut) say(`  ${suite}: ${title} (${why})`);
  }
  sayFailures(all, say);
  const sum = (of: (result: Result) => number) => all.reduce((total, result) => total + of(result), 0);
  say('');
  say(
    `${sum((r) => r.passed)} passed, ${sum((r) => r.failed)} failed, ${sum((r) => r.skipped.length)} skipped`,
  );
}

/** Once more at the end, since a long log may be kept only in part. */
function sayFailures(all: readonly Result[], say: (text: string) => void): void {
  const failures = all.flatMap(({ suite, failures: own }) => own.map((failure) => ({ suite, ...failure })));
  if (failures.length === 0) return;
  const most = Math.max(leastErrorLines, Math.floor(errorLines / failures.length));
  say('\nFailed:');
  for (const { suite, title, error } of failures) {
    say(`  ${suite}: ${title}`);
    const lines = error.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines.slice(0, most)) say(`      ${line}`);
  }
}
