// How long the log is kept by what git's config says, and which lines keep a file from going.
import { describe, expect, it } from 'vitest';
import { parseSpan } from '../../src/adapters/config/span.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { checkKeep } from '../../src/core/checks/keep.ts';
import type { OwnGroup } from '../../src/core/ledger.ts';
import { isOver, keepAsked, keepOf, opensAnyOf } from '../../src/core/retention.ts';
import type { ConfigEntry } from '../../src/core/settings.ts';
import { CLONE, group, HOLDER, HOUR, holding, lease, NOW } from './samples.ts';

const DAY = 24 * HOUR;
type Set = readonly [scope: string, value: string];
const entries = (...set: readonly Set[]): ConfigEntry[] =>
  set.map(([scope, value]) => ({ scope, key: 'scim-hook.logkeep', value }));
const keep = (...set: readonly Set[]): number | null => keepOf(keepAsked(entries(...set), parseSpan));

describe('scim-hook.logKeep', () => {
  it('is for ever where nobody set it', () => expect(keep()).toBeNull());

  it('counts from system, or global config; a lower scope can only lengthen it', () => {
    expect(keep(['system', '400d'])).toBe(400 * DAY);
    expect(keep(['global', '12h'])).toBe(12 * HOUR);
    expect(keep(['system', '400d'], ['global', '1d'])).toBe(400 * DAY);
    expect(keep(['system', '1d'], ['global', '2d'], ['local', '3d'])).toBe(3 * DAY);
    expect(keep(['global', '2d'], ['local', '1ms'])).toBe(2 * DAY);
  });

  it('of a clone alone drops nothing: the log is the whole machine’s', () => {
    expect(keep(['local', '1ms'])).toBeNull();
    expect(keep(['command', '1ms'], ['worktree', '1ms'])).toBeNull();
  });

  it.each(['', '0d', '-1d', 'soon', '400', '400 days', '1e99d', '9'.repeat(200), 'NaN'])(
    'that can not be read keeps everything: %j',
    (value) => {
      expect(keep(['system', value])).toBeNull();
      expect(keep(['system', '1d'], ['local', value])).toBeNull();
    },
  );

  it('is said by doctor', () => {
    const speech = { span: (ms: number) => `${ms / DAY} d`, words: () => ({ message: '', remedy: '' }) };
    const check = (...set: readonly Set[]) => checkKeep(entries(...set), parseSpan, speech);
    expect(check()).toEqual([]);
    expect(check(['global', '400d'])).toMatchObject([
      { state: 'ok', says: expect.stringContaining('400 d') },
    ]);
    expect(check(['local', '400d'])).toMatchObject([{ check: 'log', state: 'warning' }]);
    expect(check(['system', '1d'], ['global', 'a year'])).toMatchObject([
      { state: 'problem', says: expect.stringContaining('"a year" in global config') },
    ]);
  });
});

const line = (more: Partial<AuditLine>): AuditLine => ({
  v: 1,
  version: '1',
  kind: 'sync',
  at: '',
  time: new Date(NOW).toISOString(),
  seq: 7,
  prev: '',
  hash: '',
  ...more,
});

it('a file is over once its last line is older, and was shipped', () => {
  const last = line({ time: new Date(NOW - DAY).toISOString() });
  expect(isOver(last, { now: NOW, keep: DAY, keepFrom: null })).toBe(false);
  expect(isOver(last, { now: NOW, keep: DAY - 1, keepFrom: null })).toBe(true);
  expect(isOver(last, { now: NOW, keep: DAY - 1, keepFrom: 8 })).toBe(true);
  expect(isOver(last, { now: NOW, keep: DAY - 1, keepFrom: 7 })).toBe(false);
});

describe('what opened something that is open', () => {
  const own: OwnGroup = {
    ...HOLDER,
    item: { ...group('env-1'), externalId: 'mark' },
    commonDir: CLONE,
    branch: 'b',
    lease: 'l-group',
    rules: [],
    over: false,
  };
  const opens = opensAnyOf({
    leases: [lease('l-1', { event: 'e-renewed' })],
    holdings: [
      holding(group('g'), { event: 'e-taken', lease: 'l-gone' }),
      holding(group('h'), { lease: null }),
    ],
    groups: [own],
  });

  it.each<[string, Partial<AuditFields>]>([
    ['the event that renewed a lease', { kind: 'switch', event: 'e-renewed' }],
    ['a closing line that granted it', { leases: [lease('l-1', { event: 'e-first' })] }],
    ['a change for it', { kind: 'change', event: 'e-first', lease: 'l-1' }],
    ['the event that takes something back', { kind: 'switch', event: 'e-taken' }],
    ['the grant of what is owed back', { kind: 'intent', event: 'e-first', lease: 'l-gone' }],
    ['the making of a group of ours', { kind: 'change', event: 'e-first', marker: 'mark' }],
    ['its lease', { kind: 'change', event: 'e-first', lease: 'l-group' }],
  ])('%s', (_, fields) => expect(opens(line(fields))).toBe(true));

  it.each<[string, Partial<AuditFields>]>([
    ['another event', { kind: 'switch', event: 'e-other' }],
    ['another lease', { lease: 'l-2', leases: [lease('l-2')], ended: ['l-1'] }],
    ['no event, no lease', { kind: 'log-start', lease: null }],
  ])('not %s', (_, fields) => expect(opens(line(fields))).toBe(false));
});
