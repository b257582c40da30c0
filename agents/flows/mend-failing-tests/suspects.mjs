// Says which functions are to blame for failing tests: spectrum-based fault localisation. Every test runs once with
// V8 coverage; a function is suspect if a failing test executed it; suspects are ranked by Ochiai,
//   failed(f) / sqrt(totalFailed * (failed(f) + passed(f))),
// where failed(f) and passed(f) count the failing and passing tests that executed f (Ochiai 1957; Abreu et al. 2007).
//
//   node suspects.mjs [--scope PATH]     in the root of a project whose tests run under `node --test`
//
// Prints one JSON document (suspects.schema.json). Ends with 1 and a sentence on stderr if the scope does not exist or
// no test could be run. A test file that breaks outside its tests (at import, say) is listed under `failing` with its
// own path as the title; nothing is blamed for it. Each suspect names one test file, the one to check an edit with: of
// those whose failing tests executed the function, the one named like the source file, else the one whose failing
// tests have it highest among their suspects (sum of 1/rank), else the first by name.
// Plain Node 20.12 or later, no dependencies: it runs in a checkout, in the sandbox.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A function longer than this is too much for a small model: the functions inside it are blamed instead. */
const MAX_LINES = 80;
/** More suspects than this are counted, not listed. */
const MAX_SUSPECTS = 60;
/** Each failing test names at most so many suspects, best first, so that one test cannot accuse a whole program. */
const MAX_SUSPECTS_PER_TEST = 8;

const root = realpathSync(process.cwd());
const scope = readScope(process.argv.slice(2));
const complaint = complaintAbout(scope);
if (complaint === undefined) await main();
else fail(complaint);

