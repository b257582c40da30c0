// A reporter for Node's test runner (Node 20 and later), given by --test-reporter=file:///…/node-test-reporter.mjs?out=DIR.
// It prints nothing and writes one JSON line per test into a file of its own below DIR, so that several runs in one
// command do not overwrite each other. Each line: { file, titles, passed, skipped, fileLevel, durationMs, message }.
import { appendFileSync } from 'node:fs';
import path from 'node:path';

const target = path.join(
  new URL(import.meta.url).searchParams.get('out') ?? '.',
  `${process.pid}-${Math.random().toString(36).slice(2)}.jsonl`,
);

/** Titles of the tests that are open in each file, outermost first: results of inner tests come before outer ones. */
const openTitles = new Map();

/** The start of what each file wrote to stderr: why a file fails as a whole stands there. */
const complaints = new Map();

// oxlint-disable-next-line import/no-default-export -- Node takes the default export of a reporter
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:start') titlesOf(data.file)[data.nesting] = data.name;
    else if (type === 'test:stderr') keepComplaint(data);
    else if (type === 'test:pass' || type === 'test:fail') record(data, type === 'test:pass');
  }
  yield '';
}

function keepComplaint({ file, message }) {
  const key = path.resolve(file ?? '');
  complaints.set(key, ((complaints.get(key) ?? '') + message).slice(0, 4000));
}

function titlesOf(file) {
  const key = file ?? '';
  if (!openTitles.has(key)) openTitles.set(key, []);
  return openTitles.get(key);
}

function record(data, passed) {
  const error = data.details?.error;
  const failureType = error?.failureType;
  // What contains others fails because of them; they speak for themselves.
  if (!passed && failureType === 'subtestsFailed') return;
  if (passed && data.details?.type === 'suite') return;
  const fileLevel = isFile(data);
  const titles = fileLevel ? [] : [...titlesOf(data.file).slice(0, data.nesting), data.name];
  const skipped = data.skip !== undefined || data.todo !== undefined;
  const line = {
    file: fileLevel ? path.resolve(data.name) : data.file,
    titles,
    passed: passed && !skipped,
    skipped,
    fileLevel,
    durationMs: data.details?.duration_ms ?? 0,
    ...(passed || skipped
      ? {}
      : {
          message:
            (fileLevel ? complaints.get(path.resolve(data.file ?? '')) : undefined) ?? messageOf(error),
        }),
  };
  appendFileSync(target, `${JSON.stringify(line)}\n`);
}

/** The runner reports a file that fails as a whole (it throws while it is loaded) as a test with the file's path as its name. */
function isFile(data) {
  if (data.nesting !== 0) return false;
  if (path.isAbsolute(data.name)) return true;
  return data.file !== undefined && path.resolve(data.name) === data.file;
}

function messageOf(error) {
  const cause = error?.cause;
  const text = typeof cause === 'string' ? cause : (cause?.message ?? error?.message ?? 'failed');
  return String(text).slice(0, 4000);
}
