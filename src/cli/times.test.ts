import assert from 'node:assert/strict';

import { readSince, readTime } from './times.ts';

const now = new Date(2026, 10, 28, 12, 0);
const bad = { code: 'bad-time', exitCode: 2 };

describe('times on the command line', () => {
  it('are the next time that the clock shows it', () => {
    assert.deepEqual(readTime('23:30', now), new Date(2026, 10, 28, 23, 30));
    assert.deepEqual(readTime('9:05', now), new Date(2026, 10, 29, 9, 5));
    assert.deepEqual(readTime('12:00', now), new Date(2026, 10, 29, 12, 0));
  });

  it('are dates of this place, where they name no other', () => {
    assert.deepEqual(readTime('2030-01-31T23:30', now), new Date(2030, 0, 31, 23, 30));
    assert.deepEqual(readTime('2030-01-31 23:30:15', now), new Date(2030, 0, 31, 23, 30, 15));
    assert.deepEqual(readTime('2030-01-31', now), new Date(2030, 0, 31));
    assert.deepEqual(readTime('2030-01-31T23:30:00Z', now), new Date(Date.UTC(2030, 0, 31, 23, 30)));
    assert.deepEqual(readTime('2030-01-31T23:30+02:00', now), new Date(Date.UTC(2030, 0, 31, 21, 30)));
  });

  it('are none that the calendar has not, and none that have passed', () => {
    const none = [
      '2030-02-30T10:00',
      '2030-13-01',
      '2030-01-00',
      '2030-01-31T24:00',
      '25:00',
      '2030',
      'tonight',
      '',
    ];
    for (const text of none) {
      assert.throws(() => readTime(text, now), bad, text);
      assert.throws(() => readSince(text, now), bad, text);
    }
    assert.throws(() => readTime('2020-01-01', now), { ...bad, message: '2020-01-01 has passed.' });
    assert.deepEqual(readTime('2028-02-29', now), new Date(2028, 1, 29));
    assert.throws(() => readTime('2027-02-29', now), bad);
  });

  it('are spans back from now', () => {
    assert.deepEqual(readSince('90m', now), new Date(2026, 10, 28, 10, 30));
    assert.deepEqual(readSince('2d', now), new Date(2026, 10, 26, 12, 0));
    assert.deepEqual(readSince('2020-01-01', now), new Date(2020, 0, 1));
  });
});
