// Loaded into every process of a test run (NODE_OPTIONS=--import). In a process that runs a test file it writes down,
// for each test, whether it passed and which functions it executed. Works on Node 20.12 and later.
//
// V8's precise coverage sets its counters back at every take, so what is counted between the start and the end of a
// test was executed by that test, or by one that ran at the same time. Hooks registered here, before the test file is
// loaded, belong to the root of the test tree and are inherited by every test in it.
import { writeFileSync } from 'node:fs';
import inspector from 'node:inspector';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const outputDir = process.env.PANTHEON_SUSPECTS_OUT;
const runsTestFile = (process.env.NODE_TEST_CONTEXT ?? '').startsWith('child');

if (outputDir !== undefined && runsTestFile && threadId === 0) {
  const { afterEach, beforeEach } = await import('node:test');
  const session = new inspector.Session();
  session.connect();
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

  const rootPrefix = process.env.PANTHEON_SUSPECTS_ROOT + path.sep;
  const sourcePaths = new Map();
  const tests = [];
  /** Tests that have begun and not ended: one, its parents, and those that run at the same time. */
  const open = [];
  let uncaught = '';

  beforeEach((context) => {
    credit();
    open.push({ title: titleOf(context), functions: new Map() });
  });
  afterEach((context) => {
    credit();
    const title = titleOf(context);
    const index = open.findLastIndex((test) => test.title === title);
    const [test] = index < 0 ? [] : open.splice(index, 1);
    tests.push({
      title,
      passed: context.passed,
      message: context.passed ? '' : messageOf(context.error),
      functions: [...(test?.functions.values() ?? [])],
    });
  });

  /** Nodes before 20.16 know no full name. */
  function titleOf(context) {
    return context.fullName ?? context.name;
  }

  function messageOf(error) {
    return String(error?.cause?.message ?? error?.message ?? error ?? 'failed').slice(0, 500);
  }

  /** Adds what was executed since the last call to every test that is open. */
  function credit() {
    for (const script of post('Profiler.takePreciseCoverage').result) {
      const file = sourcePath(script.url);
      if (file === undefined) continue;
      for (const { functionName, ranges } of script.functions) {
        const [range] = ranges;
        if (range === undefined || range.count === 0) continue;
        const found = { file, name: functionName, start: range.startOffset, end: range.endOffset };
        for (const test of open) test.functions.set(`${file}:${range.startOffset}`, found);
      }
    }
  }

  /** The file of a script that belongs to the project, dependencies apart. */
  function sourcePath(url) {
    if (!sourcePaths.has(url)) {
      const file = url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : '';
      const isOwn = file.startsWith(rootPrefix) && !file.split(path.sep).includes('node_modules');
      sourcePaths.set(url, isOwn ? file : undefined);
    }
    return sourcePaths.get(url);
  }

  function post(method, params) {
    let result;
    session.post(method, params, (error, value) => {
      if (error) throw error;
      result = value;
    });
    return result;
  }

  // Written at once, because a process that breaks at import, or is killed, may end without an exit event.
  writeRecord(null);
  process.on('uncaughtExceptionMonitor', (error) => {
    uncaught ||= messageOf(error);
    writeRecord(null);
  });
  process.on('exit', writeRecord);

  function writeRecord(exitCode) {
    const record = { file: process.argv[1] ?? '', exitCode, uncaught, tests };
    writeFileSync(path.join(outputDir, `${process.pid}.json`), JSON.stringify(record));
  }
}
