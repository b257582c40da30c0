import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function ask(zone: string, question: object): readonly string[] {
  const path = fileURLToPath(new URL('zones.ts', import.meta.url));
  const result = spawnSync(process.execPath, [path, JSON.stringify([question])], {
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
  return (JSON.parse(result.stdout) as string[][])[0] ?? [];
}

describe('when the clocks change', function () {
  this.timeout(60_000);

  const windows: readonly [string, string, string, string, readonly string[]][] = [
    [
      'a night is an hour shorter in spring',
      'Europe/Berlin',
      '22:00-07:00',
      '2026-03-28T12:00Z',
      ['opens 2026-03-28T21:00', 'closes 2026-03-29T05:00'],
    ],
    [
      'a night is an hour longer in autumn',
      'Europe/Berlin',
      '22:00-07:00',
      '2026-10-24T12:00Z',
      ['opens 2026-10-24T20:00', 'closes 2026-10-25T06:00'],
    ],
    [
      'a start in the left-out hour is the change',
      'Europe/Berlin',
      '02:30-04:00',
      '2026-03-28T12:00Z',
      ['opens 2026-03-29T01:00', 'closes 2026-03-29T02:00'],
    ],
    [
      'an end in the left-out hour is the change',
      'America/New_York',
      '01:00-02:30',
      '2026-03-08T04:00Z',
      ['opens 2026-03-08T06:00', 'closes 2026-03-08T07:00'],
    ],
    [
      'a window in the left-out hour comes the next day',
      'America/New_York',
      '02:15-02:45',
      '2026-03-08T04:00Z',
      ['opens 2026-03-09T06:15', 'closes 2026-03-09T06:45'],
    ],
    [
      'a window in the hour that comes twice opens once',
      'America/New_York',
      '01:15-01:45',
      '2026-11-01T03:00Z',
      ['opens 2026-11-01T05:15', 'closes 2026-11-01T05:45', 'opens 2026-11-02T06:15'],
    ],
    [
      'half an hour on Lord Howe Island',
      'Australia/Lord_Howe',
      '02:15-03:00',
      '2026-10-03T10:00Z',
      ['opens 2026-10-03T15:30', 'closes 2026-10-03T16:00'],
    ],
    [
      'a day that begins at one o’clock',
      'Africa/Cairo',
      '00:00-06:00',
      '2026-04-23T12:00Z',
      ['opens 2026-04-23T22:00', 'closes 2026-04-24T03:00'],
    ],
    [
      'a day that has no midnight at its end',
      'Africa/Cairo',
      '20:00-24:00',
      '2026-04-23T12:00Z',
      ['opens 2026-04-23T18:00', 'closes 2026-04-23T22:00'],
    ],
    [
      'a zone without changes and with half hours',
      'Asia/Kolkata',
      '22:00-07:00',
      '2026-03-28T00:00Z',
      ['closes 2026-03-28T01:30', 'opens 2026-03-28T16:30'],
    ],
  ];
  for (const [title, zone, window, from, expected] of windows) {
    it(`${title} (${zone} ${window})`, () => {
      const found = ask(zone, { window, from, count: expected.length });
      assert.deepEqual(
        found,
        expected.map((text) => `${text}:00.000Z`),
      );
    });
  }

  const crons: readonly [string, string, string, string, readonly string[]][] = [
    [
      'daily in the left-out hour runs at the change',
      'Europe/Berlin',
      '30 2 * * *',
      '2026-03-28T00:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'daily in the hour that comes twice runs once',
      'Europe/Berlin',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'daily outside it keeps its local time',
      'America/New_York',
      '0 22 * * *',
      '2026-10-31T12:00Z',
      ['2026-11-01T02:00', '2026-11-02T03:00'],
    ],
    [
      'weekdays only',
      'Asia/Kolkata',
      '0 1 * * 1-5',
      '2026-11-20T12:00Z',
      ['2026-11-22T19:30', '2026-11-23T19:30'],
    ],
  ];
  for (const [title, zone, cron, from, expected] of crons) {
    it(`${title} (${zone} ${cron})`, () => {
      const found = ask(zone, { cron, from, count: expected.length });
      assert.deepEqual(
        found,
        expected.map((text) => `${text}:00.000Z`),
      );
    });
  }
});
