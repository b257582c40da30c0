import assert from 'node:assert/strict';

import { Output } from '../../../src/cli/output.ts';
import { describeReport } from '../../../src/cli/show-report.ts';
import { reportCommands } from '../../../src/extension/pages/report-commands.ts';
import type { Evidence, ReportItem, ReportView } from '../../../src/protocol/index.ts';
import { reportPage } from '../../../src/report/index.ts';

const evidence: Evidence = {
  check: 'mend[0]',
  command: ['node', '--test', 'test/lists.test.js'],
  exitCode: 0,
  testsFixed: ['test/lists.test.js > lastOf > gives the last', 'test/lists.test.js > lastOf > of one'],
  testsBroken: [],
  tree: 'a'.repeat(40),
  durationMs: 812,
  passed: true,
  repeats: 2,
  sandboxed: false,
  note: 'one flaky test was not counted',
};
const item = (result: ReportItem['result'], name: string, more: Partial<ReportItem> = {}): ReportItem => ({
  run: 'r1',
  title: `src/${name}.js work`,
  result,
  detail: `the words about ${name}`,
  ...more,
});
const report: ReportView = {
  schema: 'pantheon.report/1',
  from: '2026-11-23T22:00:00.000Z',
  to: '2026-11-24T06:00:00.000Z',
  runs: [
    { id: 'r1', flow: 'mend', outcome: 'succeeded-with-skips' },
    { id: 'r2', flow: 'review', outcome: null, detail: 'it waits for the model' },
    { id: 'r3', flow: 'check', outcome: 'failed', detail: 'npm was not found' },
  ],
  items: [
    item('mended', 'lists', { detail: 'fixes lastOf; breaks nothing', evidence: [evidence] }),
    item('mended', 'unchecked'),
    item('reviewed', 'looked'),
    item('abstained', 'tried'),
    item('failed', 'broken'),
    item('held', 'asked'),
  ],
  mended: 2,
  reviewed: 1,
  abstained: 1,
  failed: 1,
  held: 1,
  proposals: 1,
  totals: {
    calls: 12,
    promptTokens: 340,
    answerTokens: 21,
    modelSwaps: 1,
    memoHits: 2,
    retries: 0,
    modelMs: 4_200,
    checkMs: 9_000,
    wallMs: 61_000,
  },
  notes: ['a test is flaky', 'there is no sandbox'],
};

/** What each of the three ways to read a report must say. */
const facts = [
  ...['lists', 'unchecked', 'looked', 'tried', 'broken', 'asked'].map((name) => `src/${name}.js`),
  ...['unchecked', 'looked', 'tried', 'broken', 'asked'].map((name) => `the words about ${name}`),
  'lastOf > gives the last',
  'and 1 more',
  'breaks nothing',
  'node --test test/lists.test.js',
  '2 runs',
  'without a sandbox',
  'one flaky test was not counted',
  'it waits for the model',
  'npm was not found',
  ...report.notes,
  '1 min 1 s',
  '4.2 s',
];

describe('the morning report', () => {
  const said = {
    'on the command line': describeReport(
      report,
      new Output({ json: false, color: false, quiet: false, stdout: process.stdout, stderr: process.stderr }),
    ),
    'in the editor': wordsOf(reportPage(report, { nonce: 'n', commands: reportCommands })),
    'as a file': wordsOf(reportPage(report, { nonce: 'n' })),
  };
  for (const [where, text] of Object.entries(said)) {
    it(`says everything ${where}`, () => {
      for (const fact of facts) assert.ok(text.includes(fact), `${fact} is missing in:\n${text}`);
    });

    it(`says nothing twice ${where}`, () => {
      for (const fact of ['gives the last', 'the words about tried', 'npm was not found', 'a test is flaky'])
        assert.equal(text.split(fact).length, 2, fact);
      assert.ok(!text.includes('fixes lastOf; breaks nothing'), 'the evidence says it');
    });
  }
});

/** The words of a page without its markup. */
function wordsOf(page: string): string {
  return page
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ');
}