async function main() {
  const outputDir = mkdtempSync(path.join(os.tmpdir(), 'suspects-'));
  try {
    const run = await runTests(outputDir);
    const { tests, brokenFiles } = readRecords(outputDir);
    if (tests.length > 0) process.stdout.write(`${JSON.stringify(localise(tests, brokenFiles))}\n`);
    else fail(noTestRan(run, brokenFiles));
  } finally {
    rmSync(outputDir, { recursive: true, force: true });
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function noTestRan(run, brokenFiles) {
  const how = `${run.command}, exit code ${run.exitCode}`;
  if (brokenFiles.length > 0) return `No test could be run (${how}).\n${run.tail}`;
  return `No tests for Node's test runner were found (${how}). Only projects tested by "node --test" can be searched.\n${run.tail}`;
}

/** The folder or file to look in, relative to the root, with `/`; empty for all. */
function readScope(args) {
  const index = args.indexOf('--scope');
  const value = index >= 0 ? (args[index + 1] ?? '') : '';
  if (value === '') return '';
  const absolute = path.resolve(root, value);
  return path.relative(root, absolute).split(path.sep).join('/');
}

function complaintAbout(place) {
  if (place.split('/')[0] === '..' || path.isAbsolute(place))
    return `The scope ${place} lies outside the project.`;
  if (!existsSync(path.join(root, place)))
    return `The scope ${place} does not exist. Give a folder or file of the project, or none.`;
  return undefined;
}

/** Runs the project's own test script if it uses Node's test runner, else `node --test`. */
async function runTests(outputDir) {
  const manifest = existsSync('package.json') ? JSON.parse(readFileSync('package.json', 'utf8')) : {};
  const script = manifest.scripts?.test ?? '';
  const hasScript = /\bnode\b[^&|;]*\s--test\b/.test(script);
  const [command, args] = hasScript ? ['npm', ['test', '--silent']] : [process.execPath, ['--test']];
  const hook = new URL('./coverage-hook.mjs', import.meta.url).href;
  // A test run inside a test run would do nothing if it knew of the outer one.
  const { NODE_TEST_CONTEXT: _outer, ...inherited } = process.env;
  const env = {
    ...inherited,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${hook}`.trim(),
    PANTHEON_SUSPECTS_OUT: outputDir,
    PANTHEON_SUSPECTS_ROOT: root,
  };
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: hasScript && process.platform === 'win32',
  });
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { command: [hasScript ? 'npm' : 'node', ...args].join(' '), exitCode, tail: output };
}

/**
 * Every test with its file, result and executed functions, and the test files that broke outside their tests. A parent
 * test is represented by its subtests, unless it failed though they all passed.
 */
function readRecords(outputDir) {
  const tests = [];
  const brokenFiles = [];
  for (const name of readdirSync(outputDir)) {
    const record = JSON.parse(readFileSync(path.join(outputDir, name), 'utf8'));
    const file = relative(record.file);
    if (file === undefined) continue;
    for (const test of record.tests) {
      const subtests = record.tests.filter((other) => other.title.startsWith(`${test.title} > `));
      const failedItself = !test.passed && subtests.every((subtest) => subtest.passed);
      if (subtests.length === 0 || failedItself) tests.push({ ...test, file });
    }
    const isExplained = record.exitCode === 0 || record.tests.some((test) => !test.passed);
    if (!isExplained) brokenFiles.push({ file, title: file, message: record.uncaught || endOf(record) });
  }
  return {
    tests: tests.sort((a, b) => compare(a.file, b.file) || compare(a.title, b.title)),
    brokenFiles: brokenFiles.sort((a, b) => compare(a.file, b.file)),
  };
}

function endOf({ exitCode }) {
  return exitCode === null ? 'ended before its tests did' : `exit code ${exitCode}`;
}

function localise(tests, brokenFiles) {
  const testFiles = new Set(tests.map((test) => test.file));
  const failing = tests.filter((test) => !test.passed);
  const sources = new Map();
  const suspects = new Map();
  // What failing tests executed decides which functions are looked at; passing tests only take blame away.
  for (const test of [...failing, ...tests.filter((each) => each.passed)]) {
    for (const unit of unitsOf(test.functions)) {
      const known = suspects.get(unit.key);
      if (known === undefined && test.passed) continue;
      const suspect = known ?? { ...unit, failed: [], passed: 0 };
      suspects.set(unit.key, suspect);
      if (test.passed) suspect.passed += 1;
      else suspect.failed.push(test);
    }
  }

  const ranked = [...suspects.values()]
    .map((suspect) => ({
      ...suspect,
      weights: new Map(),
      score: suspect.failed.length / Math.sqrt(failing.length * (suspect.failed.length + suspect.passed)),
    }))
    .sort((a, b) => b.score - a.score || compare(a.path, b.path) || a.line - b.line);
  const kept = new Set();
  for (const test of failing) {
    const accused = ranked.filter((each) => each.failed.includes(test));
    accused.forEach((suspect, index) =>
      suspect.weights.set(test.file, (suspect.weights.get(test.file) ?? 0) + 1 / (index + 1)),
    );
    for (const suspect of accused.slice(0, MAX_SUSPECTS_PER_TEST)) kept.add(suspect.key);
  }
  const listed = ranked.filter((suspect) => kept.has(suspect.key)).slice(0, MAX_SUSPECTS);
  return {
    functions: listed.map((suspect) => ({
      path: suspect.path,
      name: uniqueName(suspect),
      line: suspect.line,
      endLine: suspect.endLine,
      test: bestTestFile(suspect),
      tests: suspect.failed.map((test) => `${test.file} > ${test.title}`),
      score: Math.round(suspect.score * 1000) / 1000,
    })),
    failing: [...failing.map(({ file, title, message }) => ({ file, title, message })), ...brokenFiles],
    passing: tests.length - failing.length,
    leftOut: ranked.length - listed.length,
  };

  /** The functions to blame: the outermost ones that are short enough, each once. */
  function unitsOf(functions) {
    const units = new Map();
    for (const entry of functions) {
      const source = sourceOf(entry.file);
      if (
        source === undefined ||
        entry.name === '<instance_members_initializer>' ||
        entry.name === '<static_initializer>'
      )
        continue;
      const isWholeFile = entry.name === '' && entry.start === 0 && entry.end >= source.text.trimEnd().length;
      if (isWholeFile || entry.name === '') continue;
      const line = source.lineAt(entry.start);
      const endLine = source.lineAt(entry.end);
      if (endLine - line + 1 > MAX_LINES) continue;
      units.set(`${source.path}:${entry.start}`, {
        key: `${source.path}:${entry.start}`,
        path: source.path,
        name: entry.name,
        start: entry.start,
        end: entry.end,
        line,
        endLine,
      });
    }
    const all = [...units.values()];
    return all.filter(
      (unit) =>
        !all.some(
          (outer) =>
            outer !== unit && outer.path === unit.path && outer.start <= unit.start && outer.end >= unit.end,
        ),
    );
  }

  function sourceOf(absolute) {
    if (!sources.has(absolute)) sources.set(absolute, readSource(absolute));
    return sources.get(absolute);
  }

  function readSource(absolute) {
    const file = relative(absolute);
    if (file === undefined || testFiles.has(file) || isTestPath(file)) return undefined;
    if (scope !== '' && file !== scope && !file.startsWith(`${scope}/`)) return undefined;
    const text = readFileSync(path.join(root, file), 'utf8').replace(/^\uFEFF/, '');
    const starts = [0];
    for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1))
      starts.push(index + 1);
    return { path: file, text, names: namesIn(text), lineAt: (offset) => upperBound(starts, offset) };
  }

  /** A name that stands twice in its file gets its line, `name:12`. */
  function uniqueName(suspect) {
    const source = [...sources.values()].find((each) => each?.path === suspect.path);
    return (source?.names.get(suspect.name) ?? 0) > 1 ? `${suspect.name}:${suspect.line}` : suspect.name;
  }
}

/** How often each name is followed by what begins a function in this text; only used to tell names apart. */
function namesIn(text) {
  const names = new Map();
  const heads =
    /(?:function\s*\*?\s*|(?:const|let|var)\s+|^\s*(?:static\s+|async\s+|get\s+|set\s+|\*\s*|#)*)([\w$]+)\s*(?:=\s*(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>)|\()/gm;
  for (const [, name] of text.matchAll(heads)) names.set(name, (names.get(name) ?? 0) + 1);
  return names;
}

/** Path inside the project with `/`, or undefined for what lies outside it or in dependencies. */
function relative(file) {
  const result = path.relative(root, file).split(path.sep).join('/');
  return result === '' ||
    result.startsWith('..') ||
    path.isAbsolute(result) ||
    result.includes('node_modules/')
    ? undefined
    : result;
}

function isTestPath(file) {
  return /(^|\/)(tests?|__tests__|spec)\//.test(file) || /[.-](test|spec)\.[cm]?[jt]sx?$/.test(file);
}

/** 1-based line of an offset. */
function upperBound(starts, offset) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The test file to check an edit of this function with; how it is chosen is said at the top. */
function bestTestFile(suspect) {
  const files = [...suspect.weights];
  const mirrors = files.filter(([file]) => stemOf(file) === stemOf(suspect.path));
  const candidates = mirrors.length > 0 ? mirrors : files;
  return candidates.sort(([a, n], [b, m]) => m - n || compare(a, b))[0]?.[0] ?? '';
}

/** `src/lists.js`, `test/lists.test.js` and `lists_test.js` share the stem `lists`. */
function stemOf(file) {
  return path.posix
    .basename(file)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/[._-](test|spec)$/, '')
    .replace(/^test[._-]/, '');
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
