import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { Evidence, ReportView, RunView, Totals } from '../../protocol/index.ts';
import { html, reportPage } from '../../report/index.ts';
import { doctorPage } from './doctor-page.ts';
import { reportCommands } from './report-commands.ts';
import { runPage } from './run-page.ts';

const totals: Totals = {
  calls: 12,
  promptTokens: 3400,
  answerTokens: 210,
  modelSwaps: 1,
  memoHits: 2,
  retries: 0,
  modelMs: 4_200,
  checkMs: 9_000,
  wallMs: 61_000,
};
const evidence: Evidence = {
  check: 'mend[0]',
  command: ['node', '--test', 'test/lists.test.js'],
  exitCode: 0,
  testsFixed: ['lists › lastOf'],
  testsBroken: [],
  tree: 'a'.repeat(40),
  durationMs: 812,
  passed: true,
  repeats: 2,
  sandboxed: true,
};
const report = (text: string): ReportView => ({
  schema: 'pantheon.report/1',
  from: '2026-11-23T22:00:00.000Z',
  to: '2026-11-24T06:00:00.000Z',
  runs: [{ id: 'r1', flow: text, outcome: 'succeeded-with-skips', detail: text }],
  items: [
    {
      run: 'r1',
      title: text,
      result: 'mended',
      detail: text,
      proposal: 'p1',
      hunks: ['h1'],
      evidence: [evidence],
    },
    { run: 'r1', title: text, result: 'abstained', detail: text },
  ],
  mended: 1,
  reviewed: 0,
  abstained: 1,
  failed: 0,
  held: 0,
  proposals: 1,
  totals,
  notes: [text],
});
const run = (text: string): RunView => ({
  schema: 'pantheon.run/1',
  id: 'r1',
  flow: text,
  workspace: '/w',
  state: 'running',
  detail: text,
  baseTree: null,
  startedAt: null,
  endedAt: null,
  nodes: [{ address: text, kind: 'uses', attempts: 2, detail: text, evidence: [evidence] }],
  proposals: [],
  totals,
});

describe('pages', () => {
  it('say what was mended, with the evidence, what was not, and the costs', () => {
    const text = reportPage(report('src/lists.js lastOf'), { nonce: 'n', commands: reportCommands });
    for (const said of [
      'Mended',
      'Tried, not mended',
      'fixes “lists › lastOf”',
      'node --test test/lists.test.js',
      '3 400 read',
    ]) {
      assert.ok(text.includes(said), said);
    }
    assert.ok(text.includes('href="command:pantheon.openInbox"'));
  });

  it('have no commands in a file, and say that nothing ran when nothing did', () => {
    const file = reportPage(report('x'), { nonce: 'n' });
    assert.ok(!file.includes('command:'));
    const empty = reportPage({ ...report('x'), runs: [], items: [] }, { nonce: 'n' });
    assert.ok(empty.includes('Nothing ran in this time.'));
  });

  it('never let text become markup: no tag, no attribute, no script', () => {
    fc.assert(
      fc.property(fc.string(), (words) => {
        const text = `<img src=x onerror=alert(1)>"'&${words}</style><script>`;
        const pages = [
          reportPage(report(text), { nonce: 'n', commands: reportCommands }),
          runPage(run(text), 'n'),
          doctorPage(
            { schema: 'pantheon.doctor/1', lines: [{ name: text, state: 'mend', text, remedy: text }] },
            'n',
          ),
        ];
        for (const one of pages) {
          assert.ok(!/<img|<script/.test(one));
          assert.equal(one.split('</style>').length, 2);
          assert.match(one, /default-src 'none'; style-src 'nonce-n';/);
        }
      }),
    );
  });

  it('escape every value and keep what is HTML', () => {
    assert.equal(
      html`<b>${'<'}</b>${html`<i>${1}</i>`}${[html`a`, html`&`]}`.html,
      '<b>&lt;</b><i>1</i>a\n&',
    );
  });
});
