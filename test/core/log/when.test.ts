// Times as people type them: each form, in a zone that isn't UTC, and what is none.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWhen, UTC, type Zone } from '../../../src/core/log/when.ts';

const NOW = Date.parse('2026-10-03T12:30:15.250Z');
/** Two hours ahead, always. */
const EAST: Zone = {
  wallOf: (moment) => UTC.wallOf(moment + 7_200_000),
  momentOf: (wall) => UTC.momentOf(wall) - 7_200_000,
};
const read = (text: string, local = EAST) => {
  const when = readWhen(text, { now: NOW, local });
  return when.ok ? new Date(when.value).toISOString() : when.failure;
};

test.each([
  ['now', '2026-10-03T12:30:15.250Z'],
  ['2h', '2026-10-03T10:30:15.250Z'],
  ['90m', '2026-10-03T11:00:15.250Z'],
  ['30s', '2026-10-03T12:29:45.250Z'],
  ['7d', '2026-09-26T12:30:15.250Z'],
  ['2w', '2026-09-19T12:30:15.250Z'],
  ['today', '2026-10-02T22:00:00.000Z'],
  ['Yesterday', '2026-10-01T22:00:00.000Z'],
  ['14:00', '2026-10-03T12:00:00.000Z'],
  ['9:05:07', '2026-10-03T07:05:07.000Z'],
  ['2026-10-03', '2026-10-02T22:00:00.000Z'],
  ['2024-02-29', '2024-02-28T22:00:00.000Z'],
  [' 2026-10-03 14:00 ', '2026-10-03T12:00:00.000Z'],
  ['2026-10-03T14:00', '2026-10-03T12:00:00.000Z'],
  ['2026-10-03T14:00:05.125', '2026-10-03T12:00:05.125Z'],
  ['2026-10-03T14:00Z', '2026-10-03T14:00:00.000Z'],
  ['2026-10-03t14:00:00z', '2026-10-03T14:00:00.000Z'],
  ['2026-10-03T14:00:00-05:30', '2026-10-03T19:30:00.000Z'],
])('%s', (text, moment) => {
  expect(read(text)).toBe(moment);
});

test.each([
  '',
  'tomorrow',
  '2 h',
  '-2h',
  '999999999w',
  '24:00',
  '14:60',
  '2026-02-30',
  '2026-13-01',
  '2026-10-3',
  '2026-10-03T25:00',
  '2026-10-03T14:00+25:00',
  '10/03/2026',
])('%j is none, and the forms are named', (text) => {
  expect(read(text)).toMatch(/a time is 2h, .* yesterday, .*2026-10-03T14:00:00Z\.$/);
});

test('reads back whatever a clock may show', () => {
  const moments = fc.date({ min: new Date('1970-01-02'), max: new Date('2999-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, (moment) => {
      const iso = moment.toISOString();
      expect(read(iso)).toBe(iso);
      expect(read(iso.slice(0, 19), UTC)).toBe(`${iso.slice(0, 19)}.000Z`);
    }),
  );
});
